"""The location in WEBM and Matroska: tags whose name says a place, blanked in place (EBML)."""

import re

# TagName (0x45A3), TagString (0x4487), each with a size of one to four bytes.
_TAG = re.compile(
    rb"\x45\xa3(?:[\x80-\xff]|[\x40-\x7f].|[\x20-\x3f]..|[\x10-\x1f]...)"
    rb"([\w.\-]*(?:location|gps|latitude|longitude)[\w.\-]*)"
    rb"(?:\x44\x7a.{1,12}?|\x44\x84.{2}|\x44\xb4.{2}|\xec.{1,40}?)*?\x44\x87",
    re.IGNORECASE | re.DOTALL,
)


def blank(content: bytearray) -> bool:
    """Blank the values of the tags that name a place. Return False when there was none."""
    found = False
    for tag in list(_TAG.finditer(content)):
        start, end = _value(content, tag.end())
        if content[start:end].strip():
            content[start:end] = b" " * (end - start)
            found = True
    return found


def _value(content: bytearray, at: int) -> tuple[int, int]:
    """Return where the value begins and ends whose size stands here (RFC 8794, 4)."""
    first = content[at] if at < len(content) else 0
    width = 9 - first.bit_length()
    size = int.from_bytes(content[at : at + width], "big") & ((1 << 7 * width) - 1)
    return at + width, min(at + width + size, len(content))
