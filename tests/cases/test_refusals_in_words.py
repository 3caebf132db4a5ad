"""What the other side refused is a failed attempt, with its status and words, on the dashboard.

Pushes are in `test_push_refused`.
"""

from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings

from core.ids import new_id
from core.models import User
from messaging.models import Notice
from notifications.models import Delivery, Preference, WebhookDelivery
from notifications.webhooks import dispatch, endpoints
from tests.attachments import samples
from tests.attachments.senders import send as send_file
from tests.attachments.senders import storage_at, storage_away
from tests.cast import Call, Say
from tests.notifications import conftest as notifications
from tests.notifications.mail_server import MailServer
from tests.notifications.webhook_receiver import Receiver, running
from tests.sockets import closed_port
from workers.engine.batches import perform
from workers.engine.job_types import JobType
from workers.models import Periodic
from workers.records import recorder
from workers.registry import ATTACHMENTS, DELIVERIES, MESSAGES, NOTICES, PERIODIC, WEBHOOKS

mail_server, push_service = notifications.mail_server, notifications.push_service

pytestmark = pytest.mark.django_db
TASKS = "/api/v1/staff/tasks"


@pytest.fixture(autouse=True)
def nothing_recorded() -> None:
    recorder.forget()


def attempt(api: Call, reader: User, job_type: JobType, key: Any) -> dict[str, Any]:
    """Do the work of a row as a worker does, and return its attempt as the dashboard shows it."""
    perform(job_type, key)
    recorder.flush()
    query = {"name": job_type.job.value, "state": "error"}
    [listed] = api(reader).get(TASKS, query).json()["results"]
    detail = api(reader).get(f"{TASKS}/{listed['id']}").json()
    assert detail["attempts"][0]["error_text"] == listed["error_text"]
    return dict(listed)


def email_to(odile: User, camille: User, say: Say) -> Delivery:
    Preference.objects.create(user=odile, push=False, email="always", email_delay_minutes=0)
    message = say(camille, "Le carreau est fendu")
    perform(MESSAGES, message.pk)
    delivery = Delivery.objects.get(channel="email", recipient=odile, message=message)
    Delivery.objects.update(due_at=timezone.now())
    recorder.forget()
    return delivery


@pytest.mark.parametrize(
    ("answer", "error_class", "words"),
    [
        ("451 4.3.0 No", "Email 451", "Le serveur d’envoi nous a demandé d’attendre (451). 4.3"),
        ("554 5.7.1 Spam", "Email 554", "Le serveur d’envoi a refusé l’email (554). 5.7.1 Spam"),
        ("535 5.7.8 No", "Email 535", "Le serveur d’envoi a refusé notre identification (535)."),
        (
            "", "Email ConnectionRefusedError",
            "Le serveur d’envoi n’a pas répondu (ConnectionRefusedError).",
        ),
    ],
)  # fmt: skip
def test_email_that_is_not_taken(
    api: Call, camille: User, odile: User, marc: User, say: Say, settings: Settings,
    mail_server: MailServer, push_service: object, answer: str, error_class: str, words: str,
) -> None:  # fmt: skip
    delivery = email_to(odile, camille, say)
    mail_server.answer = answer
    if not answer:
        settings.EMAIL_PORT = closed_port()

    shown = attempt(api, marc, DELIVERIES, delivery.pk)

    assert (shown["state"], shown["error_class"]) == ("failed", error_class)
    assert shown["error_text"].startswith(words)
    delivery.refresh_from_db()
    assert not delivery.last_error.startswith("Email"), "the author reads what was said"
    [group] = api(marc).get(f"{TASKS}/failures").json()
    assert group["error_text"].startswith(words)
    if delivery.due_at is not None:
        [row] = api(marc).get(TASKS, {"state": "retrying"}).json()["results"]
        assert row["error_text"].startswith(words)


def test_notice_by_email_that_is_refused_for_good(
    api: Call, odile: User, marc: User, conversation: Any, mail_server: MailServer
) -> None:
    Preference.objects.create(user=odile, push=False)
    notice = Notice.objects.create(
        recipient=odile,
        conversation=conversation,
        kind=Notice.Kind.TAKEN_OVER,
        by=marc,
        about=new_id(),
    )
    mail_server.answer = "554 5.7.1 Spam"

    shown = attempt(api, marc, NOTICES, notice.pk)

    assert (shown["state"], shown["error_class"]) == ("failed", "Email 554")
    assert shown["error_text"] == "Le serveur d’envoi a refusé l’email (554). 5.7.1 Spam"
    notice.refresh_from_db()
    assert notice.due_at is None


def test_webhook_that_answers_500(
    api: Call, camille: User, marc: User, say: Say, settings: Settings
) -> None:
    with running(Receiver(answer=lambda event: 500, text=b"no database")) as receiver:
        settings.PUSH_ALLOWED_HOSTS = [receiver.origin]
        made = endpoints.create(
            url=receiver.url, description="", kinds=["message.created"], by=None
        )
        receiver.secret = made.secret
        say(camille, "Bonjour")
        dispatch.dispatch_events()
        delivery = WebhookDelivery.objects.get(endpoint=made.endpoint)

        shown = attempt(api, marc, WEBHOOKS, delivery.pk)

    assert (shown["state"], shown["error_class"]) == ("failed", "WebhookFailed")
    assert shown["error_text"] == "L’adresse du webhook a répondu 500. no database"


def test_mailbox_that_is_gone(api: Call, marc: User, settings: Settings) -> None:
    settings.INBOUND_IMAP_URL = f"imap://x:y@127.0.0.1:{closed_port()}"
    Periodic.objects.create(name="poll_inbox", every_seconds=60)

    shown = attempt(api, marc, PERIODIC, "poll_inbox")

    assert (shown["state"], shown["error_class"]) == ("failed", "MailboxUnavailable")
    assert shown["error_text"].startswith(
        "La boîte de réception (IMAP) n’a pas répondu, ou nous a refusés. ConnectionRefusedError"
    )


def test_storage_that_is_gone_or_refuses_us(api: Call, camille: User, marc: User) -> None:
    words = "Le stockage des fichiers (S3) n’a pas répondu, ou nous a refusés."
    away, refused = (send_file(api(camille), f"{n}.jpg", samples.photo()) for n in "ab")
    with storage_away():
        shown = attempt(api, marc, ATTACHMENTS, away)
    assert shown["error_class"] == "StorageAway"
    assert shown["error_text"].startswith(words)
    assert "EndpointConnectionError" in shown["error_text"]

    with storage_at({"secret_key": "another"}, "attachments"):
        perform(ATTACHMENTS, refused)
    recorder.flush()
    texts = [
        row["error_text"] for row in api(marc).get(TASKS, {"state": "failed"}).json()["results"]
    ]
    assert any("403" in text or "SignatureDoesNotMatch" in text for text in texts)


def test_antivirus_that_is_gone(api: Call, camille: User, marc: User, settings: Settings) -> None:
    file = send_file(api(camille), "photo.jpg", samples.photo())
    settings.CLAMD_URL = f"tcp://127.0.0.1:{closed_port()}"

    shown = attempt(api, marc, ATTACHMENTS, file)

    assert shown["error_class"] == "AntivirusAway"
    assert shown["error_text"].startswith("L’antivirus (clamd) n’a pas répondu. clamd: [Errno")
