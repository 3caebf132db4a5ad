"""The location in IPTC, which Photoshop keeps in its image resources (IIM 4.2, 6).

Each value of city, sub-location, province, country and content location is overwritten with
spaces, so that no length changes.
"""

import re
import struct
from collections.abc import Iterator

_PLACES = (26, 27, 90, 92, 95, 100, 101)
_SIGN = re.compile(rb"\x1c\x02[\x1a\x1b\x5a\x5c\x5f\x64\x65]")
IIM = 0x0404
EXIF = (0x0422, 0x0423)
XMP = 0x0424


def resources(content: bytes | bytearray, start: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Yield the number, start and end of each image resource, up to the first broken one."""
    while start + 12 <= end and content[start : start + 4] in (b"8BIM", b"MeSa", b"PHUT", b"AgHg"):
        (number,) = struct.unpack_from(">H", content, start + 4)
        begin = start + 6 + ((content[start + 6] + 2) & ~1)
        if begin + 4 > end:
            return
        (size,) = struct.unpack_from(">I", content, begin)
        if begin + 4 + size > end:
            return
        yield number, begin + 4, begin + 4 + size
        start = begin + 4 + size + size % 2


def blank_iim(content: bytearray, start: int, end: int) -> bool:
    """Blank the places in a block of IPTC. Return False when there was none."""
    found, at = False, start
    while at + 5 <= end and content[at] == 0x1C:
        record, dataset, size = struct.unpack_from(">BBH", content, at + 1)
        if size > 0x7FFF or at + 5 + size > end:
            break
        if record == 2 and dataset in _PLACES and content[at + 5 : at + 5 + size].strip():
            content[at + 5 : at + 5 + size] = b" " * size
            found = True
        at += 5 + size
    return _blank_damaged(content, at, end) or found


def has_signs(content: bytes | bytearray, start: int, end: int) -> bool:
    return bool(_SIGN.search(content, start, end))


def _blank_damaged(content: bytearray, start: int, end: int) -> bool:
    """Blank what follows a broken value, if it looks like a place."""
    if not has_signs(content, start, end):
        return False
    content[start:end] = bytes(end - start)
    return True
