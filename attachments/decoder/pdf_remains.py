"""The objects that stand in the bytes of a PDF and not in its table of objects.

They are of older revisions, or left over, or hidden from one reader by a damaged table that
another reader repairs in its own way. What any reader may see counts. They are copied into a small
PDF of their own, since the same numbers may stand for several objects.
"""

import io
import re
from bisect import bisect_right
from collections.abc import Iterator

from pikepdf import ObjectType, Pdf, PdfError

from attachments.decoder.pdf_objects import WORTH_A_LOOK, decoded
from attachments.decoder.protocol import Refused

OBJECT = re.compile(rb"(?<![0-9])[0-9]{1,10}[\0\t\n\f\r ]+[0-9]{1,5}[\0\t\n\f\r ]+obj")
STREAM = re.compile(rb"stream\r?\n?")
LENGTH = re.compile(
    rb"/Length[\0\t\n\f\r ]+([0-9]{1,10})(?![0-9]|[\0\t\n\f\r ]+[0-9]+[\0\t\n\f\r ]+R)"
)
NAME_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
OBJECT_STREAM = re.compile(rb"/ObjStm\b")
SPACE = b"\0\t\n\f\r "
HEADER_WITHIN = 1024
HEAD = b"%PDF-1.7\n"
FIRST_OBJECTS = (b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[]/Count 0>>")
GENERATION = 65000
IN_A_STREAM = 2  # the type of an entry of the table (ISO 32000-2, table 18)
# What a reader may take for an action where qpdf gives up on an object.
BROKEN_ACTION = re.compile(rb"/S[\0\t\n\f\r ]*/(JavaScript|Launch|ImportData)\b")


def remains(content: bytes, known: Pdf | None) -> Pdf | None:
    """Return a PDF of the suspicious objects of a file that `known` does not have, or None."""
    left_over = list(_left_over(content, _offsets(content, known)))
    left_over += _hidden_members(known) if known else []
    if not left_over:
        return None
    found = _copied(left_over)
    if in_streams := [part for thing in found.objects for part in _members(thing)]:
        left_over += in_streams
        found = _copied(left_over)
    _require_readable(left_over, found)
    return found


def _require_readable(bodies: list[bytes], copied: Pdf) -> None:
    """Raise Refused for an action that qpdf cannot read: another reader may."""
    for number, body in enumerate(bodies, len(FIRST_OBJECTS) + 1):
        if copied.get_object(number, GENERATION) is None and BROKEN_ACTION.search(_plain(body)):
            raise Refused("active_pdf", "damaged action")


def _hidden_members(known: Pdf) -> Iterator[bytes]:
    """Yield what stands in an object stream and not in the table that qpdf reads.

    In a hybrid file (ISO 32000-2, 7.5.8.4) the table calls an object free that `/XRefStm` has.
    qpdf then takes it for deleted, other readers show it.
    """
    table = {number: entry for (number, _), entry in known.get_xref_table().items()}
    for thing in known.objects:
        for at, (number, body) in enumerate(_numbered_members(thing)):
            entry = table.get(number)
            place = entry and (entry.type, entry.obj_stream_number, entry.obj_stream_index)
            is_known = place == (IN_A_STREAM, thing.objgen[0], at)
            if not is_known and WORTH_A_LOOK.search(_plain(body)):
                yield body


def _offsets(content: bytes, known: Pdf | None) -> set[int]:
    """Return where the objects of the table begin; qpdf counts from the header of the file.

    One that qpdf could not read, or took out of the table while it repaired the file, is none.
    """
    if known is None:
        return set()
    header = max(content.find(b"%PDF-", 0, HEADER_WITHIN), 0)
    offsets = set()
    for number, entry in known.get_xref_table().items():
        if entry.offset is not None and known.get_object(number) is not None:
            at = entry.offset + header
            while content[at : at + 1] and content[at] in SPACE:
                at += 1
            offsets.add(at)
    return offsets


def _left_over(content: bytes, known: set[int]) -> Iterator[bytes]:
    at = 0
    while found := OBJECT.search(content, at):
        head_end, at = _ends(content, found.end())
        if found.start() in known:
            continue
        head = _plain(content[found.end() : head_end])
        if WORTH_A_LOOK.search(head) or OBJECT_STREAM.search(head):
            yield content[found.end() : at]


def _ends(content: bytes, start: int) -> tuple[int, int]:
    """Return the end of the dictionary of an object, and the end of its stream if it has one."""
    end = content.find(b"endobj", start)
    end = len(content) if end == -1 else end
    stream = STREAM.search(content, start, end)
    if stream is None or content[stream.start() - 3 : stream.start()] == b"end":
        return end, end
    length = LENGTH.search(content, start, stream.start())
    if length:
        after = stream.end() + int(length[1])
        if content[after : after + 20].lstrip(SPACE).startswith(b"endstream"):
            return stream.start(), after + 20
    end = content.find(b"endstream", stream.end())
    return stream.start(), len(content) if end == -1 else end + len(b"endstream")


def _plain(body: bytes) -> bytes:
    """Undo `/J#61vaScript` (ISO 32000-2, 7.3.5)."""
    return NAME_ESCAPE.sub(lambda escape: bytes([int(escape[1], 16)]), body)


def _copied(objects: list[bytes]) -> Pdf:
    """Return a PDF of these objects. A generation that no reference has keeps them apart."""
    content, rows = HEAD, [b"0 1\n0000000000 65535 f \n"]
    for number, body in enumerate([*FIRST_OBJECTS, *objects], 1):
        generation = 0 if number <= len(FIRST_OBJECTS) else GENERATION
        rows.append(b"%d 1\n%010d %05d n \n" % (number, len(content), generation))
        content += b"%d %d obj\n%b\nendobj\n" % (number, generation, body)
    size = len(FIRST_OBJECTS) + len(objects) + 1
    end = b"trailer<</Root 1 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF\n" % (size, len(content))
    return Pdf.open(io.BytesIO(content + b"xref\n" + b"".join(rows) + end), suppress_warnings=True)


def _members(stream: object) -> Iterator[bytes]:
    return (body for _number, body in _numbered_members(stream))


def _numbered_members(stream: object) -> Iterator[tuple[int, bytes]]:
    """Yield the objects in an object stream (ISO 32000-2, 7.5.7), in the order of its head."""
    if getattr(stream, "_type_code", None) is not ObjectType.stream:
        return
    head = stream.stream_dict  # type: ignore[attr-defined]  # a stream, as was asked
    if str(head.get("/Type", "")) != "/ObjStm":
        return
    try:
        content, first = decoded(stream), int(head.get("/First", 0))
        numbers = [int(number) for number in content[:first].split()]
    except (PdfError, ValueError, TypeError):
        return
    ends = sorted([*numbers[1::2], len(content)])
    for number, start in zip(numbers[::2], numbers[1::2], strict=False):
        at = bisect_right(ends, start)
        end = ends[at] if at < len(ends) else len(content)
        yield number, content[first + start : first + end]
