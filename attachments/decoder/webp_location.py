"""The location in a WEBP: its chunks of EXIF and XMP (RIFF)."""

import struct

from attachments.decoder import location, xmp_location


def blank(content: bytearray) -> bool:
    """Blank the places in the chunks of a WEBP. Return False when there was none."""
    found, at = False, 12
    while at + 8 <= len(content):
        kind, size = struct.unpack_from("<4sI", content, at)
        start, end = at + 8, min(at + 8 + size, len(content))
        if kind == b"EXIF":
            head = 6 if content.startswith(b"Exif\0\0", start) else 0
            found |= location.blank_exif(content, start + head, end)
        elif kind == b"XMP ":
            found |= xmp_location.blank(content, start, end)
        at = end + size % 2
    return found
