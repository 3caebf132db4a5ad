"""What a connection to PostgreSQL asks for, with and without a pooler."""

import json

import pytest
from django.conf import settings
from django.db import connection

from tests.commands import python

ASK = """
import django, json; django.setup()
from django.conf import settings
database = settings.DATABASES["default"]
print("VALUE", json.dumps([database["OPTIONS"], database.get("DISABLE_SERVER_SIDE_CURSORS")]))
"""
OURS = {"DEBUG": "true", "SECRET_KEY": "s", "DJANGO_SETTINGS_MODULE": "core.settings"}


def database(**environment: str) -> tuple[dict[str, object], bool | None]:
    ran = python("-c", ASK, **{"DATABASE_POOLER": "", **OURS, **environment})
    assert ran.returncode == 0, ran.stderr
    options, without_cursors = json.loads(ran.stdout.partition("VALUE ")[2])
    return options, without_cursors


class TestAPoolerInTransactionMode:
    def test_nothing_is_kept_in_a_session(self) -> None:
        options, without_cursors = database(DATABASE_POOLER="transaction")

        assert without_cursors is True
        assert not {"options", "prepare_threshold", "server_side_binding"} & options.keys()

    def test_prepared_statements_come_back_by_their_own_setting(self) -> None:
        options, _ = database(DATABASE_POOLER="transaction", DATABASE_PREPARED_STATEMENTS="true")

        assert options["prepare_threshold"] == 5

    def test_other_mode_is_refused_in_words(self) -> None:
        ran = python("-c", ASK, **OURS, DATABASE_POOLER="session")

        assert "DATABASE_POOLER is empty or transaction, not 'session'." in ran.stderr


class TestWithoutAPooler:
    def test_statements_are_prepared_and_cursors_are_the_servers(self) -> None:
        options, without_cursors = database()

        assert (options["prepare_threshold"], without_cursors) == (5, None)

    @pytest.mark.django_db
    @pytest.mark.skipif(bool(settings.DATABASE_POOLER), reason="this run has a pooler")
    def test_connection_has_the_limits(self) -> None:
        names = settings.DATABASE_LIMITS
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT name, setting::int FROM pg_settings WHERE name = ANY(%s)", [list(names)]
            )
            assert dict(cursor.fetchall()) == names
