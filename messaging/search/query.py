"""Write what a person looks for as a query of the words of `SearchEntry`."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchQuery
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

from core.models import User
from messaging.search.terms import Term

# What stands before a word of an entry: of its surroundings, of a person's email address (for the
# company only), of an id, of a day, of a kind.
AROUND, EMAIL, ID, DAY, KIND = "^%#@="


class WrittenQuery(SearchQuery):
    """A query as it is written. `to_tsquery` would cut its words again, and lose the signs."""

    def __init__(self, written: str) -> None:
        super().__init__(written, search_type="raw")
        self.written = written

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> tuple[str, Any]:
        # A list, as Django joins it to another one.
        return "%s::tsquery", [self.written]


def query_for(
    reader: User,
    wanted: list[Term],
    *,
    with_days: bool = False,
    only: Iterable[UUID] = (),
    kinds: Iterable[str] = (),
) -> str:
    """Return a query for what holds every term: one at least itself, the others itself or around.

    `only` are ids of a client, chantier or author: they make it quick, and prove nothing. `kinds`
    are all to be there: "file", "joined" for what has files, "!joined" for what has none.
    """
    own = [_own(term, reader, with_days=with_days) for term in wanted]
    parts = [f"({' | '.join(own)})"] if own else []
    if len(wanted) > 1:
        pairs = zip(own, wanted, strict=True)
        parts += [f"({itself} | {term.around(AROUND)})" for itself, term in pairs]
    ids = [*only, *([] if reader.is_company else [reader.own_client_id])]
    parts += [f"'{ID}{str(each)[-12:]}'" for each in ids]
    parts += [f"!'{KIND}{kind[1:]}'" if kind[0] == "!" else f"'{KIND}{kind}'" for kind in kinds]
    return " & ".join(parts)


def _own(term: Term, reader: User, *, with_days: bool) -> str:
    ways = [term.own()]
    if reader.is_company:
        ways.append(term.around(EMAIL))
    if with_days:
        ways += [f"'{DAY}{day}':*" for day in term.days]
    return " | ".join(ways)
