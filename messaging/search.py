"""Finding words where accents and capitals do not matter.

PostgreSQL's `unaccent` is not everywhere (and cannot be indexed as it is), so both sides are
folded the same way: in SQL by `translate`, in Python by `fold`.
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
    """Return a query for rows that hold every word of the text, the last ones perhaps unfinished.

    None when the text holds no word.
    """
    words = WORD.findall(fold(text))
    if not words:
        return None
    return SearchQuery(
        " & ".join(f"{word}:*" for word in words), search_type="raw", config="simple"
    )


def fold(text: str) -> str:
    return without_accents(text.lower(), "NFKD")
