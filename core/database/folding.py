"""Fold text: without accents and capitals, with the letters and signs of a keyboard.

The database's `fold_text` (migration 0009 of messaging) folds whatever is compared there: what is
searched, what is typed, and `filter(name__folded="dupre")`, which finds "M. Dupré". PostgreSQL's
own `lower` depends on its locale (in C it knows A to Z alone), and its `unaccent` is not on every
server. `fold` is its copy in Python, for places in a text that is shown. A test compares the two,
letter by letter.
"""

import re
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Func, Lookup
from django.db.models.sql.compiler import SQLCompiler

from core.text import decomposed

# Accents, soft hyphens, directions, joiners and variants of emoji: they split no word.
MARKS = re.compile(
    r"[\u0300-\u036f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]"
)
# What NFKD leaves as it is. Typographic signs become those of a keyboard.
PLAIN = str.maketrans("øØłŁđĐðÐıħŧ‐‑‒–—―−’‘ʼ´", "oollddddiht-------''''")
LONG = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss", "ẞ": "ss", "þ": "th"})
# "İ".lower() has two letters, so not Python's own. Latin, Greek, Cyrillic.
SMALL = {
    code: code + shift
    for start, end, shift in ((0x41, 0x5B, 32), (0x391, 0x3AA, 32), (0x410, 0x430, 32),
                              (0x400, 0x410, 80))
    for code in range(start, end)
}  # fmt: skip
_TABLE = PLAIN | LONG | SMALL


def fold(text: str) -> str:
    """Return a text in lower case and without accents, as the database's `fold_text` does."""
    return MARKS.sub("", decomposed(text)).translate(_TABLE)


@CharField.register_lookup
class Folded(Lookup[str]):
    """`field__folded=text`: the column holds the text, both folded."""

    lookup_name = "folded"
    prepare_rhs = False

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        sql, given = self.process_lhs(compiler, connection)
        return f"strpos(fold_text({sql}), fold_text(%s)) > 0", (*given, str(self.rhs))


class FoldText(Func):
    """A text as `fold_text` folds it: names in the order of a dictionary, «École» beside «Ecole».

    Not a collation of ICU: the embedded PostgreSQL has none.
    """

    function = "fold_text"
    arity = 1
    output_field = CharField()
