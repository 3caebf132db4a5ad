"""Documents of Word 6 to 2003 ([MS-DOC]): passwords, fields and templates from elsewhere."""

import struct
from collections.abc import Iterator
from itertools import pairwise

from attachments.decoder import field_codes, office_links
from attachments.decoder.protocol import Refused

# The file information block ([MS-DOC] 2.5.1, and its older form of Word 6 and 95).
WORD_97, WORD_6 = 0xA5EC, 0xA5DC
FLAGS_AT, ENCRYPTED, SECOND_TABLE = 0x0A, 0x0100, 0x0200
FIRST_AT = 0x18  # fcMin and fcMac: the text of a document that was saved in one piece
# Places of parts in the table stream, as pairs of offset and size.
FIELDS_AT = (0x11A, 0x122, 0x12A, 0x132, 0x13A, 0x21A, 0x26A, 0x27A)
ASSOCIATED_AT, PIECES_AT, PIECES_AT_6 = 0x19A, 0x1A2, 0x160
TEMPLATE = 1  # the template's place among the associated strings ([MS-DOC] 2.9.273)

BEGIN, SEPARATOR, END = "\x13", "\x14", "\x15"
DDE_FIELDS = (45, 46)  # flt of DDE and DDEAUTO ([MS-DOC] 2.9.90)
COMPRESSED = 0x40000000  # a piece in one byte a letter ([MS-DOC] 2.9.73)


def judge(document: bytes, tables: list[bytes]) -> None:
    """Raise Refused for a password, a field that starts or loads something, or a template."""
    magic, flags = _word(document, 0), _word(document, FLAGS_AT)
    if magic not in (WORD_97, WORD_6):
        return
    if flags & ENCRYPTED:
        raise Refused("encrypted", "FIB")
    is_old = magic == WORD_6
    table = document if is_old else tables[bool(flags & SECOND_TABLE)]
    _judge_fields(_text(document, table, is_old=is_old))
    if not is_old:
        for at in FIELDS_AT:
            _judge_kinds(_part(document, table, at))
        _judge_template(_part(document, table, ASSOCIATED_AT))


def _judge_fields(text: str) -> None:
    """Judge each field; one may stand in the instruction of another."""
    fields: list[tuple[list[str], list[str]]] = []
    at = 0
    for position, sign in _marks(text):
        if fields:
            fields[-1][-1 if fields[-1][1] else 0].append(text[at:position])
        at = position + 1
        if sign == BEGIN:
            fields.append(([], []))
        elif sign == SEPARATOR and fields:
            fields[-1][1].append("")
        elif sign == END and fields:
            _close(fields)
    while fields:
        _close(fields)


def _close(fields: list[tuple[list[str], list[str]]]) -> None:
    instruction, shown = ("".join(texts) for texts in fields.pop())
    field_codes.judge(instruction)
    if fields:
        outer = fields[-1]
        outer[1 if outer[1] else 0].append(field_codes.value_of(instruction, shown))


def _marks(text: str) -> Iterator[tuple[int, str]]:
    for position, sign in enumerate(text):
        if sign in (BEGIN, SEPARATOR, END):
            yield position, sign


def _text(document: bytes, table: bytes, *, is_old: bool) -> str:
    """Return the text by its pieces, or the one piece of a document without a list of them."""
    pieces = _pieces(_part(document, table, PIECES_AT_6 if is_old else PIECES_AT))
    if not pieces:
        first, last = struct.unpack_from("<II", document, FIRST_AT)
        return document[first:last].decode("cp1252", "replace")
    return "".join(_piece(document, *piece, is_old=is_old) for piece in pieces)


def _piece(document: bytes, place: int, letters: int, *, is_old: bool) -> str:
    if is_old:
        return document[place : place + letters].decode("cp1252", "replace")
    if place & COMPRESSED:
        at = (place & ~COMPRESSED) // 2
        return document[at : at + letters].decode("cp1252", "replace")
    return document[place : place + 2 * letters].decode("utf-16-le", "replace")


def _pieces(clx: bytes) -> list[tuple[int, int]]:
    """Return place and number of letters of each piece ([MS-DOC] 2.9.38, 2.8.35)."""
    at = 0
    while at + 3 <= len(clx) and clx[at] == 1:
        at += 3 + _word(clx, at + 1)
    if at + 5 > len(clx) or clx[at] != 2:
        return []
    (size,) = struct.unpack_from("<I", clx, at + 1)
    plc = clx[at + 5 : at + 5 + size]
    count = (len(plc) - 4) // 12
    starts = struct.unpack_from(f"<{count + 1}I", plc)
    places = [struct.unpack_from("<I", plc, 4 * (count + 1) + 8 * i + 2)[0] for i in range(count)]
    lengths = [max(0, after - start) for start, after in pairwise(starts)]
    return list(zip(places, lengths, strict=True))


def _judge_kinds(plc: bytes) -> None:
    """Judge what the descriptors of the fields say they are ([MS-DOC] 2.8.25)."""
    count = (len(plc) - 4) // 6
    for i in range(max(0, count)):
        mark, kind = plc[4 * (count + 1) + 2 * i : 4 * (count + 1) + 2 * i + 2]
        if mark & 0x1F == ord(BEGIN) and kind in DDE_FIELDS:
            raise Refused("active", "DDE field")


def _judge_template(strings: bytes) -> None:
    names = _strings(strings)
    if len(names) > TEMPLATE:
        office_links.require_local(names[TEMPLATE], "template")


def _strings(table: bytes) -> list[str]:
    """Return the strings of a table in UTF-16 ([MS-DOC] 2.2.4)."""
    if table[:2] != b"\xff\xff" or len(table) < 6:
        return []
    count, extra = struct.unpack_from("<HH", table, 2)
    found, at = [], 6
    for _ in range(count):
        if at + 2 > len(table):
            break
        size = 2 * _word(table, at)
        found.append(table[at + 2 : at + 2 + size].decode("utf-16-le", "replace"))
        at += 2 + size + extra
    return found


def _part(document: bytes, table: bytes, at: int) -> bytes:
    if at + 8 > len(document):
        return b""
    start, size = struct.unpack_from("<II", document, at)
    return table[start : start + size]


def _word(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + 2], "little")
