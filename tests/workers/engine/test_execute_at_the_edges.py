"""The last attempt, the lost lease, the dead letter: the edges of the path of a job."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from core.models import User
from messaging.models import Conversation, Message
from tests.cast import Say, in_another_conversation
from workers.engine import execute
from workers.engine.execute import Waiting
from workers.engine.job_types import JobType, Key
from workers.models import DeadLetter, TaskRun
from workers.records import recorder
from workers.registry import MESSAGES

SECOND = timedelta(seconds=1)
LAST = MESSAGES.max_attempts


@pytest.fixture
def message(say: Say, camille: User) -> Message:
    return say(camille, "Le carreau est fendu")


def change(message: Message, **columns: Any) -> None:
    Message.objects.filter(pk=message.pk).update(**columns)


def lose_worker(message: Message, *, attempts: int, last_error: str = "") -> None:
    """Leave the row as a worker leaves it that died in this attempt. Its lease has ended."""
    change(message, attempts=attempts, leased_until=timezone.now() - SECOND, last_error=last_error)


def broken(key: Key) -> None:
    raise RuntimeError("no paper left")


def doing(work: Callable[[Key], object], **changes: Any) -> JobType:
    """Messages whose work is something else."""
    return replace(MESSAGES, perform=work, **changes)


@pytest.fixture
def run() -> Iterator[recorder.Run]:
    """The record of an attempt that runs, as the task keeps it."""
    begun = recorder.begin(recorder.Run(name="task", queue="realtime"))
    yield begun
    recorder.end(begun)


class TestRecord:
    def test_record_of_an_attempt_names_its_row_and_its_due_time(
        self, message: Message, run: recorder.Run
    ) -> None:
        due_at = timezone.now() - 3 * SECOND
        change(message, attempts=2, due_at=due_at)

        execute.execute(MESSAGES, message.pk)

        assert (run.subject, run.attempt) == (str(message.pk), 3)
        assert run.ordered_at == due_at.timestamp()

    @pytest.mark.parametrize(("attempts", "outcome"), [(LAST - 2, "failed"), (LAST - 1, "dead")])
    def test_record_of_a_failure_says_if_another_attempt_follows(
        self, message: Message, run: recorder.Run, attempts: int, outcome: str
    ) -> None:
        change(message, attempts=attempts)

        with pytest.raises(RuntimeError):
            execute.execute(doing(broken), message.pk)

        assert run.outcome == outcome
        assert DeadLetter.objects.exists() == (outcome == "dead")

    def test_record_of_a_lost_attempt_spans_its_lease(self, message: Message) -> None:
        due_at = timezone.now() - timedelta(minutes=5)
        change(message, due_at=due_at)
        lose_worker(message, attempts=3)
        message.refresh_from_db()

        execute.execute(MESSAGES, message.pk)
        recorder.flush()

        lost = TaskRun.objects.get(outcome="lost")
        assert (lost.name, lost.queue) == (MESSAGES.job.value, "realtime")
        assert (lost.subject, lost.attempt) == (str(message.pk), 3)
        assert (lost.ordered_at, lost.ended_at) == (due_at, message.leased_until)
        assert lost.ended_at - lost.started_at == MESSAGES.lease_of(3)
        assert lost.error_text == execute.PROCESS_ENDED


class TestAcquire:
    def test_lease_lasts_as_long_as_its_attempt_may(self, message: Message) -> None:
        with time_machine.travel(timezone.now() + SECOND, tick=False):
            first = execute.acquire(MESSAGES, message.pk)
            change(message, leased_until=None)
            second = execute.acquire(MESSAGES, message.pk)
            now = timezone.now()

        assert first is not None
        assert second is not None
        assert (first.attempts, first.leased_until) == (1, now + MESSAGES.lease_of(1))
        assert (second.attempts, second.leased_until) == (2, now + MESSAGES.lease_of(2))

    @pytest.mark.parametrize(
        ("last_error", "reason"), [("", execute.PROCESS_ENDED), ("no ink", "no ink")]
    )
    def test_row_lost_in_its_last_attempt_is_a_dead_letter_instead(
        self, message: Message, last_error: str, reason: str
    ) -> None:
        lose_worker(message, attempts=LAST, last_error=last_error)

        assert execute.execute(MESSAGES, message.pk) == "nothing"

        message.refresh_from_db()
        assert (message.due_at, message.fanned_out_at) == (None, None)
        assert DeadLetter.objects.get().reason == reason

    def test_row_lost_before_its_last_attempt_has_its_last_attempt(self, message: Message) -> None:
        lose_worker(message, attempts=LAST - 1)

        assert execute.execute(MESSAGES, message.pk) == "succeeded"

    @pytest.mark.django_db(transaction=True)
    def test_row_that_was_tried_before_is_acquired_in_a_transaction_of_its_own(
        self, message: Message
    ) -> None:
        change(message, attempts=1)

        lease = execute.acquire(MESSAGES, message.pk)

        assert lease is not None
        assert lease.attempts == 2


class TestDeadLetter:
    def test_dead_letter_of_a_job_that_died_before_is_open_again(self, message: Message) -> None:
        long_ago = timezone.now() - timedelta(days=1)
        DeadLetter.objects.create(
            job=MESSAGES.job.value, subject=str(message.pk), attempts=1, reason="no ink",
            died_at=long_ago, settled_at=long_ago,
        )  # fmt: skip
        change(message, attempts=LAST - 1)

        with pytest.raises(RuntimeError):
            execute.execute(doing(broken), message.pk)

        letter = DeadLetter.objects.get()
        assert (letter.attempts, letter.reason) == (LAST, "RuntimeError: no paper left")
        assert letter.died_at > long_ago
        assert letter.settled_at is None

    def test_dead_letters_of_two_rows_are_two(
        self, message: Message, say: Say, camille: User
    ) -> None:
        for dying in (message, say(camille, "Et le joint")):
            lose_worker(dying, attempts=LAST)
        # The letter of another job with the same id is another letter.
        DeadLetter.objects.create(job="other", subject=str(message.pk), attempts=1, reason="other")

        assert execute.dead_letter_exhausted(MESSAGES) == 2

        letters = DeadLetter.objects.filter(job=MESSAGES.job.value)
        found = set(letters.values_list("subject", flat=True))
        assert found == {str(pk) for pk in Message.objects.values_list("pk", flat=True)}
        assert DeadLetter.objects.get(job="other").reason == "other"

    def test_owner_of_the_rows_is_told_of_a_dead_letter(self, message: Message) -> None:
        told = []
        change(message, attempts=LAST - 1)
        job_type = doing(broken, on_dead_letter=lambda key, reason: told.append((key, reason)))

        with pytest.raises(RuntimeError):
            execute.execute(job_type, message.pk)

        assert told == [(message.pk, "RuntimeError: no paper left")]

    def test_lost_lease_makes_no_dead_letter(self, message: Message) -> None:
        change(message, attempts=LAST - 1)

        def lose_the_lease(key: Key) -> None:
            change(message, leased_until=timezone.now() + timedelta(hours=1))
            broken(key)

        with pytest.raises(RuntimeError):
            execute.execute(doing(lose_the_lease), message.pk)

        message.refresh_from_db()
        assert message.due_at is not None
        assert not DeadLetter.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_row_is_given_up_in_one_transaction_with_what_its_owner_does(
        self, message: Message
    ) -> None:
        change(message, attempts=LAST - 1)

        with pytest.raises(RuntimeError, match="no paper left"):
            execute.execute(doing(broken, on_dead_letter=lambda key, _: broken(key)), message.pk)

        message.refresh_from_db()
        assert message.due_at is not None
        assert not DeadLetter.objects.exists()


class TestExhausted:
    @pytest.mark.parametrize(
        ("attempts", "lease_ends_in"),
        [
            pytest.param(LAST - 1, -SECOND, id="an attempt is left"),
            pytest.param(LAST, timedelta(hours=1), id="its worker has it"),
            pytest.param(LAST, None, id="no worker had it"),
        ],
    )
    def test_row_is_no_dead_letter_while_it_may_still_be_done(
        self, message: Message, attempts: int, lease_ends_in: timedelta | None
    ) -> None:
        ends_at = None if lease_ends_in is None else timezone.now() + lease_ends_in
        change(message, attempts=attempts, leased_until=ends_at)

        assert execute.dead_letter_exhausted(MESSAGES) == 0

        message.refresh_from_db()
        assert message.due_at is not None

    def test_exhausted_row_keeps_its_last_error_and_is_recorded_as_lost(
        self, message: Message
    ) -> None:
        lose_worker(message, attempts=LAST, last_error="no ink")

        assert execute.dead_letter_exhausted(MESSAGES) == 1
        recorder.flush()

        assert DeadLetter.objects.get().reason == "no ink"
        assert TaskRun.objects.get().outcome == "lost"

    def test_exhausted_rows_become_dead_letters_a_hundred_at_a_time(
        self, camille: User, conversation: Conversation
    ) -> None:
        past = timezone.now() - SECOND
        Message.objects.bulk_create(
            Message(
                conversation=conversation, author=camille, body="Bonjour", seq=seq, version=seq,
                draft_digest=b"", due_at=past, leased_until=past, attempts=LAST,
            )
            for seq in range(1, 102)
        )  # fmt: skip

        counts = [execute.dead_letter_exhausted(MESSAGES) for _sweep in range(3)]

        assert counts == [100, 1, 0]


class TestRequeue:
    def test_requeued_row_is_due_now_from_its_first_attempt(
        self, message: Message, say: Say, camille: User
    ) -> None:
        other = say(camille, "Et le joint")
        Message.objects.update(due_at=None, attempts=LAST)

        assert execute.requeue(MESSAGES, [message.pk]) == [message.pk]

        message.refresh_from_db()
        other.refresh_from_db()
        assert message.due_at is not None
        assert message.due_at <= timezone.now()
        assert message.attempts == 0
        assert other.due_at is None

    def test_row_that_a_worker_has_is_not_requeued(self, message: Message) -> None:
        execute.acquire(MESSAGES, message.pk)

        assert execute.requeue(MESSAGES, [message.pk]) == []
        message.refresh_from_db()
        assert message.attempts == 1


class TestOldestFirst:
    def test_rows_come_in_the_order_they_were_due_as_many_as_asked(self, camille: User) -> None:
        sent = [in_another_conversation(camille, body) for body in ("Un", "Deux", "Trois")]
        for age, message in zip((20, 30, 10), sent, strict=True):
            change(message, due_at=timezone.now() - age * SECOND)
        with connection.cursor() as cursor:
            # An index would bring the rows in their order by chance.
            cursor.execute("SET LOCAL enable_indexscan TO off; SET LOCAL enable_bitmapscan TO off")

        def found(older_than: timedelta, at_most: int) -> list[str]:
            rows = execute.oldest_first(MESSAGES, older_than=older_than, at_most=at_most)
            return [Message.objects.get(pk=row.key).body for row in rows]

        assert found(timedelta(), 10) == ["Deux", "Un", "Trois"]
        assert found(timedelta(), 2) == ["Deux", "Un"]
        assert found(15 * SECOND, 10) == ["Deux", "Un"]

    def test_row_is_found_once_it_has_been_due_for_exactly_that_long(
        self, message: Message
    ) -> None:
        with time_machine.travel(timezone.now() + SECOND, tick=False):
            change(message, due_at=timezone.now() - 10 * SECOND)

            found = execute.oldest_first(MESSAGES, older_than=10 * SECOND, at_most=1)

        assert [row.key for row in found] == [message.pk]

    def test_waiting_row_is_free_since_it_was_due_or_lost_whichever_is_later(self) -> None:
        due_at = datetime.fromisoformat("2026-11-18 10:00:00+01:00")

        def free_since(lost_at: datetime | None) -> datetime:
            return Waiting("key", due_at, attempts=1, lost_at=lost_at).free_since

        assert free_since(None) == due_at
        assert free_since(due_at - SECOND) == due_at
        assert free_since(due_at + SECOND) == due_at + SECOND
