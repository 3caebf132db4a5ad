"""Several workers at once, on a real database: each envelope leaves once."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from core.models import User
from core.owed import due
from messaging.models import Conversation
from notifications import actions, queries
from notifications.models import Delivery, Preference, PushSubscription
from tests.cast import Say
from tests.notifications.conftest import do_what_is_due
from tests.notifications.mail_server import MailServer
from tests.notifications.push_service import PushService

pytestmark = pytest.mark.django_db(transaction=True)

WORKERS = 4


def all_at_once(work: Callable[[], object]) -> None:
    barrier = threading.Barrier(WORKERS)

    def run() -> None:
        barrier.wait()
        try:
            work()
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_racing_workers_send_one_email_and_one_push(
    camille: User, bruno: User, odile: User, conversation: Conversation, say: Say,
    push_service: PushService, mail_server: MailServer,
) -> None:  # fmt: skip
    Preference.objects.create(user=bruno, push=False, email="never")
    browser = push_service.browser("phone")
    PushSubscription.objects.create(user=camille, endpoint=browser.endpoint, **browser.keys)
    messages = [say(odile, f"Photo {number}") for number in range(5)]

    all_at_once(lambda: [actions.fan_out(message.pk) for message in messages])
    all_at_once(do_what_is_due)
    Delivery.objects.filter(channel="email").update(due_at=timezone.now() - timedelta(seconds=1))
    all_at_once(do_what_is_due)

    assert Delivery.objects.filter(recipient=camille).count() == 10
    assert len(mail_server.letters) == 1
    # What was planned while the first push left is one quiet update at most.
    assert len(push_service.received) <= 2
    heard = [p.payload["notification"]["data"]["alerts"] for p in push_service.received]
    assert heard.count(True) == 1
    assert not due(queries.owed_deliveries()).exists()
