"""The name of a file: data that people read, never a path and never a header."""

import re
from urllib.parse import quote

from django.utils.translation import gettext

from attachments.models import NAME_LENGTH
from attachments.uploads.formats import Format, extension_of, is_known_extension
from core.text import composed, in_ascii, is_invisible, one_line

EXTENSION_LENGTH = 10
# The longest name of a file on Linux, macOS and Android is 255 bytes of UTF-8.
NAME_BYTES = 240

# Names that Windows keeps for devices, with any extension.
DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)", re.IGNORECASE)

ZERO_WIDTH_JOINER, ZERO_WIDTH_NON_JOINER = "\u200d", "\u200c"
# An emoji is drawn from several characters: presentation and skin tone follow the first one.
_EMOJI = "[\u00a9\u00ae\u203c-\u32ff\U0001f000-\U0001faff]"
_PICTURE = rf"{_EMOJI}[\ufe0e\ufe0f\u20e3]*[\U0001f3fb-\U0001f3ff]?\ufe0f?"
# Scripts whose letters join, or are kept from it: Arabic to Thaana, those of India, Mongolian.
_JOINING = "[\u0600-\u07ff\u0840-\u0dff\u1000-\u109f\u1800-\u18af\ufb50-\ufdff\ufe70-\ufeff]"
# What keeps its joiners and its tags: joined emoji, the flags of England, Scotland and Wales,
# letters on both sides.
KEPT = re.compile(
    rf"{_PICTURE}(?:\u200d{_PICTURE})+"
    "|\U0001f3f4[\U000e0061-\U000e007a]{2,6}\U000e007f"
    rf"|(?<={_JOINING})[\u200c\u200d](?={_JOINING})"
    # Newer emoji than this Python knows count as unassigned.
    "|[\U0001f000-\U0001faff]"
)


def clean_name(name: str) -> str:
    """Return the last part of a path, in NFC, on one line, without anything invisible.

    A long name is cut before its extension. A name of which nothing is left becomes "File".
    """
    last_part = name.replace("\\", "/").rpartition("/")[2]
    visible = one_line(_visible(composed(last_part)))
    stem = visible.strip(" .")
    if visible.startswith(".") and is_known_extension(stem.lower()):
        # An extension alone.
        stem = f"{gettext('File')}.{stem}"
    is_device = DEVICES.match(stem) is not None
    return _shortened(f"_{stem}" if is_device else stem) or gettext("File")


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


def _visible(name: str) -> str:
    """Remove what shows nothing, direction marks included, but not what draws an emoji."""
    parts: list[str] = []
    at = 0
    for kept in KEPT.finditer(name):
        parts += [_without_invisible(name[at : kept.start()]), kept[0]]
        at = kept.end()
    return "".join([*parts, _without_invisible(name[at:])])


def _without_invisible(text: str) -> str:
    # White space stays for now, line ends too: `one_line` makes one space of it.
    return "".join(letter for letter in text if not is_invisible(letter))


def _shortened(name: str) -> str:
    if _fits(name):
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > EXTENSION_LENGTH:
        stem, dot, extension = name, "", ""
    ending = dot + extension
    while not _fits(stem + ending):
        stem = stem[:-1]
    # Not half of an emoji.
    return stem.strip(" ." + ZERO_WIDTH_JOINER) + ending


def _fits(name: str) -> bool:
    return len(name) <= NAME_LENGTH and len(name.encode(errors="replace")) <= NAME_BYTES
