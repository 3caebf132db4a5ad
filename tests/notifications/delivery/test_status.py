"""How far a message has come: what its author sees, and what open screens are told."""

from typing import Any

import pytest
from redis.client import PubSub

from core import background_sender
from core.models import User
from core.realtime.publish import company_channel, user_channel
from messaging.models import Message
from notifications import actions
from notifications.delivery.status import State
from notifications.models import Preference
from notifications.planning import presence
from tests.cast import Say
from tests.listening import events_in
from tests.notifications.conftest import Device, Work
from tests.notifications.push_service import PushService
from tests.notifications.steps import display_all, read, state_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("clock", "alone")]


class TestStates:
    def test_refused_push_without_an_email_is_undelivered(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        push_service: PushService,
    ) -> None:  # fmt: skip
        Preference.objects.create(user=camille, email="never")
        device(camille, "phone")
        push_service.status = 410
        message = say(odile, "Bonjour")
        work()

        assert state_of(message, camille) == State.UNDELIVERED

        device(camille, "tablet")
        push_service.status = 201
        actions.resend(message)
        work()
        assert state_of(message, camille) == State.SENT
        display_all(push_service)
        assert state_of(message, camille) == State.RECEIVED

    def test_refused_push_is_not_undelivered_while_an_email_waits(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        push_service: PushService,
    ) -> None:  # fmt: skip
        device(camille, "phone")
        push_service.status = 410
        message = say(odile, "Bonjour")
        work()

        assert state_of(message, camille) == State.SENT

    def test_message_is_sent_then_received_then_read(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        push_service: PushService,
    ) -> None:  # fmt: skip
        device(camille, "phone")
        message = say(odile, "Bonjour")
        work()
        seen = [state_of(message, camille)]
        display_all(push_service)
        seen.append(state_of(message, camille))
        read(camille, message)
        seen.append(state_of(message, camille))

        assert seen == ["sent", "received", "read"]

    def test_message_is_received_on_an_open_page(
        self, camille: User, odile: User, say: Say, work: Work
    ) -> None:
        presence.note(camille.pk, is_visible=True)
        message = say(odile, "Bonjour")
        work()

        assert state_of(message, camille) == State.RECEIVED

    def test_message_is_received_on_a_page_that_is_opened_later(
        self, camille: User, bruno: User, odile: User, say: Say, work: Work
    ) -> None:
        message = say(odile, "Bonjour")
        work()
        before = state_of(message, camille)
        actions.note_presence(camille, is_visible=True)

        assert (before, state_of(message, camille)) == (State.SENT, State.RECEIVED)
        assert state_of(message, bruno) == State.SENT


def told_of(message: Message, subscriber: PubSub) -> list[tuple[str, dict[str, Any]]]:
    """Return the channel and the states by name of each `delivery.updated` of a message."""
    background_sender.flush()
    found = []
    while heard := subscriber.get_message(timeout=0.3):
        for name, shown in events_in(heard["data"] or b""):
            if name == "delivery.updated" and shown["message"] == str(message.pk):
                states = {each["person"]["name"]: each["state"] for each in shown["deliveries"]}
                found.append((heard["channel"].decode(), states))
    return found


class TestOpenScreens:
    def test_screens_of_the_company_are_told_what_a_client_received(
        self, camille: User, odile: User, say: Say, work: Work, listening: PubSub
    ) -> None:
        presence.note(camille.pk, is_visible=True)
        message = say(odile, "Bonjour")
        work()

        told = told_of(message, listening)

        assert {channel for channel, _ in told} == {company_channel()}
        assert told[-1][1]["Camille Morel"] == "received"

    def test_screens_of_the_author_alone_are_told_of_a_clients_message(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        push_service: PushService, listening: PubSub,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        message = say(camille, "Bonjour")
        work()
        display_all(push_service)

        told = told_of(message, listening)

        assert {channel for channel, _ in told} == {user_channel(camille.pk)}
        assert told[-1][1]["Odile Perrin"] == "received"
