"""Texts: decoded from whatever encoding they are in, and written out in UTF-8 for the rules."""

import re
from typing import IO

from attachments.decoder.extracted import write_contents
from attachments.decoder.protocol import DecodeRequest, Refused, Report

# A text holds no control character but tab, line ends, form feed and escape.
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


def decode(file: IO[bytes], request: DecodeRequest) -> Report:
    """Confirm a text, and write it out in UTF-8."""
    text = text_of(file.read())
    if text is None:
        raise Refused("name_and_type_differ", "not a text")
    write_contents(request, [text.encode(errors="replace")])
    return Report()


def text_of(content: bytes, *, is_cut: bool = False) -> str | None:
    """Return the text that bytes hold, or None."""
    text = _decoded(content)
    return None if CONTROLS.search(text) else text


def _decoded(content: bytes) -> str:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Excel in France writes CSV in Windows-1252.
        return content.decode("cp1252", errors="replace")
