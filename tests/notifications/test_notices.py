"""Notices: one person of the company is told once, on a device or else by email."""

from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from core.jobs.lease import due
from core.models import User
from messaging.actions.conversations import change_conversation
from messaging.models import Conversation, Notice
from messaging.queries.conversations import pending_notices
from notifications.models import Mute, Preference
from tests.notifications.conftest import Device
from tests.notifications.mail_server import MailServer
from tests.notifications.push_service import Browser, PushService
from workers.engine import execute
from workers.registry import NOTICES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "mail_server")]

Send = Callable[[], list[str]]


def shown_by(service: PushService, phone: Browser) -> list[Any]:
    """Return the notifications that a device was pushed and took."""
    taken = [each for each in service.received if each.path == phone.path and each.is_accepted]
    return [each.payload["notification"] for each in taken]


@pytest.fixture
def send() -> Send:
    """Do what workers do for each notice that is due; return the outcomes."""

    def run() -> list[str]:
        keys = list(due(pending_notices()).order_by("pk").values_list("pk", flat=True))
        return [execute.execute(NOTICES, key) for key in keys]

    return run


@pytest.fixture
def given(odile: User, marc: User, conversation: Conversation) -> Notice:
    """Marc gave Odile's conversation to himself: Odile is to be told."""
    change_conversation(editor=marc, conversation=conversation, changes={"assigned_to_id": marc.pk})
    return Notice.objects.get(recipient=odile)


class TestNotice:
    def test_person_reads_on_the_phone_who_has_taken_over(
        self, odile: User, given: Notice, push_service: PushService, device: Device, send: Send,
        mail_server: MailServer,
    ) -> None:  # fmt: skip
        odile.locale = "fr"
        odile.save()
        phone = device(odile, "phone")

        assert send() == ["succeeded"]

        [pushed] = shown_by(push_service, phone)
        assert pushed["title"] == "Marc Vidal a repris « Carrelage du séjour »"
        assert pushed["body"] == "Famille Morel · Villa Lumière"
        assert pushed["navigate"].endswith(f"/staff/messages/{given.conversation_id}")
        assert mail_server.letters == []

    def test_person_without_a_device_gets_an_email(
        self, odile: User, given: Notice, push_service: PushService, send: Send,
        mail_server: MailServer,
    ) -> None:  # fmt: skip
        assert send() == ["succeeded"]

        [letter] = mail_server.letters
        assert "Marc Vidal" in str(letter["Subject"])
        assert given.pk.hex in str(letter["Message-ID"])

    def test_notice_is_sent_once(
        self, odile: User, given: Notice, push_service: PushService, send: Send,
        mail_server: MailServer, device: Device,
    ) -> None:  # fmt: skip
        phone = device(odile, "phone")
        send()
        assert execute.execute(NOTICES, given.pk) == "nothing"

        assert len(shown_by(push_service, phone)) == 1
        assert Notice.objects.get(pk=given.pk).sent_at == timezone.now()

    def test_device_that_took_it_is_not_asked_again_after_a_kill(
        self, odile: User, given: Notice, push_service: PushService, device: Device, send: Send,
        monkeypatch: pytest.MonkeyPatch, clock: time_machine.Traveller,
    ) -> None:  # fmt: skip
        phone = device(odile, "phone")
        with monkeypatch.context() as killed:
            killed.setattr("notifications.notices.NOT_DUE", None)
            with pytest.raises(TypeError):
                send()
        clock.shift(timedelta(minutes=10))

        assert send() == ["succeeded"]
        assert len(shown_by(push_service, phone)) == 1

    def test_quiet_hours_hold_it_back_until_the_morning(
        self, odile: User, given: Notice, push_service: PushService, device: Device, send: Send,
        clock: time_machine.Traveller,
    ) -> None:  # fmt: skip
        phone = device(odile, "phone")
        Preference.objects.create(user=odile, quiet_from=time(9), quiet_until=time(12))

        send()
        assert shown_by(push_service, phone) == []

        clock.shift(timedelta(hours=2))
        send()
        assert len(shown_by(push_service, phone)) == 1

    def test_muted_conversation_holds_back_nothing_that_is_for_the_person_alone(
        self, odile: User, given: Notice, push_service: PushService, device: Device, send: Send
    ) -> None:
        phone = device(odile, "phone")
        Mute.objects.create(user=odile, conversation=given.conversation)

        send()

        assert len(shown_by(push_service, phone)) == 1

    def test_person_who_wants_neither_is_told_nothing(
        self, odile: User, given: Notice, push_service: PushService, device: Device, send: Send,
        mail_server: MailServer,
    ) -> None:  # fmt: skip
        phone = device(odile, "phone")
        Preference.objects.create(user=odile, push=False, email="never")

        assert send() == ["succeeded"]
        assert (shown_by(push_service, phone), mail_server.letters) == ([], [])

    def test_device_that_cannot_be_reached_now_is_tried_again(
        self, odile: User, given: Notice, push_service: PushService, device: Device, send: Send,
        clock: time_machine.Traveller,
    ) -> None:  # fmt: skip
        phone = device(odile, "phone")
        push_service.answers[phone.path] = [503]
        with pytest.raises(Exception, match="503"):
            send()
        clock.shift(timedelta(minutes=10))

        assert send() == ["succeeded"]
        assert len(shown_by(push_service, phone)) == 1

    def test_person_who_takes_it_is_not_told_of_it(self, marc: User, given: Notice) -> None:
        assert not Notice.objects.filter(recipient=marc).exists()

    def test_person_who_is_given_a_conversation_is_told_by_whom(
        self, odile: User, marc: User, conversation: Conversation, push_service: PushService,
        device: Device, send: Send,
    ) -> None:  # fmt: skip
        phone = device(marc, "phone")
        change_conversation(
            editor=odile, conversation=conversation, changes={"assigned_to_id": marc.pk}
        )

        send()

        [pushed] = shown_by(push_service, phone)
        assert pushed["title"] == "Odile Perrin vous confie « Carrelage du séjour »"
