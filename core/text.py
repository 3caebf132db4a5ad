"""Clean, compare and shorten Unicode text.

This is the only module that reads `unicodedata`. Lengths count code points, as PostgreSQL does.
"""

import unicodedata
from typing import Literal

Form = Literal["NFD", "NFKD"]

# A right-to-left override (U+202E) before "fdp.exe" makes it read as "exe.pdf".
DIRECTION_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
TEXT_CONTROLS = frozenset("\n\t")
# Controls, format characters (direction marks, joiners), surrogates, private use, unassigned,
# line and paragraph separators: the general categories of Unicode.
INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def composed(text: str) -> str:
    """Return a text in NFC, where an accented letter is one character if it can be."""
    return unicodedata.normalize("NFC", text)


def is_control(character: str) -> bool:
    """Tell whether a message must not hold a character.

    Control characters, surrogates and direction overrides are refused. Line feeds and tabs are
    text; so are joiners and direction marks, which emoji, Arabic and Hebrew need.
    """
    if character in TEXT_CONTROLS:
        return False
    return character in DIRECTION_CONTROLS or unicodedata.category(character) in ("Cc", "Cs")


def is_invisible(character: str) -> bool:
    """Tell whether a character shows nothing and is no space. Stricter than `is_control`."""
    return not character.isspace() and unicodedata.category(character) in INVISIBLE_CATEGORIES


def without_controls(text: str) -> str:
    """Compose a text, remove its control characters and strip it."""
    return "".join(letter for letter in composed(text) if not is_control(letter)).strip()


def visible_line(text: str) -> str:
    """Compose a text, remove its invisible characters and put it on one line."""
    return one_line("".join(letter for letter in composed(text) if not is_invisible(letter)))


def email_spelling(address: str) -> str:
    """Return the one spelling of an email address: in lower case, without space around it.

    NFC, not NFKC, which RFC 6532 (section 3.1) advises against: it joins different addresses.
    """
    return composed(visible_line(address.lower()))


def one_line(text: str) -> str:
    """Replace each run of white space, line ends included, by one space; strip."""
    return " ".join(text.split())


def shortened(text: str, length: int) -> str:
    """Return a text on one line of at most `length` characters; "…" marks a cut."""
    line = one_line(text)
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"


def without_accents(text: str, form: Form) -> str:
    """Return a text decomposed, without its combining marks.

    NFKD also replaces compatibility characters: the ligature "ﬁ" becomes "fi"; NFD keeps it.
    """
    decomposed = unicodedata.normalize(form, text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def in_ascii(text: str) -> str:
    """Return a text without its accents and without what ASCII cannot write."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
