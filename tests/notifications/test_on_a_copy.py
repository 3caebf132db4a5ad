"""What does not go through a job leaves no copy either, and says why."""

from datetime import timedelta

import pytest
from django.test import Client as Browser
from django.utils import timezone
from pytest_django import Settings
from structlog.testing import capture_logs

from core import installation
from core.models import Installation, PasswordReset, User
from notifications import actions
from notifications.actions import HeldOnCopy
from notifications.inbound_email import imap, intake
from notifications.inbound_email.bounce import InboundStatus
from notifications.models import InboundEmail, PushSubscription
from notifications.webhooks import endpoints
from tests.notifications.conftest import Device
from tests.notifications.imap_server import ImapServer, dovecot, mailbox
from tests.notifications.mail_server import MailServer
from tests.notifications.push_service import PushService
from tests.notifications.webhook_receiver import Receiver, running
from tests.workers.alert_webhook import listening_webhook
from workers.monitoring import telling
from workers.monitoring.causes import ActiveAlert
from workers.monitoring.telling import Told
from workers.recovery.beat_watchdog import Watchdog

__all__ = ["dovecot", "mailbox"]

pytestmark = pytest.mark.django_db
EMAIL = (
    b"From: x@exemple.fr\r\nTo: reply+unknown@reponse.liaison.example\r\n"
    b"Subject: ?\r\n\r\nBonjour\r\n"
)


@pytest.fixture
def copy() -> None:
    Installation.objects.all().delete()
    installation.record()
    installation.mark_as_copy("a trial")


def test_test_of_a_device_says_that_this_is_a_copy(
    copy: None, odile: User, device: Device, push_service: PushService
) -> None:
    device(odile, "phone")

    with pytest.raises(HeldOnCopy, match=r"copie de l’installation|copy of the installation"):
        actions.test_device(PushSubscription.objects.get())

    assert push_service.received == []


def test_test_of_a_webhook_says_that_this_is_a_copy(copy: None, settings: Settings) -> None:
    with running(Receiver()) as receiver:
        settings.PUSH_ALLOWED_HOSTS = [receiver.origin]
        made = endpoints.create(url=receiver.url, description="", kinds=[], by=None)

        answer = endpoints.try_out(made.endpoint)

        assert answer.status is None
        assert "this is a copy" in answer.text
        assert receiver.received == []


def test_author_of_an_email_that_went_astray_gets_no_letter(
    copy: None, mail_server: MailServer
) -> None:
    assert intake.receive(EMAIL) == InboundStatus.UNKNOWN_ADDRESS

    assert mail_server.letters == []
    assert InboundEmail.objects.get().answered_at is None


def test_mailbox_is_not_read(copy: None, mailbox: ImapServer, settings: Settings) -> None:
    mailbox.put(EMAIL)

    assert actions.poll_inbox() == 0
    with pytest.raises(installation.HeldBack):
        imap.fetch_new(
            imap.Mailbox.from_url(settings.INBOUND_IMAP_URL), lambda raw: "", max_bytes=10_000
        )

    assert mailbox.seen() == [False]


def test_alerts_are_told_to_nobody(copy: None, mail_server: MailServer, settings: Settings) -> None:
    settings.TASK_ALERT_EMAILS = ["astreinte@batir.fr"]
    with listening_webhook() as webhook:
        settings.TASK_ALERT_WEBHOOK_URL = webhook.url
        told = Told(ActiveAlert("storage_away"), timezone.now())

        assert telling.tell([told], []) is False
        assert (webhook.told, mail_server.letters) == ([], [])

        installation.become_original()
        assert telling.tell([told], []) is True
        assert (len(webhook.told), len(mail_server.letters)) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_beat_tells_nobody_that_the_database_of_a_copy_is_away(settings: Settings) -> None:
    Installation.objects.all().delete()
    Installation.objects.create(pk=1, address="messages.batir.fr", bucket="s3/liaison")
    settings.TASK_ALERT_WEBHOOK_URL = "http://127.0.0.1:9/"
    watchdog = Watchdog()
    watchdog.round()
    watchdog.database_away_since = timezone.now() - timedelta(minutes=5)

    watchdog.note_no_database("connection refused")

    assert watchdog.is_copy
    assert watchdog.tried_to_tell_at is None
    watchdog.close()


def test_developer_finds_the_link_for_a_password_in_the_log(
    copy: None,
    camille: User,
    client: Browser,
    settings: Settings,
) -> None:
    settings.DEBUG = True
    camille.set_password("chantier-demo")
    camille.save()

    with capture_logs() as lines:
        client.post("/password", {"email": camille.email})

    assert PasswordReset.objects.count() == 1
    [link] = [line["link"] for line in lines if line["event"] == "password_link_of_copy"]
    assert client.get(link[link.index("/password") :], follow=True).status_code == 200
