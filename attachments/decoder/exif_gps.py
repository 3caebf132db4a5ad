"""Removes the location from a photo without a change of its pixels.

Every picture format of phones carries its EXIF as a TIFF structure: in a segment of a JPEG (and of
each further picture that phones append to it), in a chunk of a PNG or a WEBP, in an item of a
HEIC. One search for TIFF headers serves all of them. The GPS directory behind each is overwritten
with zeros, so the file keeps its length and everything else (EXIF 2.32, 4.6.6).
"""

import io
import re
import struct
import zlib
from collections.abc import Iterator

from PIL import Image

from attachments.decoder.protocol import Refused

TIFF_HEADERS = (b"II*\0", b"MM\0*")
# XMP is text. A packet that names GPS is blanked whole.
XMP_PACKET = re.compile(rb"<x:xmpmeta.{0,1000000}?</x:xmpmeta>", re.DOTALL)
XMP_EXTENSION = b"http://ns.adobe.com/xmp/extension/\0"
XMP_EXTENSION_HEADER = 32 + 4 + 4  # digest, whole length, offset

GPS_DIRECTORY = 0x8825
ENTRY_BYTES = 12
ENTRIES_MAX = 500
TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8}
PNG = b"\x89PNG\r\n\x1a\n"


def blank(content: bytearray) -> bool:
    """Blank every location in a photo, in place. Return False when there was none."""
    starts = [start for header in TIFF_HEADERS for start in _places(content, header)]
    in_exif = [_blank_exif(content, start) for start in starts]
    in_xmp = _blank_xmp(content)
    is_changed = any(in_exif) or in_xmp
    if is_changed and content.startswith(PNG):
        _mend_png(content)
    return is_changed


def require_gone(content: bytearray) -> None:
    """Raise Refused when Pillow still finds a location, or the text of an XMP property is left."""
    with Image.open(io.BytesIO(content)) as picture:
        left = any(picture.getexif().get_ifd(GPS_DIRECTORY).values())
    if left or b"GPSLatitude" in content:
        raise Refused("location_not_removable")


def _places(content: bytearray, what: bytes) -> Iterator[int]:
    """Yield each offset of some bytes: 4 MB in 6 ms, by a regular expression in 48 (measured)."""
    at = content.find(what)
    while at != -1:
        yield at
        at = content.find(what, at + 1)


def _blank_exif(content: bytearray, start: int) -> bool:
    """Blank the GPS directory of the TIFF structure at an offset. Return False without one."""
    byte_order = "<" if content[start : start + 2] == b"II" else ">"
    try:
        (first,) = struct.unpack_from(f"{byte_order}I", content, start + 4)
        for tag, _kind, count, at in _entries(content, byte_order, start, first):
            if tag == GPS_DIRECTORY and count == 1:
                (directory,) = struct.unpack_from(f"{byte_order}I", content, at)
                return _blank_directory(content, byte_order, start, directory)
    except struct.error:
        # These bytes only look like a header, and the file ends before what they point to.
        return False
    return False


def _blank_directory(content: bytearray, byte_order: str, start: int, directory: int) -> bool:
    entries = list(_entries(content, byte_order, start, directory))
    if not entries:
        return False
    for _tag, kind, count, at in entries:
        size = TYPE_BYTES.get(kind, 1) * count
        if size > 4:
            (value,) = struct.unpack_from(f"{byte_order}I", content, at)
            _zero(content, start + value, size)
    begin = start + directory
    # The count of entries too: the directory is then empty.
    _zero(content, begin, 2 + len(entries) * ENTRY_BYTES)
    return True


def _entries(
    content: bytearray, byte_order: str, start: int, directory: int
) -> Iterator[tuple[int, int, int, int]]:
    """Yield tag, type, count and the offset of the value of each entry of a directory."""
    (number,) = struct.unpack_from(f"{byte_order}H", content, start + directory)
    if number > ENTRIES_MAX:
        return
    for index in range(number):
        at = start + directory + 2 + index * ENTRY_BYTES
        tag, kind, count = struct.unpack_from(f"{byte_order}HHI", content, at)
        yield tag, kind, count, at + 8


def _zero(content: bytearray, start: int, size: int) -> None:
    end = min(start + size, len(content))
    if start < end:
        content[start:end] = bytes(end - start)


def _blank_xmp(content: bytearray) -> bool:
    found = False
    for start in _places(content, b"<x:xmpmeta"):
        packet = XMP_PACKET.match(content, start)
        if packet and b"GPS" in packet.group():
            end = packet.end()
            del packet
            content[start:end] = b" " * (end - start)
            found = True
    # A JPEG continues a large packet in extension segments. They are blanked whole.
    for at in _places(content, XMP_EXTENSION):
        (length,) = struct.unpack_from(">H", content, at - 2)
        body = at + len(XMP_EXTENSION) + XMP_EXTENSION_HEADER
        end = min(at - 2 + length, len(content))
        if b"GPS" in content[body:end]:
            content[body:end] = b" " * max(0, end - body)
            found = True
    return found


def _mend_png(content: bytearray) -> None:
    """Compute the checksums of the chunks again (PNG, 5.3)."""
    at = len(PNG)
    while at + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, at)
        end = at + 8 + length
        if end + 4 > len(content):
            return
        struct.pack_into(">I", content, end, zlib.crc32(content[at + 4 : end]))
        at = end + 4
