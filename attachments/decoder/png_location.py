"""The location in a PNG: the chunks that say one are overwritten, at their length."""

import re
import struct
import zlib

from attachments.decoder import location, xmp_location
from attachments.decoder.png_chunks import Chunk, chunks, inflated

# An ancillary, private chunk that is safe to copy, which readers skip (PNG, 5.4).
FILLER = b"fiLl"
TEXT_MAX_BYTES = 16 * 1024 * 1024
_EXIF_NAMES = re.compile(rb"gps|location|coordinates|^city|^country", re.IGNORECASE)
_PROFILE = re.compile(rb"Raw profile type (\w+)")


def blank(content: bytearray) -> bool:
    """Blank the chunks that say a place, in place. Return False when there was none."""
    found = [one for one in chunks(content) if _says_place(content, one)]
    for one in found:
        _overwrite(content, one)
    return bool(found)


def _overwrite(content: bytearray, one: Chunk) -> None:
    """Blank the place in EXIF, which keeps the orientation. Make another chunk an empty filler."""
    if one.kind == b"eXIf":
        head = 6 if content.startswith(b"Exif\0\0", one.start) else 0
        location.blank_exif(content, one.start + head, one.end)
    else:
        content[one.start - 4 : one.end] = FILLER + bytes(one.end - one.start)
    checksum = zlib.crc32(content[one.start - 4 : one.end])
    content[one.end : one.end + 4] = struct.pack(">I", checksum)


def _says_place(content: bytearray, one: Chunk) -> bool:
    data = bytes(content[one.start : one.end]) if one.kind in _READERS else b""
    return bool(data) and _READERS[one.kind](data)


def _exif(data: bytes) -> bool:
    return location.blank_exif(bytearray(data.removeprefix(b"Exif\0\0")), 0, len(data))


def _plain_text(data: bytes) -> bool:
    keyword, _zero, text = data.partition(b"\0")
    return _text(keyword, text)


def _deflated_text(data: bytes) -> bool:
    keyword, _zero, packed = data.partition(b"\0")
    return _text(keyword, inflated(packed[1:], TEXT_MAX_BYTES))


def _international_text(data: bytes) -> bool:
    keyword, _zero, rest = data.partition(b"\0")
    text = rest[2:].split(b"\0", 2)[-1]
    return _text(keyword, inflated(text, TEXT_MAX_BYTES) if rest[:1] == b"\1" else text)


def _text(keyword: bytes, text: bytes | None) -> bool:
    """Tell whether a text says a place, or is a profile that cannot be read."""
    profile = _PROFILE.match(keyword)
    if profile:
        return text is None or _profile(profile[1].lower(), text)
    if keyword.startswith(b"XML:com.adobe.xmp"):
        return text is None or xmp_location.has_place(text)
    return bool(_EXIF_NAMES.search(keyword))


def _profile(name: bytes, text: bytes) -> bool:
    """Tell whether a profile that ImageMagick wrote, in hexadecimal, says a place."""
    try:
        data = bytearray.fromhex(b"".join(text.split()[2:]).decode("ascii"))
    except ValueError:
        return True
    if name in (b"exif", b"app1"):
        head = 6 if data.startswith(b"Exif\0\0") else 0
        return location.blank_exif(data, head, len(data)) or xmp_location.has_place(data)
    if name in (b"iptc", b"8bim"):
        return location.blank_photoshop(data, 0, len(data))
    return xmp_location.has_place(data)


_READERS = {
    b"eXIf": _exif,
    b"tEXt": _plain_text,
    b"zTXt": _deflated_text,
    b"iTXt": _international_text,
}
