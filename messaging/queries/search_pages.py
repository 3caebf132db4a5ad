"""A page of everything that a person finds, in the order of `GET /search`.

First what says all words, then what was sent on the days that were typed. Only if there is neither:
what says them with a typing error, then the conversations that say them in several messages. Each
part is ordered by time, the newest first. Without words, it is all that the filters let through.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django.db import OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from psycopg.errors import QueryCanceled

from core.models import User
from messaging.models import SearchEntry
from messaging.queries.search import CONVERSATION, entries_for
from messaging.search.dates import period_of
from messaging.search.query import WrittenQuery, query_for
from messaging.search.related import with_typos
from messaging.search.terms import Term

# The newest entries are read one by one: a page of a frequent word is full before all that it finds
# was read and sorted. What is not among them is rare enough to be read whole.
WALKED = 2_000
# Of more hits it is not counted how many are in closed conversations.
COUNTED = 10_000
COLUMNS = ("id", "at", "conversation_id", "author_id")
# Of one statement. What takes longer is left out, and the answer says so.
BUDGET_MS = 1_000

# Materialized, so that neither is planned with the limit: for a rare word, PostgreSQL would read a
# million entries by time.
_NEWEST = (
    "newest AS MATERIALIZED ({scope}), hits AS MATERIALIZED (SELECT * FROM newest WHERE {rows})"
)
_ALL = "newest AS (SELECT 1), hits AS MATERIALIZED ({scope})"
_PAGE = """
    WITH {hits}, counted AS (SELECT conversation_id, author_id FROM hits LIMIT %s)
    SELECT ARRAY(SELECT id FROM hits ORDER BY at DESC, id DESC LIMIT %s),
        (SELECT count(*) FROM counted),
        (SELECT count(*) FROM counted JOIN messaging_conversation c ON c.id = conversation_id
            WHERE c.status = 'closed'),
        (SELECT count(*) FROM newest){facets}
"""
# Where and by whom most of it was written: ids and numbers, the most frequent first.
_FACET = """,
    (SELECT coalesce(json_agg(each), '[]') FROM (
        SELECT {column}, count(*) FROM counted
        JOIN messaging_conversation c ON c.id = conversation_id
        WHERE {column} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20
    ) each (id, count))
