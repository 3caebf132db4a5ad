"""The picture of a PNG alone.

Pillow stops at a wrong checksum of any chunk, at a long text and at an odd animation. So it gets
only the chunks of the first picture, with their checksums computed again.
"""

import io
import struct

from attachments.decoder import exif_gps, png_bands
from attachments.decoder.png_chunks import Chunk, Parts, chunk, chunks, head, inflated, parts
from attachments.decoder.source import Source

PROFILE_MAX_BYTES = 8 * 1024 * 1024


def source(content: bytes, _format: str = "") -> Source:
    """Return the first picture of a PNG alone, its size, orientation and profile."""
    every = list(chunks(content))
    found = parts(content, every)
    return Source(
        _plain(content, found),
        "PNG",
        found.header.width,
        found.header.height,
        _orientation(content, every),
        _profile(content, every),
        in_parts=lambda size: png_bands.reduced(content, found, size),
    )


def _plain(content: bytes, found: Parts) -> io.BytesIO:
    plain = io.BytesIO()
    plain.write(head(found))
    view = memoryview(content)
    for one in found.data:
        plain.write(struct.pack(">I4s", one.end - one.start, b"IDAT"))
        plain.write(view[one.start : one.end])
        # Pillow does not look at the checksum of these, which zlib has as well.
        plain.write(bytes(4))
    plain.write(chunk(b"IEND", b""))
    plain.seek(0)
    return plain


def _orientation(content: bytes, every: list[Chunk]) -> int:
    for one in every:
        if one.kind == b"eXIf":
            return exif_gps.orientation(content[one.start : one.end].removeprefix(b"Exif\0\0"))
    return 1


def _profile(content: bytes, every: list[Chunk]) -> bytes | None:
    for one in every:
        if one.kind == b"iCCP":
            _name, _zero, packed = content[one.start : one.end].partition(b"\0")
            return inflated(packed[1:], PROFILE_MAX_BYTES)
    return None
