"""Workbooks of Excel 5 to 2003 ([MS-XLS]): passwords, sheets of macros, DDE."""

import struct
from collections.abc import Iterator

from attachments.decoder import office_links
from attachments.decoder.protocol import Refused

# Records ([MS-XLS] 2.3).
EXTERN_SHEET, FILE_PASS, BOUND_SHEET, SUP_BOOK, BEGIN = 0x17, 0x2F, 0x85, 0x1AE, 0x809
# Sheets by their kind in BOUND_SHEET ([MS-XLS] 2.4.28), and in BEGIN (2.4.21, and of Excel 5).
MACRO_SHEETS, MACRO_STREAMS = (1, 6), (0x40, 0x06)
BIFF8 = 0x600
OWN_BOOK, ADD_INS = 0x0401, 0x3A01
LINK_SIGN = "\x03"  # stands between a program and its topic ([MS-XLS] 2.5.277)


def judge(workbook: bytes) -> None:
    """Raise Refused for a password, a sheet of macros, or a link that starts a program."""
    version = 0
    for kind, record in records(workbook):
        if kind == BEGIN and len(record) >= 4:
            version = version or _word(record, 0)
            if _word(record, 2) in MACRO_STREAMS:
                raise Refused("macro", "sheet of macros")
        elif kind == FILE_PASS:
            raise Refused("encrypted", "FILEPASS")
        elif kind == BOUND_SHEET and len(record) > 5 and record[5] in MACRO_SHEETS:
            raise Refused("macro", "sheet of macros")
        elif kind == SUP_BOOK:
            _judge_link(_path_of_book(record))
        elif kind == EXTERN_SHEET and version != BIFF8:
            _judge_link(record[1 : 1 + record[0]].decode("cp1252", "replace") if record else "")


def records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the type and the bytes of each record; it ends at the zeros that fill a stream."""
    at = 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        if kind == 0 and size == 0:
            at += 4
            continue
        yield kind, stream[at + 4 : at + 4 + size]
        at += 4 + size


def _path_of_book(record: bytes) -> str:
    """Return where a link leads: an empty text for the workbook itself and for add-ins."""
    letters = _word(record, 2)
    if len(record) < 5 or letters in (OWN_BOOK, ADD_INS):
        return ""
    if record[4] & 1:
        return record[5 : 5 + 2 * letters].decode("utf-16-le", "replace")
    return record[5 : 5 + letters].decode("latin-1")


def _judge_link(path: str) -> None:
    program, sign, topic = path.partition(LINK_SIGN)
    # A path of a workbook begins with a sign of its own, and has the other between its folders.
    if not sign or path.startswith(("\0", "\x01", "\x02", LINK_SIGN)):
        return
    # An object of another program has a class with a version, `Word.Document.8`.
    if "." not in program or program.casefold() == "package":
        raise Refused("active", f"DDE link: {program[:40]}")
    office_links.require_local(topic.replace(LINK_SIGN, "/"), "link")


def _word(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + 2], "little")
