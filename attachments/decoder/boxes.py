"""The boxes of ISO base media files and of QuickTime (ISO 14496-12, 4.2)."""

import struct
from collections.abc import Iterator
from typing import NamedTuple


class Box(NamedTuple):
    """A box: its type, where it begins, and `start` and `end` of what it holds."""

    kind: bytes
    at: int
    start: int
    end: int


def boxes(content: bytes | bytearray, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes between two offsets, up to the first broken one."""
    while start + 8 <= end:
        size, kind = struct.unpack_from(">I4s", content, start)
        head = 8
        if size == 1 and start + 16 <= end:
            (size,) = struct.unpack_from(">Q", content, start + 8)
            head = 16
        size = size or end - start
        if size < head:
            return
        # A box that is cut short holds what is there.
        stop = min(start + size, end)
        yield Box(kind, start, start + head, stop)
        start += size


def first(content: bytes | bytearray, within: Box, kind: bytes) -> Box | None:
    return next((one for one in children(content, within) if one.kind == kind), None)


def children(content: bytes | bytearray, within: Box) -> Iterator[Box]:
    """Yield the boxes in a box. A `meta` of ISO has four bytes before them."""
    start = within.start
    if within.kind == b"meta" and bytes(content[start + 4 : start + 8]) not in (b"hdlr", b"keys"):
        start += 4
    return boxes(content, start, within.end)


def number(content: bytes | bytearray, at: int, size: int) -> int:
    """Return an unsigned number of some bytes, 0 for none."""
    return int.from_bytes(content[at : at + size], "big")
