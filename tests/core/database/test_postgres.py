"""A lasting connection is kept, and replaced after the server ended it."""

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from core.database.base import MOST_PARAMETERS
from core.database.raw_rows import row_of, row_with_extras
from core.models import Client, User


def pid() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def begin_request() -> None:
    """Do what Django does at `request_started` where CONN_HEALTH_CHECKS is on."""
    connection.health_check_enabled = True  # type: ignore[attr-defined]
    connection.health_check_done = False  # type: ignore[attr-defined]


def from_elsewhere(statement: str) -> None:
    """Run a statement on another connection."""
    with psycopg.connect(**connection.get_connection_params(), autocommit=True) as other:
        other.execute(statement)


@pytest.mark.django_db(transaction=True)
class TestALastingConnection:
    def test_connection_that_the_server_ended_is_replaced_at_the_next_request(self) -> None:
        before = pid()
        from_elsewhere(f"SELECT pg_terminate_backend({before}, 5000)")

        begin_request()

        assert pid() != before

    def test_connection_with_an_unread_notice_is_kept(self) -> None:
        before = pid()
        with connection.cursor() as cursor:
            cursor.execute("LISTEN somebody")
        from_elsewhere("NOTIFY somebody")

        begin_request()

        assert pid() == before

    def test_connection_is_checked_once_a_request(self) -> None:
        before = pid()
        begin_request()
        assert pid() == before
        from_elsewhere(f"SELECT pg_terminate_backend({before}, 5000)")

        with pytest.raises(OperationalError):
            pid()

        connection.close()


class TestARowOfAWrittenQuery:
    def test_is_an_instance_that_can_be_saved(self, camille: User) -> None:
        found = row_of(User, "SELECT * FROM core_user WHERE id = %s", [camille.pk])

        assert found == camille
        assert found.created_at == camille.created_at
        found.name = "Camille Rey"
        found.save()
        assert User.objects.get().name == "Camille Rey"

    def test_has_the_columns_by_their_names(self, morel: Client) -> None:
        sql = (
            "SELECT name, created_at, deputy_id, external_id, archived_at, responsible_id, id"
            " FROM core_client"
        )

        with CaptureQueriesContext(connection) as asked:
            found = row_of(Client, sql, [])
            assert found is not None
            assert (found.pk, found.name) == (morel.pk, morel.name)

        assert len(asked) == 1

    def test_comes_with_what_else_was_selected(self, camille: User) -> None:
        sql = "SELECT *, 7 AS extra FROM core_user WHERE id = %s"

        assert row_with_extras(User, sql, [camille.pk]) == (camille, {"extra": 7})

    def test_is_none_where_there_is_none(self, morel: Client) -> None:
        assert row_of(Client, "SELECT * FROM core_client WHERE name = %s", ["Nobody"]) is None


@pytest.mark.django_db
def test_more_rows_than_one_statement_has_parameters_are_written_at_once() -> None:
    """Tens of thousands of parameters are more than PostgreSQL's protocol takes."""
    rows = [Client(name=f"Client {number}") for number in range(MOST_PARAMETERS // 2)]

    Client.objects.bulk_create(rows)

    assert Client.objects.count() == len(rows)
