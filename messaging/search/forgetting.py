"""Take entries out of the search for good, with the words that no other entry has.

A word is looked up by the index, which reads all entries that have it. So what stands in the newest
entries counts as used without a look: that spares the words that everybody writes.
"""

from collections.abc import Sequence

from django.db import connection, transaction

from messaging.models import SearchEntry
from messaging.search.index import LOCK

NEWEST = 2_000
_LOCK = "SELECT pg_advisory_xact_lock(%s)"
_TAKE = """
    WITH gone AS (DELETE FROM messaging_searchentry WHERE id = ANY(%s) RETURNING words)
    SELECT DISTINCT word FROM gone, unnest(tsvector_to_array(words)) word
    WHERE word ~ '^[a-z]{3,30}$'
"""
_FORGET = """
    WITH common AS MATERIALIZED (
        SELECT DISTINCT word FROM (
            SELECT words FROM messaging_searchentry ORDER BY at DESC, id DESC LIMIT %(newest)s
        ) recent, unnest(tsvector_to_array(words)) word
    )
    DELETE FROM messaging_searchword known
    WHERE known.word = ANY(%(words)s) AND known.word NOT IN (SELECT word FROM common)
        AND NOT EXISTS (
            SELECT FROM messaging_searchentry WHERE words @@ known.word::tsquery
        )
"""


@transaction.atomic
def forget_entries(ids: Sequence[int]) -> int:
    """Delete entries by their ids, and the words that nobody else wrote; return how many entries.

    Waits for whoever writes entries just now.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [LOCK])
        count = SearchEntry.objects.filter(pk__in=ids).count()
        cursor.execute(_TAKE, [list(ids)])
        words = [word for (word,) in cursor.fetchall()]
    forget_words(words)
    return count


@transaction.atomic
def forget_words(words: Sequence[str]) -> None:
    """Delete those of these words that no entry has."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [LOCK])
        cursor.execute(_FORGET, {"newest": NEWEST, "words": list(words)})
