"""The picture of a TIFF: its first page."""

import io
import struct

from PIL import Image

from attachments.decoder import exif_gps
from attachments.decoder.source import Source, Unsupported

WIDTH, HEIGHT, OFFSETS = 0x0100, 0x0101, (0x0111, 0x0144)
COMPRESSION = 0x0103
# What libtiff decodes in Pillow's wheel: plain, fax, LZW, JPEG, deflate, PackBits, LZMA, Zstandard.
DECODED = (1, 2, 3, 4, 5, 6, 7, 8, 32771, 32773, 32946, 34925, 50000)


def source(content: bytes, _format: str) -> Source:
    """Return the picture of a TIFF. Raises Unsupported for a whole one that Pillow cannot read."""
    stream = io.BytesIO(content)
    try:
        with Image.open(stream, formats=["TIFF"]) as opened:
            width, height = opened.size
            profile = opened.info.get("icc_profile")
    except Exception as error:
        # Pillow's errors of any class: a damaged file, or a kind that it cannot read.
        size = _size(content)
        if size is None:
            raise
        raise Unsupported(*size) from error
    if _compression(content) not in DECODED:
        raise Unsupported(width, height)
    # Pillow has turned it, and its size, so nothing is left to turn.
    return Source(stream, "TIFF", width, height, profile=profile)


def _compression(content: bytes) -> int:
    structure, found = _first_directory(content)
    return structure.short(found[COMPRESSION]) if COMPRESSION in found else 1


def _size(content: bytes) -> tuple[int, int] | None:
    """Return the size of the first picture if the file says one, and where its pixels are."""
    structure, found = _first_directory(content)
    if not (WIDTH in found and HEIGHT in found and any(tag in found for tag in OFFSETS)):
        return None
    return structure.short(found[WIDTH]), structure.short(found[HEIGHT])


def _first_directory(content: bytes) -> tuple[exif_gps.Structure, dict[int, exif_gps.Entry]]:
    structure = exif_gps.Structure(content, 0, len(content))
    at = 8 if structure.is_big else 4
    (offset,) = struct.unpack_from(f"{structure.order}{structure.word}", content, at)
    return structure, {entry.tag: entry for entry in structure.entries(offset)[0]}
