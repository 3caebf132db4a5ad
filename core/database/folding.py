"""Find text whatever its accents and capitals, with the same letters in SQL and in Python.

`filter(name__folded="dupre")` finds "M. Dupré". PostgreSQL's own `lower` depends on its locale (in
C it knows A to Z alone), and its `unaccent` is not on every server.
"""

from collections.abc import Iterator
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Lookup
from django.db.models.sql.compiler import SQLCompiler

from core.text import without_accents

# Latin, combining accents, Greek, Cyrillic; Latin with two accents; ligatures of print.
RANGES = (range(0x41, 0x530), range(0x1E00, 0x1F00), range(0xFB00, 0xFB07))
# What Unicode does not decompose, and signs that keyboards do not have.
OWN = {
    "œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th",
    "ı": "i", "’": "'", "‘": "'", "\u00a0": " ", "\u202f": " ", "‐": "-", "‑": "-", "–": "-",
}  # fmt: skip


def _letters() -> Iterator[tuple[str, str]]:
    """Yield each letter that changes, with what it becomes; "" removes it."""
    for letter in (chr(code) for numbers in RANGES for code in numbers):
        # Accents first: ǽ has one, and is then an æ.
        bare = without_accents(letter.lower(), "NFKD").lower()
        plain = "".join(OWN.get(sign, sign) for sign in bare)
        # Not ¼ and the like: a few letters are not worth a `replace` each.
        if plain != letter and (len(plain) < 2 or plain.isascii()):
            yield letter, plain
    for letter, plain in OWN.items():
        yield letter, plain


LETTERS = dict(_letters())
_TABLE = str.maketrans(LETTERS)
# SQL's `translate` gives one letter for one, and removes those at the end that have none.
_LONG = [(letter, plain) for letter, plain in LETTERS.items() if len(plain) > 1]
_SHORT = sorted(
    ((letter, plain) for letter, plain in LETTERS.items() if len(plain) < 2),
    key=lambda pair: not pair[1],
)
_FROM = "".join(letter for letter, _ in _SHORT)
_TO = "".join(plain for _, plain in _SHORT)


def fold(text: str) -> str:
    """Return a text in lower case without accents, as the SQL of `folded` does."""
    return text.translate(_TABLE)


@CharField.register_lookup
class Folded(Lookup[str]):
    """`field__folded=text`: the column holds the text, both folded."""

    lookup_name = "folded"
    prepare_rhs = False

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        sql, given = self.process_lhs(compiler, connection)
        params = [*given]
        for letter, plain in _LONG:
            sql = f"replace({sql}, %s, %s)"
            params += [letter, plain]
        params += [_FROM, _TO, fold(str(self.rhs))]
        return f"strpos(translate({sql}, %s, %s), %s) > 0", tuple(params)
