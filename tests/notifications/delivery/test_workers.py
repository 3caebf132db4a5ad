"""From a message to a push over HTTP with a real worker, also when the worker is killed."""

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from core.models import User
from messaging.models import Conversation
from notifications.models import Delivery, DevicePush, Preference, PushSubscription
from notifications.push import vapid
from tests.cast import Say
from tests.notifications.push_service import PushService, running
from tests.site import Site
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def push_service(running_site: Site) -> Iterator[PushService]:
    """A push service, and a site whose worker may call it."""
    private = vapid.generate_private_key()
    service = PushService(public_key=vapid.public_key(private))
    before = dict(running_site.environment)
    with running(service):
        running_site.stop_worker()
        running_site.environment |= {
            "VAPID_PRIVATE_KEY": private,
            "PUSH_ALLOWED_HOSTS": service.origin,
        }
        yield service
        running_site.stop_worker()
    running_site.environment = before


@pytest.fixture
def pushing(push_service: PushService, site: Site) -> PushService:
    push_service.received.clear()
    return push_service


@pytest.fixture
def phone(pushing: PushService, odile: User, camille: User, bruno: User) -> PushSubscription:
    for person in (camille, bruno):
        Preference.objects.create(user=person, push=False, email="never")
    browser = pushing.browser("phone")
    return PushSubscription.objects.create(user=odile, endpoint=browser.endpoint, **browser.keys)


def test_a_message_becomes_a_push(
    pushing: PushService, phone: PushSubscription, camille: User, conversation: Conversation,
    say: Say,
) -> None:  # fmt: skip
    say(camille, "Bonjour")
    pushes = Delivery.objects.filter(channel="push")
    until(pushes.filter(status="sent").exists)
    # As if a burst, five seconds, had passed.
    pushes.update(sent_at=timezone.now() - timedelta(seconds=6))
    started = time.monotonic()
    say(camille, "Le carreau est fendu")

    until(lambda: len(pushing.received) == 2)

    print(f"from the message to the push service: {time.monotonic() - started:.2f} s")
    assert pushing.received[0].payload["notification"]["title"] == "Camille Morel"
    until(lambda: pushes.filter(status="sent").count() == 2)


def test_a_worker_killed_between_sent_and_marked_repeats_it_recognisably(
    site: Site, pushing: PushService, phone: PushSubscription, camille: User,
    conversation: Conversation, say: Say,
) -> None:  # fmt: skip
    pushing.pause_seconds = 2
    say(camille, "Le carreau est fendu")
    until(lambda: pushing.received)
    site.kill_worker()
    pushing.pause_seconds = 0
    # As if its lease had ended.
    Delivery.objects.filter(status="sending").update(leased_until=timezone.now())
    site.start_worker()

    until(Delivery.objects.filter(channel="push", status="sent").exists)

    first, *again = [pushed.payload["notification"] for pushed in pushing.received]
    repeats = sum(row.sends for row in DevicePush.objects.all()) - 1
    print(f"pushes repeated after the kill: {repeats}")
    assert len(again) == repeats == 1
    assert again[0]["tag"] == first["tag"]
    assert again[0]["data"]["id"] == first["data"]["id"]
    assert not again[0]["data"]["alerts"]
    topics = {pushed.headers["topic"] for pushed in pushing.received}
    assert topics == {conversation.pk.hex}
