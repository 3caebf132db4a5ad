"""A task does its row, and those that wait for the same wake-up."""

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import transaction
from django.utils import timezone

from core.jobs.enqueue import Job
from core.models import User
from messaging.models import Message
from notifications.fan_out import fan_out_together
from tests.cast import Say, in_another_conversation
from workers.engine import batches
from workers.engine.batches import perform_together, perform_with_others, run_batch
from workers.engine.job_types import Key
from workers.models import TaskRun
from workers.records import recorder
from workers.registry import MESSAGES

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def messages(camille: User, say: Say) -> list[Message]:
    """One in each of three conversations, by age."""
    return [say(camille, "Bonjour"), *(in_another_conversation(camille) for _ in range(2))]


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The messages whose job was published by a task."""
    found: list[str] = []
    monkeypatch.setattr(batches, "publish", lambda job, **ids: found.append(ids["message_id"]))
    return found


def waiting() -> set[UUID]:
    return set(Message.objects.filter(fanned_out_at=None).values_list("pk", flat=True))


def recorded() -> list[tuple[str, str]]:
    recorder.flush()
    runs = TaskRun.objects.filter(name=Job.FAN_OUT_MESSAGE.value).order_by("started_at")
    return list(runs.values_list("subject", "outcome"))


def test_task_does_the_messages_of_all_conversations(
    messages: list[Message], published: list[str]
) -> None:
    recorder.forget()

    perform_with_others(MESSAGES, messages[1].pk)

    assert waiting() == set()
    assert {subject for subject, _ in recorded()} == {str(message.pk) for message in messages}
    assert published == []


def test_durations_of_rows_done_together_add_up_to_the_time_that_they_took(
    messages: list[Message], published: list[str]
) -> None:
    def take_a_moment(keys: Sequence[Key]) -> set[UUID]:
        time.sleep(0.3)
        return fan_out_together(keys)

    began = time.monotonic()
    keys = [message.pk for message in messages]
    run_batch(replace(MESSAGES, perform_together=take_a_moment), keys)
    took_seconds = time.monotonic() - began

    recorder.flush()
    durations = list(TaskRun.objects.values_list("run_seconds", flat=True))
    assert len(durations) == 3
    assert 0.3 <= sum(durations) <= took_seconds


def test_task_whose_row_is_done_already_does_the_others(
    messages: list[Message], published: list[str]
) -> None:
    perform_with_others(MESSAGES, messages[0].pk)
    later = in_another_conversation(messages[0].author)

    perform_with_others(MESSAGES, messages[0].pk)

    assert later.pk not in waiting()


@pytest.mark.parametrize("broken", [0, 1, 2])
def test_row_that_fails_holds_back_no_other(
    messages: list[Message], published: list[str], broken: int
) -> None:
    def fail_at_one(key: Key) -> None:
        if key == messages[broken].pk:
            raise RuntimeError("no paper left")
        MESSAGES.perform(key)

    @transaction.atomic
    def fail_together(keys: Sequence[Key]) -> set[UUID]:
        for key in keys:
            fail_at_one(key)
        return set(keys)

    recorder.forget()
    job_type = replace(MESSAGES, perform=fail_at_one, perform_together=fail_together)
    perform_with_others(job_type, messages[0].pk)

    assert waiting() == {messages[broken].pk}
    assert sorted(outcome for _, outcome in recorded()) == ["failed", "succeeded", "succeeded"]


def test_task_gives_its_place_to_the_others_after_a_while(
    messages: list[Message], published: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "GO_ON_SECONDS", 0)

    perform_with_others(MESSAGES, messages[0].pk)

    assert waiting() == {message.pk for message in messages[1:]}
    assert published == [str(messages[1].pk)]


def test_rows_that_were_tried_before_are_done_one_by_one(
    messages: list[Message], published: list[str]
) -> None:
    """Their work may be what kills a process, and would take the others with it."""
    Message.objects.filter(pk=messages[1].pk).update(attempts=1)
    together: list[Key] = []

    def note(keys: Sequence[Key]) -> set[UUID]:
        together.extend(keys)
        return fan_out_together(keys)

    perform_with_others(replace(MESSAGES, perform_together=note), messages[0].pk)

    assert together == [messages[2].pk]
    assert waiting() == set()


@pytest.mark.parametrize(("seconds", "is_settled"), [(0.0, True), (1.0, False)])
def test_row_that_was_left_out_has_all_its_attempts_and_soon_its_turn(
    messages: list[Message], published: list[str], seconds: float, is_settled: bool
) -> None:
    def leave_out(keys: Sequence[Key]) -> set[UUID]:
        return set()

    message = messages[0]
    due_at = timezone.now() - timedelta(seconds=seconds)
    Message.objects.filter(pk=message.pk).update(due_at=due_at)
    found = perform_together(replace(MESSAGES, perform_together=leave_out), [message.pk])

    assert found.done == 0
    assert (message.pk in found.settled) == is_settled
    message.refresh_from_db()
    assert (message.attempts, message.leased_until, message.due_at) == (0, None, due_at)


@pytest.mark.parametrize("seconds", [0.0, 1.0])
def test_conversation_that_is_always_written_in_is_counted_after_a_moment(
    messages: list[Message], published: list[str], seconds: float
) -> None:
    def leave_out_the_first(keys: Sequence[Key]) -> set[UUID]:
        return fan_out_together([key for key in keys if key != messages[0].pk])

    due_at = timezone.now() - timedelta(seconds=seconds)
    Message.objects.filter(pk=messages[0].pk).update(due_at=due_at)
    keys = [message.pk for message in messages]
    run_batch(replace(MESSAGES, perform_together=leave_out_the_first), keys)

    assert waiting() == (set() if seconds else {messages[0].pk})