"""
_FACETS = "".join(
    _FACET.format(column=column) for column in ("c.client_id", "c.chantier_id", "author_id")
)


class Part(IntEnum):
    """Which of the parts a page is in."""

    SAID = 0
    SENT = 1
    TYPOS = 2
    APART = 3


# A kind to ask for: messages, files and notes.
WRITTEN = "written"


class Place(NamedTuple):
    """The last entry of a page."""

    part: int
    at: datetime
    id: int


@dataclass(frozen=True)
class Asked:
    """What is looked for, and where. Without terms nothing is found, unless it `is_listing`."""

    terms: list[Term]
    is_listing: bool = False
    conversation: UUID | None = None
    client: UUID | None = None
    chantier: UUID | None = None
    author: UUID | None = None
    since: datetime | None = None
    before: datetime | None = None
    has_file: bool | None = None
    kind: str | None = None

    @property
    def ids(self) -> list[UUID]:
        return [each for each in (self.client, self.chantier, self.author) if each]

    @property
    def kinds(self) -> list[str]:
        joined = {True: ["joined"], False: ["!joined"], None: []}[self.has_file]
        kind = f"!{CONVERSATION}" if self.kind == WRITTEN else self.kind
        return [*filter(None, [kind]), *joined]


class Count(NamedTuple):
    """How many were found; `closed` of them in closed conversations."""

    found: int
    closed: int
    # There are more than were counted.
    is_more: bool


Facet = list[dict[str, Any]]


class Facets(NamedTuple):
    """Clients, chantiers and authors of what was counted: ids and how often, the most first."""

    clients: Facet
    chantiers: Facet
    authors: Facet


@dataclass(frozen=True)
class Found:
    entries: list[SearchEntry]
    next: Place | None
    # The terms as they were looked for.
    terms: list[Term] = field(default_factory=list)
    # None on later pages.
    count: Count | None = None
    # False if a statement took too long.
    is_complete: bool = True
    # If they were asked for, on the first page.
    facets: Facets | None = None


class _Hits(NamedTuple):
    """The first ids of what was found, and the count."""

    ids: list[int]
    found: int
    closed: int
    is_more: bool
    facets: Facets | None = None


class _Rows(NamedTuple):
    """Entries among which to look, and what to look for, as queries of their words.

    `wanted` is empty if all of them are.
    """

    scope: QuerySet[SearchEntry]
    wanted: str
    unwanted: str | None = None


@dataclass
class Search:
    """What one person looks for."""

    reader: User
    asked: Asked
    with_facets: bool = False
    is_complete: bool = True

    def page(self, after: Place | None, limit: int) -> Found:
        """Return the entries after a place; the count only on the first page."""
        if not self.asked.terms and not self.asked.is_listing:
            return Found([], None, count=None if after else Count(0, 0, is_more=False))
        found: list[tuple[Part, int]] = []
        counts: list[_Hits] = []
        is_more = False
        for part, rows in self._parts(after):
            if len(found) > limit or (found and part >= Part.TYPOS):
                is_more = part < Part.TYPOS
                break
            hits = self._hits(rows, _start(after, part), limit + 1 - len(found))
            found += [(part, each) for each in hits.ids]
            counts.append(hits)
        is_more = is_more or any(hits.is_more for hits in counts)
        count = Count(sum(h.found for h in counts), sum(h.closed for h in counts), is_more)
        page = self._cut(found, limit, None if after else count)
        # Of the first part that found something: what says the words, before what is near.
        facets = next((h.facets for h in counts if h.facets and h.found), None)
        return replace(page, facets=facets)

    def _parts(self, after: Place | None) -> Iterator[tuple[Part, _Rows]]:
        first = Part.SAID if after is None else after.part
        said = self._query(self.asked.terms)
        if first == Part.SAID:
            yield Part.SAID, _Rows(self.entries, said)
        if self.asked.is_listing:
            return
        if first <= Part.SENT:
            for rows in self._sent(said, after):
                yield Part.SENT, rows
        # What has an exact page has no page of these later.
        if after is None or first == Part.TYPOS:
            yield Part.TYPOS, _Rows(self.entries, self._query(self._with_typos))
        are_several = len(self.asked.terms) > 1 and self.asked.kind is None
        if are_several and (after is None or first == Part.APART):
            yield Part.APART, _Rows(self._apart(), self._query([], kinds=[CONVERSATION]))

    def _sent(self, said: str, after: Place | None) -> Iterator[_Rows]:
        """Yield what was sent on the days that were typed, the newest day or month first."""
        terms = self.asked.terms
        place = next((n for n, term in enumerate(terms) if term.days), None)
        if place is None:
            return
        start_at = _start(after, Part.SENT)
        for day in sorted(terms[place].days, reverse=True):
            start, end = period_of(day)
            if start_at is None or start_at.at >= start:
                that = replace(terms[place], days=(day,))
                query = self._query([*terms[:place], that, *terms[place + 1 :]], with_days=True)
                yield _Rows(self.entries.filter(at__gte=start, at__lt=end), query, said)

    def _apart(self) -> QuerySet[SearchEntry]:
        """Return the conversations of which several entries together hold all terms."""
        rows = self.entries.filter(kind=CONVERSATION)
        for term in self.asked.terms:
            query = WrittenQuery(query_for(self.reader, [term]))
            holding = self.entries.filter(words=query)
            rows = rows.filter(conversation__in=holding.values("conversation"))
        return rows

    def _query(
        self, terms: list[Term], *, with_days: bool = False, kinds: Iterable[str] = ()
    ) -> str:
        asked = self.asked
        return query_for(
            self.reader, terms, with_days=with_days, only=asked.ids, kinds=[*asked.kinds, *kinds]
        )

    @cached_property
    def _with_typos(self) -> list[Term]:
        return with_typos(self.asked.terms)

    @cached_property
    def entries(self) -> QuerySet[SearchEntry]:
        """Everything that the person may find, in the place and time that they asked for."""
        asked, entries = self.asked, entries_for(self.reader, self.asked.conversation)
        exact = {
            "conversation__client": asked.client,
            "conversation__chantier": asked.chantier,
            "author": asked.author,
            "at__gte": asked.since,
            "at__lt": asked.before,
        }
        return entries.filter(**{name: each for name, each in exact.items() if each is not None})

    def _hits(self, rows: _Rows, after: Place | None, limit: int) -> _Hits:
        if after is not None:
            earlier = Q(at__lt=after.at) | Q(at=after.at, pk__lt=after.id)
            rows = rows._replace(scope=rows.scope.filter(earlier, at__lte=after.at))
        counted = COUNTED if after is None else 0
        hits = self._walked(rows, limit, counted)
        if not hits.is_more or len(hits.ids) == limit:
            return hits
        return self._all(rows, limit, counted) or hits

    def _walked(self, rows: _Rows, limit: int, counted: int) -> _Hits:
        """Look among the newest entries. There are more if there are older ones."""
        newest = rows.scope.order_by("-at", "-id").values(*COLUMNS, "words")
        sql, given = newest[:WALKED].query.sql_with_params()
        condition, queries = (
            ("words @@ %s::tsquery", [rows.wanted]) if rows.wanted else ("true", [])
        )
        if rows.unwanted is not None:
            condition += " AND NOT words @@ %s::tsquery"
            queries.append(rows.unwanted)
        hits = _NEWEST.format(scope=sql, rows=condition)
        page = self._page(hits, [*given, *queries], limit, counted)
        if page is None:
            return _Hits([], 0, 0, is_more=True)
        hits_found, walked = page
        return hits_found._replace(is_more=walked == WALKED)

    def _all(self, rows: _Rows, limit: int, counted: int) -> _Hits | None:
        """Look everywhere, by the index of words; None if that takes too long."""
        matching = rows.scope
        if rows.wanted:
            matching = matching.filter(words=WrittenQuery(rows.wanted))
        if rows.unwanted is not None:
            matching = matching.exclude(words=WrittenQuery(rows.unwanted))
        sql, given = matching.values(*COLUMNS).query.sql_with_params()
        page = self._page(_ALL.format(scope=sql), given, limit, counted)
        return page and page[0]._replace(is_more=page[0].found == COUNTED)

    def _page(
        self, hits: str, given: Iterable[Any], limit: int, counted: int
    ) -> tuple[_Hits, int] | None:
        """Return the page of hits, and the number of the newest entries; None if it is too slow."""
        facets = _FACETS if self.with_facets and counted else ""
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL statement_timeout = {BUDGET_MS}")
                cursor.execute(_PAGE.format(hits=hits, facets=facets), (*given, counted, limit))
                ids, found, closed, walked, *told = cursor.fetchone()
                # The end of a savepoint does not do this.
                cursor.execute("SET LOCAL statement_timeout = DEFAULT")
        except OperationalError as error:
            if not isinstance(error.__cause__, QueryCanceled):
                raise
            self.is_complete = False
            return None
        return _Hits(ids, found, closed, False, Facets(*told) if told else None), walked

    def _cut(self, found: list[tuple[Part, int]], limit: int, count: Count | None) -> Found:
        page = found[:limit]
        rows = SearchEntry.objects.defer("words").in_bulk([each for _, each in page])
        # One may have been deleted since.
        kept = [(part, rows[each]) for part, each in page if each in rows]
        entries = [entry for _, entry in kept]
        part = page[-1][0] if page else Part.SAID
        terms = self._with_typos if part == Part.TYPOS else self.asked.terms
        is_last = len(found) <= limit or not kept
        after = None if is_last else Place(kept[-1][0], kept[-1][1].at, kept[-1][1].pk)
        return Found(entries, after, terms, count, self.is_complete)


def _start(after: Place | None, part: Part) -> Place | None:
    return after if after is not None and after.part == part else None
