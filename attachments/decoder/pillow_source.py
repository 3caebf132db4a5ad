"""The picture in a file of a format that Pillow reads by itself."""

import io
from importlib import import_module

from PIL import Image

from attachments.decoder.source import Source

PILLOW_NAMES = {"heic": "HEIF", "jp2": "JPEG2000"}


def source(content: bytes, format: str) -> Source:
    """Return the first or main picture of a file, its size, orientation and profile."""
    stream, name = io.BytesIO(content), PILLOW_NAMES.get(format, format.upper())
    if name == "HEIF":
        import_module("pi_heif").register_heif_opener(thumbnails=False)
    with Image.open(stream, formats=[name]) as opened:
        width, height = opened.size
        return Source(
            stream, name, width, height, _orientation(opened), opened.info.get("icc_profile")
        )


def _orientation(opened: Image.Image) -> int:
    try:
        orientation = opened.getexif().get(0x0112, 1)
    except Exception:
        return 1
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1
