"""Events reach other software: signed, in order of each conversation, until they arrive."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from core.models import OutgoingEvent, User
from core.outgoing import feed
from core.outgoing.record import Kind, record_in_conversation
from messaging.models import Conversation
from notifications.models import WebhookDelivery, WebhookEndpoint
from notifications.webhooks import delivery, dispatch, endpoints, sending
from tests.cast import Call, Say
from tests.notifications.webhook_receiver import Receiver
from tests.notifications.webhooks.conftest import PassTime, Register, do_what_is_due
from tests.notifications.webhooks.deliveries import Work, bodies, other, write
from tests.sockets import frozen_port
from workers.models import DeadLetter

__all__ = ["other"]

pytestmark = pytest.mark.django_db


class TestDelivery:
    def test_message_reaches_the_receiver_signed(
        self, receiver: Receiver, register: Register, work: Work, camille: User, say: Say
    ) -> None:
        register()
        message = say(camille, "Le carreau est fendu – 3 m²")
        work()

        [got] = receiver.received
        event = OutgoingEvent.objects.get(kind="message.created")
        assert receiver.disbelieved == []
        assert got.path == "/hooks/liaison"
        assert got.headers["webhook-id"] == str(event.uid)
        assert got.headers["content-type"] == "application/json"
        assert got.event["type"] == "message.created"
        assert got.event["timestamp"] == got.event["at"]
        assert got.event["data"]["message"]["body"] == "Le carreau est fendu – 3 m²"
        assert got.event["data"]["message"]["id"] == str(message.pk)

    def test_webhook_and_feed_show_the_same_event(
        self, receiver: Receiver, register: Register, work: Work, camille: User, say: Say
    ) -> None:
        register()
        say(camille, "Bonjour")
        work()

        [event] = receiver.accepted
        shown = feed.shown(OutgoingEvent.objects.get(kind="message.created"))
        assert event["id"] == str(shown["id"])
        assert {name: event[name] for name in ("position", "type", "version", "data")} == {
            name: shown[name] for name in ("position", "type", "version", "data")
        }

    def test_what_happened_before_the_webhook_is_not_sent(
        self, receiver: Receiver, register: Register, work: Work, camille: User, say: Say
    ) -> None:
        say(camille, "Avant")
        register()
        say(camille, "Après")
        work()

        assert bodies(receiver) == ["Après"]

    def test_only_the_chosen_kinds_are_sent(
        self, receiver: Receiver, register: Register, work: Work, camille: User, say: Say
    ) -> None:
        register(kinds=["client.changed"])
        say(camille, "Bonjour")
        assert camille.client is not None
        camille.client.name = "Famille Morel-Roy"
        camille.client.save()
        work()

        assert [event["type"] for event in receiver.accepted] == ["client.changed"]

    def test_event_is_recorded_without_work_while_there_is_no_webhook(
        self, camille: User, say: Say
    ) -> None:
        say(camille, "Bonjour")

        assert OutgoingEvent.objects.filter(kind="message.created").count() == 1
        assert not OutgoingEvent.objects.filter(due_at__isnull=False).exists()

    def test_paused_or_deleted_webhook_leaves_no_work(
        self, receiver: Receiver, register: Register, work: Work, camille: User, say: Say
    ) -> None:
        webhook = register()
        endpoints.change(webhook.pk, {"is_paused": True})
        say(camille, "Bonjour")
        endpoints.delete(webhook.pk)
        say(camille, "Bonsoir")

        assert not OutgoingEvent.objects.filter(due_at__isnull=False).exists()
        assert not WebhookDelivery.objects.exists()
        assert receiver.received == []


class TestOrder:
    def test_failing_event_holds_back_its_conversation_and_no_other(
        self, receiver: Receiver, register: Register, pass_time: PassTime, camille: User,
        conversation: Conversation, other: Conversation,
    ) -> None:  # fmt: skip
        is_down = True
        receiver.answer = lambda event: 500 if is_down and first(event) else 204
        register(kinds=["message.created"])
        for body in ("1", "2", "3"):
            write(camille, conversation, body)
            write(camille, other, f"autre {body}")
        do_what_is_due()

        assert bodies(receiver) == ["autre 1", "autre 2", "autre 3"]
        is_down = False
        pass_time(timedelta(seconds=10))
        assert bodies(receiver)[3:] == ["1", "2", "3"]

    def test_events_that_come_while_one_is_tried_again_wait_behind_it(
        self, receiver: Receiver, register: Register, pass_time: PassTime, camille: User,
        conversation: Conversation,
    ) -> None:  # fmt: skip
        receiver.answer = lambda event: 503
        register(kinds=["message.created"])
        write(camille, conversation, "1")
        do_what_is_due()
        write(camille, conversation, "2")
        do_what_is_due()
        tried = [each.event["data"]["message"]["body"] for each in receiver.received]
        assert tried == ["1"]
        receiver.answer = lambda event: 204
        pass_time(timedelta(seconds=10))

        assert bodies(receiver) == ["1", "2"]

    def test_change_of_a_person_waits_for_no_other_person(
        self, receiver: Receiver, register: Register, work: Work, camille: User, bruno: User
    ) -> None:
        register(kinds=["user.changed"])
        receiver.answer = lambda event: (
            500 if event["data"]["user"]["name"].startswith("Camille") else 204
        )
        for person in (camille, bruno):
            person.phone = "06 12 34 56 78"
            person.save()
        work()

        assert [event["data"]["user"]["name"] for event in receiver.accepted] == ["Bruno Morel"]


def first(event: Any) -> bool:
    return bool(event["data"]["message"]["body"] == "1")


class TestRetries:
    def test_event_is_tried_for_a_day_then_given_up_and_shown(
        self, receiver: Receiver, register: Register, pass_time: PassTime, camille: User,
        conversation: Conversation,
    ) -> None:  # fmt: skip
        receiver.answer = lambda event: 500 if first(event) else 204
        receiver.text = b"no\0 such  table"
        register(kinds=["message.created"])
        began = timezone.now()
        write(camille, conversation, "1")
        write(camille, conversation, "2")
        do_what_is_due()
        pass_time(timedelta(hours=23, minutes=30))
        assert not DeadLetter.objects.exists()
        assert bodies(receiver) == []
        pass_time(timedelta(hours=1))

        [letter] = DeadLetter.objects.filter(job="send_webhook")
        tries = [each for each in receiver.received if not each.is_accepted]
        assert len(tries) == delivery.MAX_ATTEMPTS == letter.attempts
        assert {each.headers["webhook-id"] for each in tries} == {tries[0].headers["webhook-id"]}
        assert letter.reason == "WebhookFailed: 500 no such table"
        assert timedelta(hours=24) <= letter.died_at - began < timedelta(hours=24, minutes=30)
        # It holds back the others for no longer.
        assert bodies(receiver) == ["2"]
        assert receiver.disbelieved == []

    def test_given_up_event_is_sent_again_from_the_dashboard(
        self, receiver: Receiver, register: Register, pass_time: PassTime, camille: User,
        conversation: Conversation, marc: User, api: Call,
    ) -> None:  # fmt: skip
        receiver.answer = lambda event: 500
        register(kinds=["message.created"])
        write(camille, conversation, "1")
        do_what_is_due()
        pass_time(timedelta(hours=25))
        receiver.answer = lambda event: 204
        [dead] = api(marc).get("/api/v1/staff/tasks", {"state": "dead"}).json()["results"]
        assert dead["name"] == "send_webhook"
        assert receiver.url in dead["words"]
        answer = api(marc).post(f"/api/v1/staff/tasks/{dead['id']}/retry")
        assert answer.status_code == 200, answer.content
        do_what_is_due()

        assert bodies(receiver) == ["1"]

    def test_answer_is_kept(
        self, receiver: Receiver, register: Register, work: Work, camille: User, say: Say
    ) -> None:
        receiver.answer = lambda event: 422
        receiver.text = b'{"error": "unknown client"}' + b" " * 5000
        register()
        say(camille, "Bonjour")
        work()

        row = WebhookDelivery.objects.get()
        assert (row.answer_status, row.answer) == (422, '{"error": "unknown client"}')

    @pytest.mark.parametrize("status", [301, 302, 307, 308])
    def test_redirect_is_not_followed(
        self, receiver: Receiver, register: Register, work: Work, camille: User, say: Say,
        status: int,
    ) -> None:  # fmt: skip
        receiver.answer = lambda event: status
        receiver.headers = {"Location": f"{receiver.origin}/elsewhere"}
        register()
        say(camille, "Bonjour")
        work()

        assert [each.path for each in receiver.received] == ["/hooks/liaison"]
        assert WebhookDelivery.objects.get().sent_at is None

    def test_receiver_that_says_nothing_is_left_after_the_deadline(
        self, settings: Settings, register: Register, camille: User, say: Say,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        monkeypatch.setattr(sending, "DEADLINE_SECONDS", 0.3)
        with frozen_port() as port:
            settings.PUSH_ALLOWED_HOSTS = [f"http://127.0.0.1:{port}"]
            register(url=f"http://127.0.0.1:{port}/")
            say(camille, "Bonjour")
            do_what_is_due()

        row = WebhookDelivery.objects.get()
        assert (row.answer_status, row.sent_at) == (None, None)
        assert "no answer within" in row.answer or "timed out" in row.answer

    def test_slow_receiver_takes_one_process_of_a_worker(
        self, receiver: Receiver, register: Register, camille: User, conversation: Conversation
    ) -> None:
        webhook = register(kinds=["message.created"])
        mine, earlier = two_deliveries(webhook, camille, conversation)
        lease(earlier, seconds=20)
        lease(mine, seconds=21)

        delivery.send(mine.pk)

        mine.refresh_from_db()
        assert receiver.received == []
        assert (mine.attempts, mine.leased_until) == (0, None)
        assert mine.due_at is not None

        delivery.send(earlier.pk)
        mine.refresh_from_db()
        # Not after the pause, but as soon as the other one has ended.
        assert len(receiver.received) == 1
        assert mine.due_at <= timezone.now()

    def test_receiver_that_fails_is_asked_less_often(
        self, register: Register, camille: User, conversation: Conversation
    ) -> None:
        webhook = register(kinds=["message.created"])
        mine, earlier = two_deliveries(webhook, camille, conversation)
        lease(earlier, seconds=20)
        lease(mine, seconds=21)
        WebhookEndpoint.objects.update(failing_since=timezone.now())

        delivery.send(mine.pk)

        mine.refresh_from_db()
        assert mine.due_at is not None
        assert mine.due_at > timezone.now() + delivery.FAILING_PAUSE / 2

    def test_receiver_that_names_a_pause_gets_it(
        self, receiver: Receiver, register: Register, camille: User, say: Say
    ) -> None:
        register(kinds=["message.created"])
        receiver.answer = lambda event: 503
        receiver.headers = {"Retry-After": "600"}
        say(camille, "Bonjour")

        do_what_is_due()

        row = WebhookDelivery.objects.get()
        assert row.due_at is not None
        assert timedelta(minutes=9) < row.due_at - timezone.now() <= timedelta(minutes=10)


def two_deliveries(
    webhook: WebhookEndpoint, author: User, conversation: Conversation
) -> list[WebhookDelivery]:
    """Return a delivery of a conversation, and one of another lane."""
    write(author, conversation, "1")
    record_in_conversation(
        Kind.MESSAGE_CREATED, {"number": 2}, conversation_id=webhook.pk,
        client_id=conversation.client_id, chantier_id=None,
    )  # fmt: skip
    dispatch.dispatch_events()
    return list(WebhookDelivery.objects.order_by("position"))


def lease(row: WebhookDelivery, *, seconds: int) -> None:
    until = timezone.now() + timedelta(seconds=seconds)
    WebhookDelivery.objects.filter(pk=row.pk).update(attempts=1, leased_until=until)
