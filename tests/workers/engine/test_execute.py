"""A job is executed by one worker, tried again after a pause, and ends as done or dead."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.jobs import enqueue
from core.models import User
from messaging.models import Message, Participant
from notifications.models import Delivery
from tests.cast import Say
from workers.dashboard import actions
from workers.engine import execute, periodic
from workers.engine.job_types import JobType, Key
from workers.models import DeadLetter, Heartbeat, Periodic, TaskHour, TaskRun
from workers.records import recorder
from workers.recovery.fallback_runner import perform, run_batch
from workers.recovery.sweeper import Sweeper, queue_length
from workers.registry import DELIVERIES, MESSAGES, PERIODIC, PERIODIC_TASKS


@pytest.fixture
def message(say: Say, camille: User) -> Message:
    return say(camille, "Le carreau est fendu")


def doing(work: Callable[[Key], object]) -> JobType:
    """Messages whose work is something else."""
    return replace(MESSAGES, perform=work)


def broken(key: Key) -> None:
    raise RuntimeError("no paper left")


def aged(message: Message, **ago: float) -> None:
    Message.objects.filter(pk=message.pk).update(due_at=timezone.now() - timedelta(**ago))


class TestTake:
    def test_does_the_work_once(self, message: Message, odile: User) -> None:
        outcomes = [execute.execute(MESSAGES, message.pk), execute.execute(MESSAGES, message.pk)]

        assert outcomes == ["succeeded", "nothing"]
        assert Participant.objects.get(user=odile).unread_count == 1

    def test_leaves_alone_what_another_holds(self, message: Message) -> None:
        execute.acquire(MESSAGES, message.pk)

        assert execute.execute(MESSAGES, message.pk) == "nothing"

    def test_puts_a_failure_off_and_says_why(self, message: Message) -> None:
        with pytest.raises(RuntimeError):
            execute.execute(doing(broken), message.pk)

        message.refresh_from_db()
        assert message.attempts == 1
        assert message.last_error == "RuntimeError: no paper left"
        assert message.leased_until is None
        assert message.due_at is not None
        assert message.due_at > timezone.now()

    def test_gives_up_after_the_last_attempt_and_keeps_the_reason(self, message: Message) -> None:
        Message.objects.update(attempts=MESSAGES.max_attempts - 1)

        with pytest.raises(RuntimeError):
            execute.execute(doing(broken), message.pk)

        message.refresh_from_db()
        assert (message.due_at, message.fanned_out_at) == (None, None)
        assert DeadLetter.objects.get().reason == "RuntimeError: no paper left"

    def test_does_not_take_back_what_went_to_another_meanwhile(self, message: Message) -> None:
        def lose_the_lease(key: Key) -> None:
            Message.objects.update(leased_until=timezone.now() + timedelta(hours=1))
            broken(key)

        with pytest.raises(RuntimeError):
            execute.execute(doing(lose_the_lease), message.pk)

        message.refresh_from_db()
        assert message.leased_until is not None
        assert message.last_error == ""


class TestAWorkerThatDied:
    def test_loses_its_row_when_the_lease_ends(self, message: Message) -> None:
        execute.acquire(MESSAGES, message.pk)
        Message.objects.update(leased_until=timezone.now() - timedelta(seconds=1))

        assert execute.execute(MESSAGES, message.pk) == "succeeded"
        recorder.flush()
        assert TaskRun.objects.filter(outcome="lost", subject=str(message.pk)).count() == 1

    def test_is_poison_the_eighth_time(self, message: Message) -> None:
        execute.acquire(MESSAGES, message.pk)
        Message.objects.update(
            leased_until=timezone.now() - timedelta(seconds=1), attempts=MESSAGES.max_attempts
        )

        assert execute.dead_letter_exhausted(MESSAGES) == 1

        message.refresh_from_db()
        assert message.due_at is None
        assert DeadLetter.objects.get().reason == execute.PROCESS_ENDED


@pytest.fixture
def realtime_queue() -> Iterator[None]:
    """The queue of the messages, with no hint in it."""
    empty_realtime()
    yield
    empty_realtime()


def empty_realtime() -> None:
    with enqueue.broker().connection_for_write() as connected:
        channel: Any = connected.default_channel
        channel.queue_purge(enqueue.Queue.REALTIME.value)


def swept(sweeper: Sweeper) -> int:
    """Sweep, and do what hints do not help."""
    return sum(run_batch(job_type, keys) for job_type, keys in sweeper.look().items())


class TestSweeper:
    def test_lets_young_rows_travel(self, message: Message) -> None:
        assert swept(Sweeper([MESSAGES])) == 0
        message.refresh_from_db()
        assert message.fanned_out_at is None

    def test_does_what_hints_did_not_help(self, message: Message) -> None:
        aged(message, minutes=1)

        assert swept(Sweeper([MESSAGES])) == 1

        message.refresh_from_db()
        assert message.fanned_out_at is not None

    def test_does_it_at_once_without_a_broker(self, message: Message) -> None:
        aged(message, seconds=0.7)
        sweeper = Sweeper([MESSAGES])
        sweeper.broker_away_until = float("inf")

        assert swept(sweeper) == 1

    def test_adds_no_hints_to_a_queue_that_has_one_for_each_row(
        self, message: Message, realtime_queue: None
    ) -> None:
        """Such hints are not lost: the workers are busy, or have just come back."""
        aged(message, seconds=0.7)
        sweepers = [Sweeper([MESSAGES]) for _worker in range(3)]

        for sweeper in sweepers:
            sweeper.look()

        assert queue_length(MESSAGES) == 1

    def test_leaves_what_was_taken_since_it_was_found(self, message: Message, say: Say) -> None:
        second = say(message.author, "Et le joint")
        execute.execute(MESSAGES, second.pk)

        assert run_batch(MESSAGES, [second.pk, message.pk]) == 1

    def test_goes_on_after_a_broken_row(self, message: Message, say: Say, camille: User) -> None:
        second = say(camille, "Et le joint")
        aged(message, minutes=2)
        aged(second, minutes=1)

        def break_on_the_first(key: Key) -> None:
            if key == message.pk:
                broken(key)
            MESSAGES.perform(key)

        swept(Sweeper([doing(break_on_the_first)]))

        second.refresh_from_db()
        assert second.fanned_out_at is not None

    def test_asks_once_for_what_is_done_together(
        self, camille: User, odile: User, say: Say
    ) -> None:
        for body in ("Bonjour", "Et merci"):
            execute.execute(MESSAGES, say(camille, body).pk)
        Delivery.objects.update(due_at=timezone.now() - timedelta(minutes=1))

        waiting = execute.oldest_first(DELIVERIES, older_than=timedelta(), at_most=100)

        asked = Delivery.objects.filter(pk__in=[row.key for row in waiting], recipient=odile)
        assert sorted(asked.values_list("channel", flat=True)) == ["email", "push"]
        assert Delivery.objects.filter(recipient=odile).count() == 4

    def test_leaves_a_paused_queue(self, message: Message, marc: User) -> None:
        actions.pause(actor=marc, queue="realtime")
        aged(message, minutes=1)

        assert swept(Sweeper([MESSAGES])) == 0

    def test_hints_again_before_it_takes_what_a_worker_lost(self, message: Message) -> None:
        aged(message, minutes=1)
        lost(message, attempts=1, ago=timedelta(seconds=0.1))
        assert swept(Sweeper([MESSAGES])) == 0

        lost(message, attempts=1, ago=timedelta(seconds=5))
        assert swept(Sweeper([MESSAGES])) == 1

    def test_leaves_what_ends_processes_to_those_of_the_pool(self, message: Message) -> None:
        """Its own process takes the sweeps and the sign of life with it."""
        aged(message, minutes=1)
        lost(message, attempts=2, ago=timedelta(seconds=30))

        assert swept(Sweeper([MESSAGES])) == 0


def lost(message: Message, *, attempts: int, ago: timedelta) -> None:
    """As if a worker had died over it, its lease at an end."""
    Message.objects.filter(pk=message.pk).update(
        attempts=attempts, leased_until=timezone.now() - ago
    )


class TestTheLease:
    def test_grows_so_that_slow_work_is_not_taken_for_dead(self, message: Message) -> None:
        taken = []
        for _ in range(MESSAGES.max_attempts):
            row = execute.acquire(MESSAGES, message.pk)
            assert row is not None
            taken.append(round((row.leased_until - timezone.now()).total_seconds(), 1))
            Message.objects.update(leased_until=timezone.now())

        assert taken[0] < 2
        assert taken == sorted(taken)
        assert sum(taken) > 120


@pytest.mark.django_db
class TestTheRecord:
    def test_of_a_failure_says_where_and_why(self, message: Message) -> None:
        perform(doing(broken), message.pk)
        recorder.flush()

        run = TaskRun.objects.get()
        assert (run.outcome, run.attempt, run.error_class) == ("failed", 1, "RuntimeError")
        assert run.error_place.startswith("tests/workers/engine/test_execute.py:")
        assert "no paper left" in run.traceback
        assert run.wait_seconds > 0

    def test_adds_up_by_hour(self, message: Message) -> None:
        for _ in range(3):
            perform(MESSAGES, message.pk)
            recorder.flush()

        hour = TaskHour.objects.get()
        assert (hour.succeeded, hour.nothing, hour.failed) == (1, 2, 0)
        assert sum(hour.runs) == sum(hour.waits) == 3

    def test_keeps_no_secret(self) -> None:
        run = recorder.Run(name="task", queue="realtime", arguments={"reply_token": "abc", "n": 1})
        run.ended_at = run.started_at
        recorder.write([run])

        assert TaskRun.objects.get().arguments == {"reply_token": "•••", "n": 1}


@pytest.mark.django_db
class TestPeriodicWork:
    def test_comes_back_one_period_later(self) -> None:
        PERIODIC_TASKS.ensure_rows()
        Periodic.objects.update(due_at=timezone.now() - timedelta(hours=50))

        assert execute.execute(PERIODIC, "sample_queues") == "succeeded"

        row = Periodic.objects.get(name="sample_queues")
        assert row.due_at is not None
        assert row.due_at <= timezone.now() + timedelta(seconds=1)
        assert execute.execute(PERIODIC, "sample_queues") == "succeeded"

    def test_is_not_put_off_by_workers_that_start(self) -> None:
        PERIODIC_TASKS.ensure_rows()
        before = Periodic.objects.get(name="watch").due_at

        PERIODIC_TASKS.ensure_rows()

        assert Periodic.objects.get(name="watch").due_at == before

    def test_has_a_next_time_whatever_fails(self) -> None:
        PERIODIC_TASKS.ensure_rows()
        Periodic.objects.update(due_at=timezone.now(), attempts=PERIODIC.max_attempts - 1)

        with pytest.raises(RuntimeError):
            execute.execute(replace(PERIODIC, perform=broken), "watch")

        row = Periodic.objects.get(name="watch")
        assert row.due_at is not None
        assert row.last_error == "RuntimeError: no paper left"

    def test_shows_that_beat_lives(self) -> None:
        periodic.record_beat()
        periodic.record_beat()

        assert Heartbeat.objects.get(name="beat").seen_at <= timezone.now()
