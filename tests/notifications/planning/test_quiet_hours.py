"""Messages during quiet hours are held back, and told together at their end."""

from collections.abc import Callable
from datetime import datetime, time, timedelta

import pytest
import time_machine
from django.utils import timezone

from core.models import Chantier, User
from messaging.models import Conversation, Message
from notifications.delivery.status import State
from notifications.models import Preference
from tests.cast import Say
from tests.notifications.conftest import Device, Work
from tests.notifications.mail_server import MailServer
from tests.notifications.push_service import PushService
from tests.notifications.steps import (
    HOUR,
    MINUTE,
    SECOND,
    PassTime,
    conversation_about,
    display_all,
    state_of,
    text_of,
    write,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("alone")]

SEVEN = datetime.fromisoformat("2026-11-19 07:00:00+01:00")
Until = Callable[[datetime], None]


@pytest.fixture
def until(pass_time: PassTime) -> Until:
    """`until(moment)` lets time pass up to a moment, while workers deliver."""
    return lambda moment: pass_time(moment - timezone.now())


@pytest.fixture
def night(
    camille: User, odile: User, villa: Chantier, say: Say, device: Device, work: Work,
    until: Until, clock: time_machine.Traveller, conversation: Conversation,
) -> list[Message]:  # fmt: skip
    """Odile writes to Camille in two conversations during her quiet hours. Camille has a phone."""
    Preference.objects.create(user=camille, quiet_from=time(20), quiet_until=time(7))
    device(camille, "phone")
    fence = conversation_about("Clôture", camille, villa)
    messages = []
    for hours, body in ((10, "Le soir"), (7, "La nuit"), (1, "L’aube")):
        until(SEVEN - hours * HOUR)
        messages.append(say(odile, body))
        work()
    messages.append(write(odile, fence, "Le portail"))
    until(SEVEN - SECOND)
    return messages


class TestQuietHours:
    def test_quiet_hours_end_with_one_push_then_one_email_a_conversation(
        self, camille: User, night: list[Message], push_service: PushService,
        mail_server: MailServer, until: Until,
    ) -> None:  # fmt: skip
        assert (push_service.received, mail_server.letters) == ([], [])

        until(SEVEN + 9 * MINUTE)
        (push,) = push_service.received
        shown = push.payload["notification"]
        assert shown["title"] == "4 nouveaux messages"
        assert "Carrelage du séjour" in shown["body"]
        assert "Clôture" in shown["body"]
        assert mail_server.letters == []

        until(SEVEN + timedelta(minutes=30))
        tiles, fence = sorted(map(text_of, mail_server.letters), key=len, reverse=True)
        assert all(body in tiles for body in ("Le soir", "La nuit", "L’aube"))
        assert "Le portail" in fence
        assert len(push_service.received) == 1
        assert {state_of(message, camille) for message in night} == {State.EMAILED}

    def test_quiet_hours_end_without_an_email_once_the_push_is_displayed(
        self, camille: User, night: list[Message], push_service: PushService,
        mail_server: MailServer, until: Until,
    ) -> None:  # fmt: skip
        until(SEVEN)
        display_all(push_service)
        until(SEVEN + HOUR)

        assert len(push_service.received) == 1
        assert mail_server.letters == []
        assert {state_of(message, camille) for message in night} == {State.RECEIVED}
