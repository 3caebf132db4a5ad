"""What a device still shows, and no longer holds, is closed."""

from typing import Any

import pytest
from django.test import Client

from core.models import Chantier, User
from messaging.actions.messages import delete_message
from messaging.models import Conversation, Message
from notifications import actions
from notifications.models import PushSubscription
from tests.cast import Say
from tests.notifications import conftest as notifications
from tests.notifications.conftest import Device, Work
from tests.notifications.push_service import PushService
from tests.notifications.steps import (
    SECOND,
    PassTime,
    conversation_about,
    read,
    write,
)

alone, clock, device = notifications.alone, notifications.clock, notifications.device
mail_server, pass_time = notifications.mail_server, notifications.pass_time
push_service, work = notifications.push_service, notifications.work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alone")]

V1 = "/api/v1"


def shown_by(push_service: PushService) -> dict[str, dict[str, Any]]:
    """Return what a device shows, by tag, after it closed what each push says is stale."""
    shown: dict[str, dict[str, Any]] = {}
    for pushed in push_service.received:
        notification = pushed.payload["notification"]
        close(shown, notification["data"]["at"], notification["data"]["unread"])
        shown[notification["tag"]] = notification
    return shown


def close(shown: dict[str, dict[str, Any]], at: int, unread: dict[str, int] | None) -> None:
    """Close what is stale, by the rule of the README."""
    for tag, notification in list(shown.items()):
        data = notification["data"]
        if unread is None or data["at"] >= at or not data["tells"]:
            continue
        if not any(unread.get(each, 0) >= seq for each, seq in data["tells"].items()):
            del shown[tag]


@pytest.mark.usefixtures("clock")
class TestStaleNotifications:
    @pytest.fixture
    def others(self, camille: User, odile: User, villa: Chantier) -> list[Conversation]:
        return [conversation_about(subject, camille, villa) for subject in ("Toit", "Cuisine")]

    @pytest.fixture
    def told(
        self, camille: User, odile: User, say: Say, others: list[Conversation], device: Device,
        work: Work, pass_time: PassTime,
    ) -> list[Message]:  # fmt: skip
        """Odile's phone shows three conversations."""
        device(odile, "phone")
        messages = [say(camille, "Bonjour"), *(write(camille, each, "Oui") for each in others)]
        work()
        pass_time(10 * SECOND)
        return messages

    @staticmethod
    def tag(message: Message) -> str:
        return message.conversation_id.hex

    def test_next_push_closes_what_was_read_elsewhere_or_deleted(
        self, camille: User, odile: User, say: Say, told: list[Message], push_service: PushService,
        pass_time: PassTime,
    ) -> None:  # fmt: skip
        read(odile, told[1])
        delete_message(remover=camille, message=told[2])
        pass_time(SECOND)
        assert len(shown_by(push_service)) == 3

        say(camille, "Encore")
        pass_time(10 * SECOND)

        assert shown_by(push_service).keys() == {self.tag(told[0])}

    def test_text_of_a_deleted_message_goes_though_earlier_ones_are_unread(
        self, camille: User, odile: User, say: Say, told: list[Message], push_service: PushService,
        pass_time: PassTime, others: list[Conversation],
    ) -> None:  # fmt: skip
        last = write(camille, others[0], "Mon code est 1234")
        pass_time(10 * SECOND)
        delete_message(remover=camille, message=last)
        pass_time(SECOND)

        say(camille, "Encore")
        pass_time(10 * SECOND)

        assert shown_by(push_service).keys() == {self.tag(told[0]), self.tag(told[2])}

    def test_worker_that_starts_asks_what_is_still_unread(
        self, client: Client, odile: User, told: list[Message], push_service: PushService,
        pass_time: PassTime,
    ) -> None:  # fmt: skip
        shown = shown_by(push_service)
        token = shown[self.tag(told[0])]["data"]["token"]
        read(odile, told[1])
        pass_time(SECOND)

        answer = client.post(f"{V1}/push/unread", {"token": token}, "application/json")

        assert answer.status_code == 200
        assert answer.json()["unread"] == {self.tag(told[0]): 1, self.tag(told[2]): 1}
        close(shown, **answer.json())
        assert shown.keys() == {self.tag(told[0]), self.tag(told[2])}

    def test_nothing_is_still_unread_on_a_device_that_was_logged_out(
        self, client: Client, odile: User, told: list[Message], push_service: PushService
    ) -> None:
        token = push_service.received[0].payload["notification"]["data"]["token"]
        PushSubscription.objects.update(session_key="hers")
        actions.forget_devices_of_session("hers")

        answer = client.post(f"{V1}/push/unread", {"token": token}, "application/json")

        assert answer.json()["unread"] == {}

    def test_push_that_arrives_late_closes_nothing_that_came_after_it(
        self, told: list[Message], push_service: PushService
    ) -> None:
        """The phone was off: the first conversation's push comes after that of the others."""
        push_service.received.sort(key=lambda pushed: -pushed.payload["notification"]["data"]["at"])

        assert len(shown_by(push_service)) == 3

    def test_payload_stays_within_one_record_with_many_conversations_and_long_words(
        self, camille: User, odile: User, villa: Chantier, say: Say, device: Device, work: Work,
        push_service: PushService,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        for number in range(22):
            write(camille, conversation_about(f"{number}", camille, villa), "Oui")
            if number == 18:
                work()
        long = conversation_about("👷🏽‍♀️" * 20, camille, villa)
        write(camille, long, "👷🏽‍♀️" * 200)
        work()

        listed = [push.payload["notification"]["data"]["unread"] for push in push_service.received]

        assert max(push.size for push in push_service.received) <= 4_096
        assert len(listed[0]) == 19
        # Too many to list: the device shows what it shows.
        assert listed[-1] is None
