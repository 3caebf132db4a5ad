"""The lease of a row: acquired by one, renewed, released, postponed, given up, or lost."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.jobs.lease import (
    Lease,
    acquire_first,
    acquire_locked,
    backoff_after,
    due,
    lock_due,
    reset,
)
from core.models import User
from messaging.models import Message
from messaging.queries.conversations import pending_messages
from tests.at_once import at_once
from tests.cast import Say

SHORT = timedelta(seconds=30)


@pytest.fixture
def message(say: Say, camille: User) -> Message:
    return say(camille, "Le carreau est fendu")


@pytest.fixture
def lease(message: Message) -> Lease:
    return first(message)


def first(message: Message) -> Lease:
    lease = acquire_first(pending_messages(), message.pk, lasting=SHORT)
    assert lease is not None
    return lease


def again(message: Message) -> Lease | None:
    """Acquire a row that was tried before, as the engine does."""
    with transaction.atomic():
        row = lock_due(pending_messages(), message.pk)
        found = acquire_locked(pending_messages(), [row], lasting=SHORT) if row else [None]
    return found[0]


def due_messages() -> QuerySet[Message]:
    return due(pending_messages())


@pytest.mark.django_db
class TestAcquiring:
    def test_a_leased_row_is_acquired_by_nobody_else(self, message: Message) -> None:
        first(message)

        assert acquire_first(pending_messages(), message.pk, lasting=SHORT) is None
        assert again(message) is None

    def test_a_first_acquisition_is_one_statement(self, message: Message) -> None:
        with CaptureQueriesContext(connection) as asked:
            first(message)

        assert len(asked) == 1

    def test_each_acquisition_counts_an_attempt(self, message: Message, lease: Lease) -> None:
        Message.objects.update(leased_until=timezone.now() - SHORT)
        second = again(message)

        message.refresh_from_db()
        assert second is not None
        assert (lease.attempts, second.attempts, message.attempts) == (1, 2, 2)
        assert second.leased_until == message.leased_until

    def test_a_row_that_is_not_due_is_not_acquired(self, message: Message) -> None:
        Message.objects.update(due_at=timezone.now() + SHORT)

        assert acquire_first(pending_messages(), message.pk, lasting=SHORT) is None
        assert again(message) is None

    def test_rows_acquired_together_are_leased_by_one_update(
        self, message: Message, say: Say, camille: User
    ) -> None:
        rows = [message, say(camille, "Et le joint")]
        with CaptureQueriesContext(connection) as asked:
            leases = acquire_locked(pending_messages(), rows, lasting=SHORT, last_error="none")

        assert len(asked) == 1
        assert [lease.key for lease in leases] == [row.pk for row in rows]
        assert set(Message.objects.values_list("attempts", "last_error")) == {(1, "none")}
        assert not due_messages().exists()


@pytest.mark.django_db
class TestLettingGo:
    def test_a_renewed_lease_ends_later(self, message: Message, lease: Lease) -> None:
        until = lease.leased_until + SHORT

        assert lease.renew(until)

        message.refresh_from_db()
        assert message.leased_until == lease.leased_until == until

    def test_a_released_row_is_due_again_after_a_pause(
        self, message: Message, lease: Lease
    ) -> None:
        assert lease.release("RuntimeError: no paper left")

        message.refresh_from_db()
        assert (message.leased_until, message.attempts) == (None, 1)
        assert message.last_error == "RuntimeError: no paper left"
        # Half of 4 s to 4 s after the first attempt.
        wait = message.due_at - timezone.now()  # type: ignore[operator]
        assert timedelta(seconds=1) < wait <= timedelta(seconds=4)

    def test_a_postponed_row_has_lost_no_attempt(self, message: Message, lease: Lease) -> None:
        lease.attempts = 8
        Message.objects.update(attempts=8)

        assert lease.postpone("StorageAway: gone", longest=SHORT)

        message.refresh_from_db()
        assert (message.leased_until, message.attempts) == (None, 7)
        assert message.due_at is not None
        assert message.due_at <= timezone.now() + SHORT

    def test_a_row_that_is_given_up_is_pending_and_never_due(
        self, message: Message, lease: Lease
    ) -> None:
        assert lease.give_up("RuntimeError: no paper left")

        message.refresh_from_db()
        assert (message.due_at, message.leased_until) == (None, None)
        assert pending_messages().filter(pk=message.pk).exists()

    def test_a_reset_row_is_due_from_its_first_attempt_and_keeps_its_error(
        self, message: Message, lease: Lease
    ) -> None:
        lease.give_up("RuntimeError: no paper left")

        reset(pending_messages().filter(pk=message.pk))

        assert due_messages().get().last_error == "RuntimeError: no paper left"
        assert first(message).attempts == 1


@pytest.mark.django_db
def test_a_lost_lease_writes_nothing(message: Message, lease: Lease) -> None:
    Message.objects.update(leased_until=timezone.now() - SHORT)
    assert again(message) is not None
    before = Message.objects.values().get()

    wrote = [
        lease.renew(timezone.now() + SHORT),
        lease.release("late"),
        lease.postpone("late"),
        lease.give_up("late"),
    ]

    assert wrote == [False] * 4
    assert Message.objects.values().get() == before


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def test_a_row_is_acquired_for_the_first_time_by_one_worker(self, message: Message) -> None:
        found = at_once(*[lambda: acquire_first(pending_messages(), message.pk, lasting=SHORT)] * 6)

        assert sum(lease is not None for lease in found) == 1

    def test_a_row_is_acquired_again_by_one_worker(self, message: Message) -> None:
        first(message)
        Message.objects.update(leased_until=timezone.now() - SHORT)

        found = at_once(*[lambda: again(message)] * 6)

        assert sum(lease is not None for lease in found) == 1
        message.refresh_from_db()
        assert message.attempts == 2

    def test_a_locked_row_is_skipped_without_waiting(self, message: Message) -> None:
        with transaction.atomic():
            Message.objects.select_for_update().get(pk=message.pk)
            [found] = at_once(lambda: acquire_first(pending_messages(), message.pk, lasting=SHORT))

        assert found is None


def test_the_pause_doubles_up_to_ten_minutes() -> None:
    for attempts, longest_seconds in ((1, 4), (2, 8), (8, 512), (9, 600), (40, 600)):
        pauses = [backoff_after(attempts).total_seconds() for _ in range(50)]

        assert longest_seconds / 2 <= min(pauses) <= max(pauses) <= longest_seconds
