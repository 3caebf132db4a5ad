"""Plain text and CSV."""

import re
from typing import IO

from attachments.decoder.extracted import write_contents
from attachments.decoder.protocol import DecodeRequest, Refused, Report

# A text holds no control character but tab, line ends, form feed and escape.
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


def decode(file: IO[bytes], request: DecodeRequest) -> Report:
    """Confirm a text in UTF-8, UTF-16 or Windows-1252, and write it out in UTF-8."""
    content = file.read()
    text = _decoded(content)
    if CONTROLS.search(text):
        raise Refused("name_and_type_differ", "not a text")
    write_contents(request, [text.encode()])
    return Report()


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Excel in France writes CSV in Windows-1252.
        return content.decode("cp1252", errors="replace")
