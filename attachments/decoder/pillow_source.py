"""The picture in a file of a format that Pillow reads by itself."""

import io
from importlib import import_module

from PIL import Image

from attachments.decoder.source import Source

# That of WEBP holds the picture three times (831 MB for 49 million pixels), that of HEIC one of
# more than eight bits three times (579 MB for 33 million).
WEIGHTS = {"WEBP": 1.5, "JPEG2000": 2}
PILLOW_NAMES = {"heic": "HEIF", "jp2": "JPEG2000"}


def source(content: bytes, format: str) -> Source:
    """Return the first or main picture of a file, its size, orientation and profile."""
    stream, name = io.BytesIO(content), PILLOW_NAMES.get(format, format.upper())
    if name == "HEIF":
        import_module("pi_heif").register_heif_opener(thumbnails=False)
    with Image.open(stream, formats=[name]) as opened:
        width, height = opened.size
        profile = opened.info.get("icc_profile")
        return Source(
            stream, name, width, height, _orientation(opened), profile, _weight(opened, name)
        )


def _weight(opened: Image.Image, name: str) -> float:
    """Return the memory that a decoder takes, by 600 MB for 50 million pixels (measured)."""
    if name == "HEIF" and opened.info.get("bit_depth", 8) > 8:
        return 2
    return WEIGHTS.get(name, 1)


def _orientation(opened: Image.Image) -> int:
    try:
        orientation = opened.getexif().get(0x0112, 1)
    except Exception:
        # Damaged EXIF, in any of Pillow's errors: the picture is shown as it lies.
        return 1
    return orientation if isinstance(orientation, int) and 1 <= orientation <= 8 else 1
