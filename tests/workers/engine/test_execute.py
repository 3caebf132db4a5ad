"""A job is executed by one worker, tried again after a pause, and ends done or as a dead letter."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.jobs import enqueue
from core.models import User
from messaging.models import Message, Participant
from notifications.models import Delivery, PushSubscription
from tests.cast import Say, in_another_conversation
from workers.dashboard import actions
from workers.engine import execute, periodic
from workers.engine.batches import perform, run_batch
from workers.engine.job_types import JobType, Key
from workers.models import DeadLetter, Heartbeat, Periodic, TaskHour, TaskRun
from workers.records import recorder
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


class TestExecute:
    def test_job_that_is_done_is_not_done_again(self, message: Message, odile: User) -> None:
        outcomes = [execute.execute(MESSAGES, message.pk), execute.execute(MESSAGES, message.pk)]

        assert outcomes == ["succeeded", "nothing"]
        assert Participant.objects.get(user=odile).unread_count == 1

    def test_row_of_another_worker_is_left_alone(self, message: Message) -> None:
        execute.acquire(MESSAGES, message.pk)

        assert execute.execute(MESSAGES, message.pk) == "nothing"

    def test_failed_job_is_due_again_later_with_its_error(self, message: Message) -> None:
        with pytest.raises(RuntimeError):
            execute.execute(doing(broken), message.pk)

        message.refresh_from_db()
        assert message.attempts == 1
        assert message.last_error == "RuntimeError: no paper left"
        assert message.leased_until is None
        assert message.due_at is not None
        assert message.due_at > timezone.now()

    def test_job_that_fails_the_last_time_is_a_dead_letter_with_its_reason(
        self, message: Message
    ) -> None:
        Message.objects.update(attempts=MESSAGES.max_attempts - 1)

        with pytest.raises(RuntimeError):
            execute.execute(doing(broken), message.pk)

        message.refresh_from_db()
        assert (message.due_at, message.fanned_out_at) == (None, None)
        assert DeadLetter.objects.get().reason == "RuntimeError: no paper left"

    def test_failure_after_a_lost_lease_leaves_the_row_to_its_new_worker(
        self, message: Message
    ) -> None:
        def lose_the_lease(key: Key) -> None:
            Message.objects.update(leased_until=timezone.now() + timedelta(hours=1))
            broken(key)

        with pytest.raises(RuntimeError):
            execute.execute(doing(lose_the_lease), message.pk)

        message.refresh_from_db()
        assert message.leased_until is not None
        assert message.last_error == ""


class TestDeadWorker:
    def test_row_of_a_dead_worker_is_executed_when_its_lease_ends(self, message: Message) -> None:
        execute.acquire(MESSAGES, message.pk)
        Message.objects.update(leased_until=timezone.now() - timedelta(seconds=1))

        assert execute.execute(MESSAGES, message.pk) == "succeeded"
        recorder.flush()
        assert TaskRun.objects.filter(outcome="lost", subject=str(message.pk)).count() == 1

    def test_job_whose_worker_died_at_the_last_attempt_is_a_dead_letter(
        self, message: Message
    ) -> None:
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
    """The queue of the messages, without any wake-up."""
    empty_realtime()
    yield
    empty_realtime()


def empty_realtime() -> None:
    with enqueue.broker().connection_for_write() as connected:
        channel: Any = connected.default_channel
        channel.queue_purge(enqueue.Queue.REALTIME.value)


def sweep_and_run(sweeper: Sweeper) -> int:
    """Sweep, and run the rows for the fallback runner; return how many."""
    return sum(run_batch(job_type, keys) for job_type, keys in sweeper.look().items())


class TestSweeper:
    def test_row_that_is_due_just_now_is_left_to_the_broker(self, message: Message) -> None:
        assert sweep_and_run(Sweeper([MESSAGES])) == 0
        message.refresh_from_db()
        assert message.fanned_out_at is None

    def test_row_that_waits_too_long_is_done_without_the_broker(self, message: Message) -> None:
        aged(message, minutes=1)

        assert sweep_and_run(Sweeper([MESSAGES])) == 1

        message.refresh_from_db()
        assert message.fanned_out_at is not None

    def test_row_is_done_at_once_when_the_broker_is_away(self, message: Message) -> None:
        aged(message, seconds=0.7)
        sweeper = Sweeper([MESSAGES])
        sweeper.broker_away_until = float("inf")

        assert sweep_and_run(sweeper) == 1

    def test_queue_with_a_wake_up_for_each_row_gets_no_other(
        self, message: Message, realtime_queue: None
    ) -> None:
        """No wake-up was lost: the workers are busy, or have just come back."""
        aged(message, seconds=0.7)
        sweepers = [Sweeper([MESSAGES]) for _worker in range(3)]

        for sweeper in sweepers:
            sweeper.look()

        assert queue_length(MESSAGES) == 1

    def test_row_that_is_done_since_it_was_found_is_skipped(self, message: Message) -> None:
        second = in_another_conversation(message.author)
        execute.execute(MESSAGES, second.pk)

        assert run_batch(MESSAGES, [second.pk, message.pk]) == 1

    def test_broken_row_does_not_stop_the_next_one(self, message: Message, camille: User) -> None:
        second = in_another_conversation(camille)
        aged(message, minutes=2)
        aged(second, minutes=1)

        def break_on_the_first(key: Key) -> None:
            if key == message.pk:
                broken(key)
            MESSAGES.perform(key)

        sweep_and_run(Sweeper([doing(break_on_the_first)]))

        second.refresh_from_db()
        assert second.fanned_out_at is not None

    def test_deliveries_of_one_batch_get_one_wake_up(
        self, camille: User, odile: User, say: Say
    ) -> None:
        PushSubscription.objects.create(user=odile, endpoint="https://push.test/1", label="phone")
        for body in ("Bonjour", "Et merci"):
            execute.execute(MESSAGES, say(camille, body).pk)
        Delivery.objects.update(due_at=timezone.now() - timedelta(minutes=1))

        waiting = execute.oldest_first(DELIVERIES, older_than=timedelta(), at_most=100)

        asked = Delivery.objects.filter(pk__in=[row.key for row in waiting], recipient=odile)
        assert sorted(asked.values_list("channel", flat=True)) == ["email", "push"]
        assert Delivery.objects.filter(recipient=odile).count() == 4

    def test_paused_queue_is_not_swept(self, message: Message, marc: User) -> None:
        actions.pause(actor=marc, queue="realtime")
        aged(message, minutes=1)

        assert sweep_and_run(Sweeper([MESSAGES])) == 0

    def test_row_of_a_dead_worker_is_left_to_the_pools_for_a_moment(self, message: Message) -> None:
        aged(message, minutes=1)
        lose_worker(message, attempts=1, ago=timedelta(seconds=0.1))
        assert sweep_and_run(Sweeper([MESSAGES])) == 0

        lose_worker(message, attempts=1, ago=timedelta(seconds=5))
        assert sweep_and_run(Sweeper([MESSAGES])) == 1

    def test_row_that_killed_two_processes_is_left_to_the_pools(self, message: Message) -> None:
        """The process of a fallback runner would take sweeps and heartbeats with it."""
        aged(message, minutes=1)
        lose_worker(message, attempts=2, ago=timedelta(seconds=30))

        assert sweep_and_run(Sweeper([MESSAGES])) == 0


def lose_worker(message: Message, *, attempts: int, ago: timedelta) -> None:
    """Leave the row as a worker does that died, its lease ended."""
    Message.objects.filter(pk=message.pk).update(
        attempts=attempts, leased_until=timezone.now() - ago
    )


class TestLease:
    def test_leases_of_all_attempts_last_longer_than_two_minutes(self, message: Message) -> None:
        seconds = []
        for _ in range(MESSAGES.max_attempts):
            row = execute.acquire(MESSAGES, message.pk)
            assert row is not None
            seconds.append(round((row.leased_until - timezone.now()).total_seconds(), 1))
            Message.objects.update(leased_until=timezone.now())

        assert seconds[0] < 2
        assert seconds == sorted(seconds)
        assert sum(seconds) > 120


@pytest.mark.django_db
class TestRecord:
    def test_record_of_a_failure_says_where_and_why(self, message: Message) -> None:
        perform(doing(broken), message.pk)
        recorder.flush()

        run = TaskRun.objects.get()
        assert (run.outcome, run.attempt, run.error_class) == ("failed", 1, "RuntimeError")
        assert run.error_place.startswith("tests/workers/engine/test_execute.py:")
        assert "no paper left" in run.traceback
        assert run.wait_seconds > 0

    def test_attempts_add_up_by_hour(self, message: Message) -> None:
        for _ in range(3):
            perform(MESSAGES, message.pk)
            recorder.flush()

        hour = TaskHour.objects.get()
        assert (hour.succeeded, hour.nothing, hour.failed) == (1, 2, 0)
        assert sum(hour.runs) == sum(hour.waits) == 3

    def test_record_keeps_no_secret_argument(self) -> None:
        run = recorder.Run(name="task", queue="realtime", arguments={"reply_token": "abc", "n": 1})
        run.ended_at = run.started_at
        recorder.write([run])

        assert TaskRun.objects.get().arguments == {"reply_token": "•••", "n": 1}


@pytest.mark.django_db
class TestPeriodicWork:
    def test_periodic_work_that_was_missed_for_two_days_runs_twice(self) -> None:
        PERIODIC_TASKS.ensure_rows()
        Periodic.objects.update(due_at=timezone.now() - timedelta(hours=50))

        outcomes = [execute.execute(PERIODIC, "sample_queues") for _ in range(3)]

        assert outcomes == ["succeeded", "succeeded", "nothing"]
        # Every minute.
        row = Periodic.objects.get(name="sample_queues")
        assert row.due_at is not None
        assert timedelta(seconds=50) < row.due_at - timezone.now() <= timedelta(seconds=60)

    def test_worker_that_starts_does_not_delay_periodic_work(self) -> None:
        PERIODIC_TASKS.ensure_rows()
        before = Periodic.objects.get(name="watch").due_at

        PERIODIC_TASKS.ensure_rows()

        assert Periodic.objects.get(name="watch").due_at == before

    def test_periodic_work_that_always_fails_has_a_next_time(self) -> None:
        PERIODIC_TASKS.ensure_rows()
        Periodic.objects.update(due_at=timezone.now(), attempts=PERIODIC.max_attempts - 1)

        with pytest.raises(RuntimeError):
            execute.execute(replace(PERIODIC, perform=broken), "watch")

        row = Periodic.objects.get(name="watch")
        assert row.due_at is not None
        assert row.last_error == "RuntimeError: no paper left"

    def test_beat_leaves_one_sign_of_life(self) -> None:
        periodic.record_beat()
        periodic.record_beat()

        assert Heartbeat.objects.get(name="beat").seen_at <= timezone.now()
