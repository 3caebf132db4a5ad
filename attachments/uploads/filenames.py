"""The name of a file: data that people read, never a path and never a header."""

import unicodedata
from urllib.parse import quote

from attachments.models import NAME_LENGTH

# Controls, invisible and bidirectional marks (a right-to-left mark makes «fdp.exe» read as
# «exe.pdf»), surrogates, private use, line and paragraph separators.
INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
EXTENSION_LENGTH = 10


def clean_name(name: str) -> str:
    """Return the last part of a path, in NFC, on one line, without anything invisible.

    A long name is cut before its extension. Empty when nothing is left to read.
    """
    name = unicodedata.normalize("NFC", name.replace("\\", "/").rpartition("/")[2])
    seen = (" " if c.isspace() else c for c in name if c.isspace() or not _is_invisible(c))
    return _shortened(" ".join("".join(seen).split()).strip(" ."))


def content_disposition(name: str) -> str:
    """Return the header that makes a browser save a file under its name (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = plain.replace("\\", "_").replace('"', "_").replace("%", "_")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character) in INVISIBLE


def _shortened(name: str) -> str:
    if len(name) <= NAME_LENGTH:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > EXTENSION_LENGTH:
        return name[:NAME_LENGTH].strip()
    return stem[: NAME_LENGTH - len(extension) - 1].strip() + dot + extension
