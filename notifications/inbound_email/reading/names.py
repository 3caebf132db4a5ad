"""Tell what kind of file bytes are, for a file that came without a name or an extension."""

import mimetypes
import re
import struct

SIGNATURES = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF8", "gif"),
    (b"%PDF-", "pdf"),
    (b"II*\x00", "tif"),
    (b"MM\x00*", "tif"),
    (b"BM", "bmp"),
    (b"{\\rtf", "rtf"),
)
HEIC = frozenset({b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"})
BRANDS = {b"avif": "avif", b"avis": "avif", b"qt  ": "mov", b"M4A ": "m4a"}
BY_TYPE = {
    "image/jpg": "jpg",
    "image/jpeg": "jpg",
    "image/pjpeg": "jpg",
    "image/heic": "heic",
    "audio/mp4": "m4a",
    "audio/x-m4a": "m4a",
    "audio/ogg": "ogg",
    "text/vcard": "vcf",
    "text/x-vcard": "vcf",
    "text/calendar": "ics",
    "text/plain": "txt",
    "text/html": "html",
}
IMAGES = frozenset({"jpg", "png", "gif", "webp", "heic", "tif", "bmp", "avif"})
EXTENSION = re.compile(r"\.[A-Za-z0-9]{1,5}$")


def extension_of(content: bytes, content_type: str = "") -> str:
    """Return the extension that fits the bytes, or else the type; empty if neither tells."""
    for start, extension in SIGNATURES:
        if content.startswith(start):
            return extension
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "webp"
    if content[4:8] == b"ftyp":
        brand = content[8:12]
        return "heic" if brand in HEIC else BRANDS.get(brand, "mp4")
    known = mimetypes.guess_extension(content_type) or ""
    return BY_TYPE.get(content_type) or known.lstrip(".")


def is_image(content: bytes, content_type: str) -> bool:
    return content_type.startswith("image/") or extension_of(content) in IMAGES


def has_extension(name: str) -> bool:
    return EXTENSION.search(name) is not None


def size_of(content: bytes) -> tuple[int, int] | None:
    """Return the width and height of a picture, from its header alone. None if it is not read."""
    try:
        if content.startswith(b"\x89PNG"):
            return struct.unpack(">II", content[16:24])
        if content.startswith(b"GIF8"):
            return struct.unpack("<HH", content[6:10])
        if content.startswith(b"BM"):
            width, height = struct.unpack("<ii", content[18:26])
            return abs(width), abs(height)
        if content.startswith(b"\xff\xd8"):
            return _size_of_jpeg(content)
    except struct.error:
        return None
    return None


def _size_of_jpeg(content: bytes) -> tuple[int, int] | None:
    position = 2
    while position + 9 <= len(content) and content[position] == 0xFF:
        marker, length = content[position + 1], int.from_bytes(content[position + 2 : position + 4])
        # The frames: SOF0 to SOF15, but for the three that are tables.
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", content[position + 5 : position + 9])
            return width, height
        position += 2 + length
    return None
