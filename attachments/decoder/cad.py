"""Drawings of AutoCAD: confirmed by their first bytes, never opened."""

import re
from typing import IO

from attachments.decoder.protocol import DecodeRequest, Refused, Report


def decode(file: IO[bytes], request: DecodeRequest) -> Report:
    return _decode_dwg(file) if request.format == "dwg" else _decode_dxf(file)


def _decode_dwg(file: IO[bytes]) -> Report:
    """Confirm a drawing of AutoCAD by its version (`AC1009` to `AC1032`)."""
    if not re.match(rb"AC10\d\d", file.read(6)):
        raise Refused("name_and_type_differ", "no drawing of AutoCAD")
    return Report()


def _decode_dxf(file: IO[bytes]) -> Report:
    """Confirm an exchange drawing, in text or binary."""
    head = file.read(4096)
    is_binary = head.startswith(b"AutoCAD Binary DXF\r\n\x1a\0")
    if not is_binary and not re.match(rb"(\xef\xbb\xbf)?\s*(999\s[^\n]*\n\s*)*0\s+SECTION\b", head):
        raise Refused("name_and_type_differ", "no exchange drawing")
    return Report()
