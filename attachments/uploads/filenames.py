"""The name of a file: data that people read, never a path and never a header."""

from urllib.parse import quote

from attachments.models import NAME_LENGTH
from attachments.uploads.formats import Format, extension_of, is_known_extension
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


def with_extension_of(format: Format, name: str) -> str:
    """Return a name that ends in an extension of that format: what the bytes of the file are.

    An extension of another format is replaced (`plan.jpg` that holds a PDF becomes `plan.pdf`); of
    two extensions the right one stays (`photo.jpg.pdf` that holds a JPEG becomes `photo.jpg`). What
    is no extension stays in the name (`v2.3 plan` becomes `v2.3 plan.pdf`).
    """
    extension = extension_of(name)
    if extension in format.extensions or not format.extensions:
        return name
    if is_known_extension(extension):
        name = name.rpartition(".")[0].rstrip(" .")
    if extension_of(name) in format.extensions:
        return name
    return _shortened(f"{name}.{format.extensions[0]}")


def _shortened(name: str) -> str:
    if len(name) <= NAME_LENGTH:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > EXTENSION_LENGTH:
        return name[:NAME_LENGTH].strip()
    return stem[: NAME_LENGTH - len(extension) - 1].strip() + dot + extension
