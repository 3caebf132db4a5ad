"""The picture of a TIFF: its first page, or the first that is no reduced picture of another."""

import io
import struct

from PIL import Image

from attachments.decoder import exif_gps
from attachments.decoder.source import Source, Unsupported

REDUCED, WIDTH, HEIGHT, OFFSETS = 0x00FE, 0x0100, 0x0101, (0x0111, 0x0144)
PAGES_TRIED = 8


def source(content: bytes, _format: str) -> Source:
    """Return the picture of a TIFF. Raises Unsupported for a whole one that Pillow cannot read."""
    stream = io.BytesIO(content)
    try:
        with Image.open(stream, formats=["TIFF"]) as opened:
            width, height = opened.size
            profile = opened.info.get("icc_profile")
    except Exception as error:
        size = _size(content)
        if size is None:
            raise
        raise Unsupported(*size) from error
    return Source(stream, "TIFF", width, height, exif_gps.orientation(content), profile)


def _size(content: bytes) -> tuple[int, int] | None:
    """Return the size of the first picture if the file says one, and where its pixels are."""
    structure = exif_gps.Structure(content, 0, len(content))
    word = 8 if structure.is_big else 4
    (offset,) = struct.unpack_from(f"{structure.order}{structure.word}", content, word)
    found = {entry.tag: entry for entry in structure.entries(offset)[0]}
    if not (WIDTH in found and HEIGHT in found and any(tag in found for tag in OFFSETS)):
        return None
    return structure.short(found[WIDTH]), structure.short(found[HEIGHT])
