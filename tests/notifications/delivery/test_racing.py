"""Several workers at once on a real database send each batch once."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from core.ids import new_id
from core.jobs.lease import due
from core.models import User
from messaging.models import Conversation
from notifications import actions, dispatch, fan_out, queries
from notifications.delivery import acknowledgements
from notifications.delivery.batch import Batch
from notifications.dispatch import BatchResult, SendOutcome
from notifications.models import Channel, Delivery, DevicePush, Preference, PushSubscription
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

    def count_all() -> None:
        for message in messages:
            fan_out.fan_out(message.pk)

    all_at_once(count_all)
    all_at_once(do_what_is_due)
    Delivery.objects.filter(channel="email").update(due_at=timezone.now() - timedelta(seconds=1))
    all_at_once(do_what_is_due)

    assert Delivery.objects.filter(recipient=camille).count() == 10
    assert len(mail_server.letters) == 1
    # What was planned while the first push was sent is at most one silent update.
    assert len(push_service.received) <= 2
    heard = [p.payload["notification"]["data"]["alerts"] for p in push_service.received]
    assert heard.count(True) == 1
    assert not due(queries.pending_deliveries()).exists()


@pytest.mark.parametrize("deed", ["settle", "display", "come_to_a_page", "resend"])
def test_deliveries_are_locked_in_one_order(
    camille: User, bruno: User, odile: User, conversation: Conversation, say: Say,
    push_service: PushService, deed: str,
) -> None:  # fmt: skip
    """A transaction that waits for the first row holds none of the others: no deadlock."""
    browser = push_service.browser("phone")
    device = PushSubscription.objects.create(
        user=camille, endpoint=browser.endpoint, **browser.keys
    )
    for number in range(3):
        fan_out.fan_out(say(odile, f"Photo {number}").pk)
    rows = Delivery.objects.filter(recipient=camille).order_by("-channel", "pk")
    batch = Batch(new_id(), Channel.PUSH, camille, list(rows.filter(channel="push")), 1)
    shown = DevicePush.objects.create(envelope=batch.id, subscription=device)
    # Saved in the opposite order, so that the table and its indexes have that one.
    for row in rows.reverse():
        row.envelope = batch.id if row.channel == "push" else None
        row.status = "failed" if deed == "resend" else "sending"
        row.save()
    deeds: dict[str, Callable[[], None]] = {
        "settle": lambda: dispatch.settle(batch, BatchResult(SendOutcome.FAILED, "410")),
        "display": lambda: acknowledgements.note_displayed(shown.pk),
        "come_to_a_page": lambda: acknowledgements.note_on_screen(camille),
        "resend": lambda: actions.resend(rows[0].message),
    }

    def do() -> None:
        try:
            deeds[deed]()
        finally:
            connection.close()

    thread = threading.Thread(target=do)
    with transaction.atomic():
        first, *others = rows.values_list("pk", flat=True)
        locked = Delivery.objects.select_for_update(nowait=True, no_key=True)
        locked.get(pk=first)
        thread.start()
        wait_until_one_waits()
        assert len(locked.filter(pk__in=others)) == 5
    thread.join()


def wait_until_one_waits() -> None:
    """Return once another connection waits for a lock of this one."""
    deadline = time.monotonic() + 30
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(
                "SELECT count(*) FROM pg_locks"
                " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.02)
    raise AssertionError("nobody waits")
