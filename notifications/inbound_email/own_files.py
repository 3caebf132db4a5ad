"""Tell which files of an email its author sends, and which only belong to a quote or a signature.

A file that the text does not refer to is always the author's. A picture in the text is one of the
quote if it stands there, and one of the signature if it ends the text and is small, or is one that
this person sent before. When in doubt it is the author's.
"""

import re
from collections.abc import Callable, Iterable

from notifications.inbound_email.reading.content import File, Place
from notifications.inbound_email.reading.names import is_image, size_of

# Logos of signatures: measured on those that come with mail programs and their editors.
LOGO_BYTES, LOGO_PIXELS = 30 * 1024, 300
# Banners of signatures. A photo of a telephone has more.
KNOWN_LOGO_BYTES = 200 * 1024
ICON_PIXELS = 64
# Where no size can be read.
ICON_BYTES = 1_500
# Lines below which "Cordialement" no longer tells that a signature has begun.
CLOSING_LINES = 8
LONGEST_SIGNATURE = 25
# Between the closing words and a logo: a name, a function, a company.
LINES_TO_CLOSING = 4
LONGEST_LINE = 72
CONTACT = re.compile(r"@|www\.|(?:\d[ .\-/()]{0,3}){8,}")
CLOSING = re.compile(
    r"^(?:(?:bien |très |trés )?cordialement|cdlt|bien à (?:vous|toi)|sincères? salutations"
    r"|salutations|bonne (?:journée|soirée|réception)|(?:avec )?mes (?:meilleures|sincères)"
    r"|(?:kind |best |warm )?regards|sincerely|yours|cheers|thanks|merci)\b.{0,40}$|^--",
    re.IGNORECASE,
)
QUOTE_START = re.compile(
    r"^(?:\*?(?:De|From|Von|Da|Van|Expéditeur|Envoyé|Sent|Gesendet)\*?[ \xa0]?:"
    r"|_{10,}|-{3,}.*\w.*-{2,}"
    r"|(?:Le|On|Am|El|Il)\b.{5,200}(?:écrit|wrote|schrieb\b.*|escribió|scritto)[ \xa0]?:)",
    re.IGNORECASE,
)


def own_files(files: list[File], said: str, is_known: Callable[[File], bool]) -> list[File]:
    """Return the files that the author sends. `said` is what the author wrote.

    `is_known` tells whether the same person sent the same picture before.
    """
    said_lines = set(_squeezed(said.split("\n")))
    sent = [file for file in files if not _is_quoted(file, said_lines)]
    own = [file for file in sent if not _is_decoration(file, said_lines, is_known)]
    # A picture alone is what its author wants to say.
    return own or ([] if said_lines else sent)


def _squeezed(lines: Iterable[str]) -> list[str]:
    """Return the lines that have words, as their letters alone: programs wrap and mark them."""
    letters = (re.sub(r"\W+", "", line).lower() for line in lines)
    return [line for line in letters if line]


def _is_quoted(file: File, said_lines: set[str]) -> bool:
    if file.place is None or not _is_picture(file):
        return False
    below = _below_what_is_said(file.place, said_lines)
    if file.place.is_quoted:
        return bool(below) or not said_lines
    if _goes_on(file.place, said_lines) or (below and below[-1].startswith(">")):
        return False
    return len(below) > LONGEST_SIGNATURE or any(map(QUOTE_START.match, below))


def _is_decoration(file: File, said_lines: set[str], is_known: Callable[[File], bool]) -> bool:
    if not _is_picture(file) or (file.place is None and not file.content_id):
        return False
    if file.place is None:
        return len(file.content) <= KNOWN_LOGO_BYTES and is_known(file)
    if _is_icon(file):
        return True
    if _goes_on(file.place, said_lines):
        return _is_logo(file) and _is_inside_signature(file.place)
    if _is_logo(file) and _is_after_signature(file.place, said_lines):
        return True
    may_be_known = file.place.is_signature or len(file.content) <= KNOWN_LOGO_BYTES
    return may_be_known and is_known(file)


def _is_picture(file: File) -> bool:
    return is_image(file.content, file.content_type)


def _below_what_is_said(place: Place, said_lines: set[str]) -> list[str]:
    """Return the lines between the last line of the author and the picture."""
    below: list[str] = []
    for line in reversed(place.before.split("\n")):
        letters = _squeezed([line])
        if letters and letters[0] in said_lines:
            break
        if letters or QUOTE_START.match(line.strip()):
            below.append(line.strip())
    return below[::-1]


def _goes_on(place: Place, said_lines: set[str]) -> bool:
    """Tell whether the author writes on after the picture."""
    return any(line in said_lines for line in _squeezed(place.after.split("\n")))


def _is_after_signature(place: Place, said_lines: set[str]) -> bool:
    lines = [line.strip() for line in place.before.split("\n") if line.strip()]
    return (
        place.is_signature
        or bool(_below_what_is_said(place, said_lines))
        or any(map(CLOSING.match, lines[-CLOSING_LINES:]))
    )


def _is_inside_signature(place: Place) -> bool:
    """Tell whether a picture stands between the closing words and a telephone number or address."""
    before = [line.strip() for line in place.before.split("\n") if line.strip()]
    after = [line.strip() for line in place.after.split("\n") if line.strip()]
    is_short = len(after) <= CLOSING_LINES and all(len(line) <= LONGEST_LINE for line in after)
    is_closed = any(map(CLOSING.match, before[-LINES_TO_CLOSING:]))
    return is_closed and is_short and any(map(CONTACT.search, after))


def _size(file: File) -> tuple[int, int] | None:
    place = file.place
    if place and place.width and place.height:
        return place.width, place.height
    return size_of(file.content)


def _is_icon(file: File) -> bool:
    size = _size(file)
    return max(size) <= ICON_PIXELS if size else len(file.content) <= ICON_BYTES


def _is_logo(file: File) -> bool:
    size = _size(file)
    return len(file.content) <= LOGO_BYTES and (size is None or min(size) < LOGO_PIXELS)
