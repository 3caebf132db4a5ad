"""A preview changes nothing and says what a purge would take."""

from collections.abc import Iterator

import pytest
from django.db import connection

from core.models import User
from messaging.retention import holds, orders, rules
from messaging.retention.rules import Scope
from tests.messaging.retention.conftest import Site

pytestmark = pytest.mark.django_db(transaction=True)


class TestDryRun:
    def test_changes_nothing_and_says_what_would_go(
        self, villa_and_barn: tuple[Site, Site], marc: User
    ) -> None:
        villa, barn = villa_and_barn
        rules.set_rule(marc, Scope.CHANTIER, 10)
        holds.place(marc, barn.conversation, "Litige")
        before = dict(row_counts())

        found = orders.report()

        assert dict(row_counts()) == before
        [row] = found["would_go"]
        assert (row["client"], row["chantier"]) == ("Famille Morel", "Villa")
        assert (row["messages"], row["files"], row["bytes"], row["notes"]) == (3, 1, 1000, 1)
        assert [each["hold"]["reason"] for each in found["held"]] == ["Litige"]
        assert villa.objects


def row_counts() -> Iterator[tuple[str, int]]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT count(*) FROM "{table}"')  # noqa: S608
            if not table.startswith("core_audit"):
                yield table, cursor.fetchone()[0]
