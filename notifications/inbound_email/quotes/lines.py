"""Lines of an email: how deep each is quoted, and how it is compared with a line that is known."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from core.text import is_blank, without_accents

PREFIX = re.compile(r"[ \t\xa0\u202f\ufeff]*(?:>[ \t\xa0\u202f]?)+")
# Joiners, direction marks and the byte order mark, which iOS puts in front of a quote.
UNSEEN = re.compile("[\u00ad\u034f\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff]")
HYPHENS = re.compile("[\u2010-\u2015\u2212]")
APOSTROPHES = re.compile("[\u2018\u2019\u02bc\u00b4]")
RULE = re.compile(r"(?:[-_=*~#] ?){3,}")
NOT_LETTERS = re.compile(r"[\W_]+")
# A link, with the number that Roundcube puts there instead. Filters and PUBLIC_URL change servers.
LINK = re.compile(r"https?://[^\s<>()\[\]]+|\[\d{1,3}\]")
SERVER = re.compile(r"https?://[^\s/<>()\[\]]+/?")
TOKEN = re.compile(r"(?<=unsubscribe)/[^\s<>()\[\]]+")
# A person's line may be long. What programs write is shorter.
LONGEST_FOLDED = 1_000


@dataclass(frozen=True)
class Line:
    """One line. `text` is what follows the quote marks, of which there are `depth`."""

    raw: str
    depth: int
    text: str

    @classmethod
    def of(cls, raw: str) -> "Line":
        found = PREFIX.match(raw)
        if found is None or (raw.startswith(">>> ") and raw.rstrip().endswith(">>>")):
            return cls(raw, 0, raw)
        return cls(raw, found[0].count(">"), raw[found.end() :])

    @cached_property
    def is_blank(self) -> bool:
        return is_blank(self.text)

    @cached_property
    def is_rule(self) -> bool:
        return RULE.fullmatch(HYPHENS.sub("-", self.text.strip())) is not None

    @cached_property
    def folded(self) -> str:
        return folded(self.text[:LONGEST_FOLDED])

    @cached_property
    def key(self) -> str:
        return key_of(self.text)


def lines_of(text: str) -> list[Line]:
    return [Line.of(raw) for raw in text.split("\n")]


def folded(text: str) -> str:
    """Return a text as the tables of headers and signatures write it.

    In lower case, without accents, bold marks and invisible characters, with single spaces, `-` for
    every hyphen and `'` for every apostrophe.
    """
    plain = text.lower().replace("*", "")
    if not plain.isascii():
        plain = APOSTROPHES.sub("'", HYPHENS.sub("-", UNSEEN.sub("", plain)))
        plain = without_accents(plain, "NFKD")
    return " ".join(plain.replace("`", "'").split())


def key_of(text: str) -> str:
    """Return the letters and digits of a text: all that re-wrapping and quoting leave as it was.

    Links are left out; of a line that is only a link, its path is left.
    """
    return _letters(LINK.sub(" ", text)) or _letters(TOKEN.sub("", SERVER.sub(" ", text)))


def _letters(text: str) -> str:
    plain = text if text.isascii() else without_accents(UNSEEN.sub("", text), "NFKD")
    return NOT_LETTERS.sub("", plain.lower())


def next_with_text(lines: list[Line], start: int) -> int:
    """Return the position of the first line from `start` on that is not blank; the end if none."""
    position = start
    while position < len(lines) and lines[position].is_blank:
        position += 1
    return position


def joined(lines: Iterable[Line]) -> str:
    return "\n".join(line.raw for line in lines)
