"""What a person looks for: terms, each with the ways in which it may be written."""

import re
from dataclasses import dataclass

# A word of a folded text, as the database's `search_words` cuts it: letters of other writings too,
# without × and ÷, symbols, and emoji.
WORDS = re.compile(
    r"[a-z0-9\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u1fff\u2c00-\u2dff\u3041-\u318f\u3400-\u9fff"
    r"\ua000-\ud7ff\U00010000-\U0001efff\U00020000-\U0003ffff]+"
)

# Of a date, of which there are dozens.
FEW_WAYS = 4


@dataclass(frozen=True)
class Phrase:
    """Words next to each other. If it is open, the last one may go on."""

    words: tuple[str, ...]
    is_open: bool = True

    def __str__(self) -> str:
        """Write it for `to_tsquery`."""
        return " <-> ".join(f"'{word}'" for word in self.words) + ":*" * self.is_open

    def around(self, sign: str) -> str:
        """Write it for the words of `SearchEntry` that stand after a sign, without their order."""
        return " & ".join(f"'{sign}{word}'" for word in self.words) + ":*" * self.is_open

    def is_at(self, words: list[str], place: int) -> bool:
        """Tell whether a list of words holds the phrase at a place."""
        *first, last = self.words
        there = words[place : place + len(self.words)]
        if len(there) < len(self.words) or there[:-1] != first:
            return False
        return there[-1].startswith(last) if self.is_open else there[-1] == last


@dataclass(frozen=True)
class Term:
    """One thing that a person looks for, in the ways it may be written."""

    ways: tuple[Phrase, ...]
    # Also on which days, as "@" and the figures of year, month and day: `search_dates`.
    days: tuple[str, ...] = ()
    # All ways as one query, if that is shorter.
    written: str = ""

    @property
    def plain(self) -> str:
        """The word, if it is one word of letters; else an empty text."""
        first = self.ways[0].words
        is_word = len(first) == 1 and first[0].isascii() and first[0].isalpha()
        return first[0] if is_word and not self.days else ""

    def own(self) -> str:
        return self.written or " | ".join(f"({way})" for way in dict.fromkeys(self.ways))

    def around(self, sign: str) -> str:
        ways = self.ways[:FEW_WAYS] if self.written else self.ways
        return " | ".join(f"({way.around(sign)})" for way in dict.fromkeys(ways))
