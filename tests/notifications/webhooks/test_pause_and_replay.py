"""A webhook that fails for long is paused; what it missed is sent again."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from core.models import OutgoingEvent, User
from core.outgoing import feed
from messaging.models import Conversation
from notifications.models import WebhookDelivery, WebhookEndpoint
from notifications.webhooks import endpoints
from tests.cast import Say
from tests.notifications.mail_server import MailServer
from tests.notifications.webhook_receiver import Receiver
from tests.notifications.webhooks.conftest import PassTime, Register, do_what_is_due
from tests.notifications.webhooks.deliveries import Work, bodies, write
from workers.monitoring.finding import active_alerts
from workers.records import retention
from workers.registry import JOB_TYPES

pytestmark = pytest.mark.django_db


class TestPause:
    def test_address_that_is_gone_is_paused_and_the_managers_are_told(
        self, receiver: Receiver, register: Register, work: Work, camille: User, marc: User,
        say: Say, mail_server: MailServer,
    ) -> None:  # fmt: skip
        receiver.answer = lambda event: 410
        webhook = register(description="ERP")
        say(camille, "Bonjour")
        work()
        say(camille, "Encore")
        work()

        webhook.refresh_from_db()
        assert webhook.is_paused
        assert len(receiver.received) == 1
        [letter] = mail_server.letters
        assert letter["To"].addresses[0].addr_spec == "marc@demo.test"
        plain = letter.get_body(("plain",))
        assert plain is not None
        assert receiver.url in plain.get_content()
        assert ("webhook_paused", "127.0.0.1") in {
            (alert.code, alert.about) for alert in active_alerts(JOB_TYPES)
        }

    def test_address_that_fails_for_three_days_is_paused(
        self, receiver: Receiver, register: Register, pass_time: PassTime, camille: User,
        conversation: Conversation, mail_server: MailServer, marc: User,
    ) -> None:  # fmt: skip
        receiver.answer = lambda event: 500
        webhook = register(kinds=["message.created"])
        for body in ("1", "2", "3", "4", "5"):
            write(camille, conversation, body)
        do_what_is_due()
        pass_time(timedelta(days=2, hours=22))
        webhook.refresh_from_db()
        assert not webhook.is_paused
        pass_time(timedelta(hours=9))

        webhook.refresh_from_db()
        assert webhook.is_paused
        assert webhook.paused_because == "500"
        assert len(mail_server.letters) == 1

    def test_one_success_begins_the_three_days_anew(
        self, receiver: Receiver, register: Register, work: Work, camille: User, say: Say
    ) -> None:
        webhook = register(kinds=["message.created"])
        WebhookEndpoint.objects.update(failing_since=timezone.now() - timedelta(days=2))
        say(camille, "Bonjour")
        work()

        webhook.refresh_from_db()
        assert webhook.failing_since is None

    def test_resumed_webhook_gets_all_that_happened_in_order(
        self, receiver: Receiver, register: Register, pass_time: PassTime, camille: User,
        conversation: Conversation,
    ) -> None:  # fmt: skip
        receiver.answer = lambda event: 410
        webhook = register(kinds=["message.created"])
        write(camille, conversation, "1")
        do_what_is_due()
        for body in ("2", "3"):
            write(camille, conversation, body)
        do_what_is_due()
        receiver.answer = lambda event: 204
        endpoints.change(webhook.pk, {"is_paused": False})
        do_what_is_due()

        assert bodies(receiver) == ["1", "2", "3"]
        webhook.refresh_from_db()
        assert (webhook.paused_because, webhook.failing_since) == ("", None)


class TestReplay:
    def test_all_after_a_position_is_sent_again_in_order(
        self, receiver: Receiver, register: Register, work: Work, camille: User,
        conversation: Conversation,
    ) -> None:  # fmt: skip
        webhook = register(kinds=["message.created"])
        for body in ("1", "2", "3"):
            write(camille, conversation, body)
        work()
        after = OutgoingEvent.objects.get(payload__data__message__body="1").position

        assert endpoints.replay(webhook.pk, after=after) == 2
        work()

        assert bodies(receiver) == ["1", "2", "3", "2", "3"]
        ids = [each.headers["webhook-id"] for each in receiver.received]
        assert ids[1:3] == ids[3:5]

    def test_kinds_that_were_added_later_are_replayed_as_well(
        self, receiver: Receiver, register: Register, work: Work, camille: User, say: Say
    ) -> None:
        webhook = register(kinds=["client.changed"])
        say(camille, "Bonjour")
        work()
        endpoints.change(webhook.pk, {"kinds": ["message.created"]})

        assert endpoints.replay(webhook.pk, after=0) == 1
        work()

        assert bodies(receiver) == ["Bonjour"]

    def test_what_is_no_longer_kept_cannot_be_replayed(
        self, receiver: Receiver, register: Register, clock: time_machine.Traveller,
        camille: User, say: Say,
    ) -> None:  # fmt: skip
        webhook = register()
        say(camille, "Bonjour")
        do_what_is_due()
        clock.shift(timedelta(days=31))
        retention.clean()

        assert not WebhookDelivery.objects.exists()
        with pytest.raises(feed.CursorTooOld):
            endpoints.replay(webhook.pk, after=0)
