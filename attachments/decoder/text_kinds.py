"""Tells texts from other bytes, and one kind of text from another."""

import re
from typing import IO

from attachments.decoder.protocol import DecodeRequest
from attachments.decoder.text import text_of

DXF = re.compile(r"\s*(999[ \t]*\r?\n[^\n]*\n\s*)*0[ \t]*\r?\n\s*SECTION\b")
STEP = re.compile(r"\s*ISO-10303-21\s*;")


def is_text(file: IO[bytes], head: bytes, announced: str) -> bool:
    """Tell whether a person can read these bytes as a text."""
    if text_of(head, is_cut=True) is None:
        return False
    file.seek(0)
    return text_of(file.read()) is not None


def format_of(file: IO[bytes], request: DecodeRequest) -> str:
    """Return the format of a text. Raises Refused for a page under no text's name."""
    file.seek(0)
    text = text_of(file.read()) or ""
    if DXF.match(text):
        return "dxf"
    if STEP.match(text):
        return "step"
    if request.family == "text":
        return request.format
    return "txt"
