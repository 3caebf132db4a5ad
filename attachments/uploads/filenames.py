"""The name of a file: data that people read, never a path and never a header."""

from urllib.parse import quote

from attachments.models import NAME_LENGTH
from core.text import in_ascii, visible_line

EXTENSION_LENGTH = 10


def clean_name(name: str) -> str:
    """Return the last part of a path, in NFC, on one line, without anything invisible.

    A long name is cut before its extension. Empty when nothing is left to read.
    """
    last_part = name.replace("\\", "/").rpartition("/")[2]
    return _shortened(visible_line(last_part).strip(" ."))


def content_disposition(name: str) -> str:
    """Return the header that makes a browser save a file under its name (RFC 6266)."""
    plain = in_ascii(name).replace("\\", "_").replace('"', "_").replace("%", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _shortened(name: str) -> str:
    if len(name) <= NAME_LENGTH:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > EXTENSION_LENGTH:
        return name[:NAME_LENGTH].strip()
    return stem[: NAME_LENGTH - len(extension) - 1].strip() + dot + extension
