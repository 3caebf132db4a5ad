"""Search of words, whatever their accents and capitals.

Columns are folded in SQL (`translate`), queries in Python (`fold`). PostgreSQL's `unaccent` is not
on every server, and an index cannot use it as it is not immutable.
"""

import re

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import F, Func, TextField, Value
from django.db.models.functions import Lower

from core.text import without_accents

ACCENTED = "àâäáãåçéèêëíìîïñóòôöõúùûüýÿ"
PLAIN = "aaaaaaceeeeiiiinooooouuuuyy"
WORD = re.compile(r"\w+")


def words_of(field: str) -> SearchVector:
    """Return the indexable words of a column, folded."""
    folded = Func(
        Lower(F(field)),
        Value(ACCENTED),
        Value(PLAIN),
        function="translate",
        output_field=TextField(),
    )
    return SearchVector(folded, config="simple")


def matching(text: str) -> SearchQuery | None:
    """Return a query for the rows that hold a word with each of these beginnings.

    None if the text holds no word.
    """
    words = WORD.findall(fold(text))
    if not words:
        return None
    return SearchQuery(
        " & ".join(f"{word}:*" for word in words), search_type="raw", config="simple"
    )


def fold(text: str) -> str:
    """Return the text in lower case, without accents."""
    return without_accents(text.lower(), "NFKD")
