"""Work that acquires its own rows is started by the engine, which shows what it gave up."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.utils import timezone

from core.models import User
from notifications.models import Delivery
from tests.cast import Say
from workers.engine import execute
from workers.engine.job_types import Key
from workers.models import DeadLetter
from workers.records import recorder
from workers.registry import DELIVERIES, MESSAGES

SECOND = timedelta(seconds=1)


def broken(key: Key) -> None:
    raise RuntimeError("no paper left")


@pytest.fixture
def run() -> Iterator[recorder.Run]:
    """The record of an attempt that runs, as the task keeps it."""
    begun = recorder.begin(recorder.Run(name="task", queue="realtime"))
    yield begun
    recorder.end(begun)


@pytest.fixture
def deliveries(say: Say, camille: User, odile: User) -> list[Delivery]:
    """The deliveries of one message, oldest first."""
    execute.execute(MESSAGES, say(camille, "Bonjour").pk)
    Delivery.objects.update(due_at=timezone.now() - SECOND)
    return list(Delivery.objects.order_by("pk"))


class TestWorkThatAcquiresItself:
    def test_due_row_is_left_to_its_work_which_says_if_it_did_something(
        self, deliveries: list[Delivery], run: recorder.Run
    ) -> None:
        seen: list[Key] = []
        row = deliveries[-1]
        idle = replace(DELIVERIES, perform=seen.append)
        busy = replace(DELIVERIES, perform=lambda key: f"{key} sent")

        assert execute.execute(busy, row.pk) == "succeeded"
        assert execute.execute(idle, row.pk) == "nothing"

        assert seen == [row.pk]
        assert (run.subject, run.attempt) == (str(row.pk), 1)
        row.refresh_from_db()
        assert row.leased_until is None

    def test_row_that_is_not_due_is_not_worked_on(self, deliveries: list[Delivery]) -> None:
        row = deliveries[-1]
        Delivery.objects.filter(pk=row.pk).update(due_at=timezone.now() + timedelta(hours=1))

        assert execute.execute(replace(DELIVERIES, perform=broken), row.pk) == "nothing"

    def test_rows_that_their_app_gave_up_become_dead_letters_once(
        self, deliveries: list[Delivery]
    ) -> None:
        row, older, *_ = deliveries
        Delivery.objects.filter(pk=row.pk).update(
            status=Delivery.Status.DEAD, due_at=None, attempts=8, last_error="no ink"
        )
        Delivery.objects.filter(pk=older.pk).update(
            status=Delivery.Status.DEAD,
            due_at=None,
            created_at=timezone.now() - settings.DEAD_LETTERS_KEPT - SECOND,
        )
        # The letter of another job with the same id is another letter.
        DeadLetter.objects.create(job="other", subject=str(row.pk), attempts=1, reason="other")

        with transaction.atomic():
            assert execute.dead_letter_exhausted(DELIVERIES) == 1
        assert execute.dead_letter_exhausted(DELIVERIES) == 0

        letter = DeadLetter.objects.get(job=DELIVERIES.job.value)
        assert (letter.subject, letter.attempts, letter.reason) == (str(row.pk), 8, "no ink")
        assert letter.settled_at is None

    def test_newest_rows_that_their_app_gave_up_become_dead_letters(
        self, deliveries: list[Delivery], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(execute, "KNOWN_DEAD", 1)
        Delivery.objects.update(status=Delivery.Status.DEAD, due_at=None)

        assert execute.dead_letter_exhausted(DELIVERIES) == 1

        assert DeadLetter.objects.get().subject == str(deliveries[-1].pk)

    @pytest.mark.django_db(transaction=True)
    def test_row_that_two_sweepers_find_at_once_becomes_one_dead_letter(
        self, deliveries: list[Delivery]
    ) -> None:
        Delivery.objects.filter(pk=deliveries[0].pk).update(
            status=Delivery.Status.DEAD, due_at=None
        )

        def sweep() -> int:
            try:
                return execute.dead_letter_exhausted(DELIVERIES)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(1) as pool:
            with transaction.atomic():
                execute.dead_letter_exhausted(DELIVERIES)
                # Finds no letter yet, and waits for this transaction to write its own.
                second = pool.submit(sweep)
                wait_for_blocked_connection()
            second.result(timeout=10)

        assert DeadLetter.objects.count() == 1


def wait_for_blocked_connection() -> None:
    """Wait until another connection waits for a lock of this one."""
    for _ in range(1_000):
        with connection.cursor() as cursor:
            # Not pg_stat_activity, which stays as it was first read in a transaction.
            cursor.execute(
                "SELECT 1 FROM pg_locks"
                " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone():
                return
        time.sleep(0.01)
    raise AssertionError("no connection waits")
