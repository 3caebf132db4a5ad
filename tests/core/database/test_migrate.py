"""`manage.py migrate` takes its time, and does not hold up the running site."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import psycopg
import pytest
from django.db import connection
from psycopg import sql

from core.models import User
from tests.cast import PASSWORD
from tests.commands import ROOT, unmeasured
from tests.site import Site, address_of_test_database
from tests.waiting import until

SETTINGS = "tests.core.database.slow_settings"
WAITS = "trying again in"


@pytest.fixture
def slow_app(transactional_db: None) -> Iterator[None]:
    """Forget the migrations of the app afterwards. They leave nothing else."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'slow_app'")


def migrating(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "migrate", "slow_app", *arguments],
        cwd=ROOT,
        env=unmeasured(
            {
                **os.environ,
                "DATABASE_URL": address_of_test_database(),
                "DJANGO_SETTINGS_MODULE": SETTINGS,
                "PYTHONUNBUFFERED": "1",
            }
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    output, _ = process.communicate(timeout=90)
    return process.returncode, output


def pauses_of(process: subprocess.Popen[str]) -> Iterator[str]:
    """Yield how long it pauses, each time that it says so."""
    assert process.stdout is not None
    for line in process.stdout:
        if WAITS in line:
            yield line.partition(WAITS)[2].strip()


@contextmanager
def long_transaction(table: str = "core_user") -> Iterator[psycopg.Connection]:
    """Read a table in a transaction that stays open, as a report or a dump does."""
    with psycopg.connect(address_of_test_database()) as reading:
        reading.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))
        yield reading


@pytest.mark.usefixtures("slow_app")
class TestMigrate:
    def test_migration_may_take_longer_than_a_statement_of_the_site(self) -> None:
        code, output = ended(migrating("0001"))

        assert code == 0, output
        assert "Applying slow_app.0001_takes_long... OK" in output

    def test_migration_that_waits_for_a_lock_tries_again_while_the_site_answers(
        self, site: Site, camille: User
    ) -> None:
        camille.set_password(PASSWORD)
        camille.save()
        with httpx.Client(base_url=site.url, timeout=30) as caller, long_transaction() as reading:
            log_in(caller, camille)
            timed(caller)
            process = migrating("0002", "--lock-seconds", "0.5")
            until(lambda: is_waiting(reading), "the migration waits for no lock")
            # Longer than two of its tries.
            answers = [timed(caller) for _ in until_seconds(6)]
            reading.rollback()
            code, output = ended(process)

        assert code == 0, output
        assert output.count(WAITS) >= 2, output
        assert {status for status, _ in answers} == {200}
        # The site's own `lock_timeout` is 5 s.
        assert max(seconds for _, seconds in answers) < 4

    def test_migration_gives_up_in_words_and_applies_nothing(self) -> None:
        with long_transaction():
            code, output = ended(migrating("0002", "--lock-seconds", "0.2", "--wait-seconds", "1"))

        assert code == 1
        assert "somebody's transaction lasts" in output
        assert "Traceback" not in output
        with connection.cursor() as cursor:
            cursor.execute("SELECT name FROM django_migrations WHERE app = 'slow_app'")
            assert cursor.fetchall() == [("0001_takes_long",)]

    def test_migrations_that_get_on_pause_briefly_again(self) -> None:
        with long_transaction("core_client") as clients, long_transaction() as people:
            process = migrating("--lock-seconds", "0.2")
            pauses = pauses_of(process)
            assert [next(pauses), next(pauses)] == ["1 s.", "2 s."]
            people.rollback()
            assert next(pauses) == "1 s."
            clients.rollback()
            code, output = ended(process)

        assert code == 0, output

    def test_of_a_request_and_a_migration_that_wait_for_each_other_the_request_goes_on(
        self,
    ) -> None:
        with psycopg.connect(address_of_test_database()) as request:
            request.execute("SELECT count(*) FROM core_client")
            process = migrating()
            with psycopg.connect(address_of_test_database(), autocommit=True) as looking:
                until(lambda: is_locked(looking), "the migration locks nothing", 30)
            # Waits for the migration, which then waits for this transaction.
            request.execute("SELECT count(*) FROM core_user")
            request.rollback()
            code, output = ended(process)

        assert code == 0, output
        assert WAITS in output


def is_locked(looking: psycopg.Connection) -> bool:
    """Tell whether somebody holds the table of people alone."""
    row = looking.execute(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE granted AND mode = 'AccessExclusiveLock'"
        " AND relation = 'core_user'::regclass AND pid IN (SELECT pid FROM pg_stat_activity"
        " WHERE query LIKE '%pg_sleep(0.7)%'))"
    ).fetchone()
    return bool(row and row[0])


def log_in(caller: httpx.Client, person: User) -> None:
    caller.get("/login")
    answer = caller.post(
        "/login",
        data={"email": person.email, "password": PASSWORD},
        headers={"X-CSRFToken": caller.cookies["csrftoken"], "Referer": str(caller.base_url)},
    )
    assert answer.status_code == 302, answer.text


def timed(caller: httpx.Client) -> tuple[int, float]:
    """Ask for something that reads the locked table; return the status and the seconds."""
    began = time.monotonic()
    status = caller.get("/api/v1/me").status_code
    return status, time.monotonic() - began


def until_seconds(seconds: float) -> Iterator[None]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        yield
        time.sleep(0.1)


def is_waiting(reading: psycopg.Connection) -> bool:
    row = reading.execute(
        "SELECT EXISTS (SELECT FROM pg_locks"
        " WHERE NOT granted AND relation = 'core_user'::regclass)"
    ).fetchone()
    return bool(row and row[0])
