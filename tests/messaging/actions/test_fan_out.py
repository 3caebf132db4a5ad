"""A burst is counted once: one job takes the messages of its conversation that wait beside it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.utils import timezone
from redis.client import PubSub

from core import background_sender
from core.models import User
from core.realtime.publish import company_channel
from messaging.actions.fan_out import fan_out_message
from messaging.actions.messages import delete_message, send_message
from messaging.conversation.idempotency import Draft
from messaging.models import Conversation, Message, Participant
from messaging.queries import waiting as queries
from tests.cast import Say
from tests.listening import events_in
from tests.messaging.conftest import Mark


def waiting() -> list[int]:
    rows = Message.objects.filter(fanned_out_at=None).order_by("seq")
    return list(rows.values_list("seq", flat=True))


def unread_events(subscriber: PubSub) -> list[dict[str, Any]]:
    """Return the counters that were published, until the channel is quiet."""
    found = []
    while message := subscriber.get_message(timeout=2):
        told = events_in(message["data"])
        found += [data for name, data in told if name == "unread.updated"]
    return found


@pytest.mark.django_db
class TestBurst:
    def test_all_that_wait_are_counted_by_one_job(
        self, camille: User, odile: User, say: Say, mark: Mark
    ) -> None:
        messages = [say(camille, f"n° {number}") for number in range(5)]

        done = fan_out_message(messages[2].pk)

        assert done is not None
        assert [message.seq for message in done.messages] == [1, 2, 3, 4, 5]
        assert mark(odile).unread_count == 5
        assert waiting() == []
        assert [fan_out_message(message.pk) for message in messages] == [None] * 5

    def test_other_conversations_wait_for_their_own_job(
        self, camille: User, say: Say, other_conversation: Conversation
    ) -> None:
        message = say(camille, "Ici")
        there = Draft(body="Là")
        send_message(author=camille, conversation_id=other_conversation.pk, draft=there)

        fan_out_message(message.pk)

        assert Message.objects.get(fanned_out_at=None).body == "Là"

    def test_one_that_failed_or_was_given_up_is_left_to_its_own_job(
        self, camille: User, say: Say
    ) -> None:
        failed, given_up, first, second = (say(camille, f"n° {number}") for number in range(4))
        rows = Message.objects.filter
        rows(pk=failed.pk).update(last_error="ValueError", due_at=timezone.now(), attempts=1)
        rows(pk=given_up.pk).update(due_at=None, attempts=8)

        fan_out_message(first.pk)
        assert waiting() == [1, 2]
        assert second.seq == 4

        fan_out_message(failed.pk)
        assert waiting() == [2]

    def test_more_than_one_job_takes_are_taken_by_the_next(
        self, camille: User, odile: User, say: Say, mark: Mark, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(queries, "EARLIER", 1)
        monkeypatch.setattr(queries, "LATER", 2)
        messages = [say(camille, f"n° {number}") for number in range(6)]

        fan_out_message(messages[2].pk)
        assert waiting() == [1, 5, 6]

        for message in messages:
            fan_out_message(message.pk)
        assert waiting() == []
        assert mark(odile).unread_count == 6

    def test_deleted_ones_are_not_for_a_person_who_joins(
        self, camille: User, odile: User, say: Say, mark: Mark
    ) -> None:
        messages = [say(camille, f"n° {number}") for number in range(3)]
        Message.objects.filter(pk=messages[0].pk).update(deleted_at=timezone.now())

        fan_out_message(messages[2].pk)

        assert mark(odile).unread_count == 2


@pytest.mark.django_db(transaction=True)
def test_burst_shows_each_person_one_counter(camille: User, say: Say, listening: PubSub) -> None:
    messages = [say(camille, f"n° {number}") for number in range(4)]

    fan_out_message(messages[0].pk)
    counters = unread_events(listening)

    # Camille's own, and those of everybody else who takes part.
    others = Participant.objects.exclude(user=camille).count()
    assert sorted(each["unread_count"] for each in counters) == [0] + [4] * others


def shown(subscriber: PubSub) -> list[str]:
    """Return the texts of the messages that the company's channel told of, until it is quiet."""
    background_sender.flush()
    found = []
    while message := subscriber.get_message(timeout=0.2):
        is_event = message["type"] == "pmessage"
        if is_event and message["channel"] == company_channel().encode():
            told = events_in(message["data"])
            found += [data["message"]["body"] for name, data in told if name.startswith("message.")]
    return found


@contextmanager
def killed_after_the_commit(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing is published, as of a process that ends before it comes to that."""
    with monkeypatch.context() as patched:
        patched.setattr("core.realtime.publish._send_soon", lambda call: None)
        yield


@pytest.mark.django_db(transaction=True)
class TestScreensThatMissedIt:
    def test_message_that_was_published_is_not_told_twice(
        self, camille: User, say: Say, listening: PubSub
    ) -> None:
        message = say(camille, "Bonjour")
        assert shown(listening) == ["Bonjour"]

        fan_out_message(message.pk)

        assert shown(listening) == []

    def test_message_of_a_web_process_that_was_killed_is_told(
        self, camille: User, say: Say, listening: PubSub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with killed_after_the_commit(monkeypatch):
            message = say(camille, "Bonjour")
        assert shown(listening) == []

        fan_out_message(message.pk)

        assert shown(listening) == ["Bonjour"]

    def test_deletion_that_nobody_was_told_of_is_told(
        self, camille: User, say: Say, listening: PubSub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        message = say(camille, "Bonjour")
        assert shown(listening) == ["Bonjour"]
        with killed_after_the_commit(monkeypatch):
            delete_message(remover=camille, message=message)

        fan_out_message(message.pk)

        assert shown(listening) == [""]
