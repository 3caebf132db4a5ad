"""Clean, compare and shorten Unicode text.

This is the only module that reads `unicodedata`. Lengths count code points, as PostgreSQL does.
`core/static/core/text.js` cleans and counts in the same way, so that a page refuses nothing that
the API takes; `tests/core/texts.json` holds both to it.
"""

import re
import unicodedata
from typing import Literal

Form = Literal["NFD", "NFKD"]

# Slides and text processors end a line with a vertical tab or a form feed.
LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
BYTE_ORDER_MARK = 0xFEFF
# C0 and C1 without tab and line feed, halves of a pair. Bar codes hold U+001C to U+001F between two
# values; U+0080 to U+009F are letters of windows-1252 that were read as Latin-1 ("l\x92escalier").
CONTROLS: dict[int, str | None] = {
    **dict.fromkeys([*range(0x20), 0x7F, *range(0xD800, 0xE000), BYTE_ORDER_MARK]),
    **dict.fromkeys(range(0x1C, 0x20), " "),
    **{code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)},
}
del CONTROLS[ord("\t")], CONTROLS[ord("\n")]

# The marks of UAX #9. An override (U+202E before "fdp.exe") makes a text read as another one.
OVERRIDES = {0x202D: "\u202a", 0x202E: "\u202b"}
EMBEDDINGS = frozenset("\u202a\u202b")
ISOLATES = frozenset("\u2066\u2067\u2068")
END_OF_EMBEDDING, END_OF_ISOLATE = "\u202c", "\u2069"
PAIRED_MARKS = EMBEDDINGS | ISOLATES | {END_OF_EMBEDDING, END_OF_ISOLATE}
DIRECTION_MARKS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# The blocks that Unicode keeps for scripts written from right to left (DerivedBidiClass).
RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u061b\u061d-\u08ff\ufb1d-\ufdff\ufe70-\ufefe\U00010800-\U00010fff"
    "\U0001e800-\U0001efff]"
)

# Controls, format characters (direction marks, joiners), surrogates, private use, unassigned,
# line and paragraph separators: the general categories of Unicode.
INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
# Signs that show nothing alone: marks on a letter or an emoji are among them, unassigned ones are
# not, since phones know newer emoji than this Python.
BLANK_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Mn", "Me"})
# Letters and symbols without a shape: Hangul fillers, braille blank, null notehead, and the place
# of an object that was not pasted.
BLANK_SIGNS = frozenset("\u115f\u1160\u2800\u3164\uffa0\ufffc\U0001d159")


def composed(text: str) -> str:
    """Return a text in NFC, where an accented letter is one character if it can be."""
    return unicodedata.normalize("NFC", text)


def cleaned(text: str) -> str:
    """Return what a person typed or pasted, as it is stored. No letter of it is refused or lost.

    In NFC, stripped, with `\\n` as its only line end. Control characters are removed. Direction
    marks stay where they serve: in a text with letters written from right to left, in pairs.
    """
    text = LINE_ENDS.sub("\n", text).translate(CONTROLS)
    return composed(_without_useless_marks(text)).strip()


def is_blank(text: str) -> bool:
    """Tell whether nobody would see anything of a text: space, joiners, fillers, lone accents."""
    return all(map(_shows_nothing, text))


def _shows_nothing(sign: str) -> bool:
    return (
        sign.isspace()
        or unicodedata.category(sign) in BLANK_CATEGORIES
        or sign in BLANK_SIGNS
        or _is_no_character(ord(sign))
    )


def _is_no_character(code: int) -> bool:
    """Tell whether Unicode will never give a meaning to a code point."""
    return code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def _without_useless_marks(text: str) -> str:
    if not DIRECTION_MARKS.search(text):
        return text
    if not RIGHT_TO_LEFT.search(text):
        return DIRECTION_MARKS.sub("", text)
    lines = text.translate(OVERRIDES).split("\n")
    return "\n".join(map(_with_pairs_only, lines))


def _with_pairs_only(line: str) -> str:
    """Remove the direction marks that pair with nothing. They pair inside a line (UAX #9, BD9)."""
    paired: set[int] = set()
    # The open isolates, each with the embeddings opened inside it; first what is in no isolate.
    levels: list[tuple[int, list[int]]] = [(-1, [])]
    for position, sign in enumerate(line):
        embeddings = levels[-1][1]
        if sign in EMBEDDINGS:
            embeddings.append(position)
        elif sign in ISOLATES:
            levels.append((position, []))
        elif sign == END_OF_EMBEDDING and embeddings:
            paired |= {embeddings.pop(), position}
        elif sign == END_OF_ISOLATE and len(levels) > 1:
            paired |= {levels.pop()[0], position}
    return "".join(
        sign for position, sign in enumerate(line) if sign not in PAIRED_MARKS or position in paired
    )


def is_invisible(character: str) -> bool:
    """Tell whether a character shows nothing and is no space. Stricter than `cleaned`."""
    return not character.isspace() and unicodedata.category(character) in INVISIBLE_CATEGORIES


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


def decomposed(text: str) -> str:
    """Return a text in form NFKD, as PostgreSQL's `normalize` does."""
    return unicodedata.normalize("NFKD", text)


def without_accents(text: str, form: Form) -> str:
    """Return a text decomposed, without its combining marks.

    NFKD also replaces compatibility characters: the ligature "ﬁ" becomes "fi"; NFD keeps it.
    """
    decomposed = unicodedata.normalize(form, text)
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def in_ascii(text: str) -> str:
    """Return a text without its accents and without what ASCII cannot write."""
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
