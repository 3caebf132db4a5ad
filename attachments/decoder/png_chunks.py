"""The chunks of a PNG, and those of them that make its first picture (PNG, third edition)."""

import struct
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from attachments.decoder.source import Unsupported

SIGNATURE = b"\x89PNG\r\n\x1a\n"
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


class Chunk(NamedTuple):
    """A chunk: its type, `start` and `end` of its data."""

    kind: bytes
    start: int
    end: int


class Header(NamedTuple):
    """The chunk IHDR (11.2.1)."""

    width: int
    height: int
    depth: int
    colour: int
    compression: int
    filter: int
    is_interlaced: int

    @property
    def channels(self) -> int:
        return CHANNELS[self.colour]


class Parts(NamedTuple):
    """The chunks that make the first picture."""

    header: Header
    palette: bytes
    transparency: bytes
    data: list[Chunk]


def chunks(content: bytes | bytearray) -> Iterator[Chunk]:
    """Yield the chunks of a PNG. The last one may be shorter than it says."""
    at = len(SIGNATURE)
    while at + 8 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        kind = bytes(content[at + 4 : at + 8])
        if not kind.isalpha():
            return
        yield Chunk(kind, at + 8, min(at + 8 + length, len(content)))
        at += 12 + length


def parts(content: bytes, every: list[Chunk]) -> Parts:
    """Return the parts of the first picture. Raises Unsupported for the PNG of an iPhone app."""
    if any(one.kind == b"CgBI" for one in every[:1]):
        raise Unsupported
    header = Header(*struct.unpack_from(">IIBBBBB", content, _first(every, b"IHDR").start))
    palettes = [content[one.start : one.end] for one in every if one.kind == b"PLTE"]
    clear = [content[one.start : one.end] for one in every if one.kind == b"tRNS"]
    data = [one for one in every if one.kind == b"IDAT"]
    return Parts(header, _palette(palettes), _transparency(header, clear), data)


def _first(every: list[Chunk], kind: bytes) -> Chunk:
    found = next((one for one in every if one.kind == kind), None)
    if found is None:
        raise ValueError(f"no {kind.decode()} in this PNG")
    return found


def _palette(found: list[bytes]) -> bytes:
    return found[0][: len(found[0]) // 3 * 3] if found else b""


def _transparency(header: Header, found: list[bytes]) -> bytes:
    shortest = {0: 2, 2: 6, 3: 1}.get(header.colour)
    is_whole = found and shortest and len(found[0]) >= shortest
    return found[0][:256] if is_whole else b""


def head(found: Parts) -> bytes:
    """Return the PNG up to its first chunk of data."""
    whole = SIGNATURE + chunk(b"IHDR", struct.pack(">IIBBBBB", *found.header))
    if found.palette:
        whole += chunk(b"PLTE", found.palette)
    if found.transparency:
        whole += chunk(b"tRNS", found.transparency)
    return whole


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I4s", len(data), kind) + data + struct.pack(">I", zlib.crc32(kind + data))


def inflated(packed: bytes, limit: int) -> bytes | None:
    """Return what a deflated text or profile holds, or None if it is broken or longer."""
    inflater = zlib.decompressobj()
    try:
        found = inflater.decompress(packed, limit)
    except zlib.error:
        return None
    return None if inflater.unconsumed_tail else found
