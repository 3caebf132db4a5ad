"""A receiver, webhooks to it, and the workers' part."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from core.jobs.lease import due
from core.queries import pending_events
from notifications.models import WebhookEndpoint
from notifications.queries import pending_webhooks, untold_webhooks
from notifications.webhooks import endpoints
from notifications.webhooks.delivery import WebhookFailed
from tests.notifications import conftest as notifications
from tests.notifications.webhook_receiver import Receiver, running
from workers.engine import execute
from workers.registry import EVENTS, PAUSED_WEBHOOKS, WEBHOOKS

clock, mail_server = notifications.clock, notifications.mail_server


@pytest.fixture
def receiver(settings: Settings) -> Iterator[Receiver]:
    with running(Receiver()) as receiver:
        settings.PUSH_ALLOWED_HOSTS = [receiver.origin]
        yield receiver


Register = Callable[..., WebhookEndpoint]


@pytest.fixture
def register(receiver: Receiver) -> Register:
    """`register(kinds=…)` makes a webhook to the receiver, which knows its secret."""

    def make(**given: Any) -> WebhookEndpoint:
        asked = {"url": receiver.url, "description": "", "kinds": [], "by": None, **given}
        made = endpoints.create(**asked)
        receiver.secret = made.secret
        return made.endpoint

    return make


def do_what_is_due() -> None:
    """Do what workers would do now, by the engine: events, webhooks and emails that are due."""
    for _ in range(500):
        if event := due(pending_events()).order_by("due_at").first():
            execute.execute(EVENTS, event.pk)
        elif delivery := due(pending_webhooks()).order_by("due_at", "position").first():
            with suppress(WebhookFailed):
                execute.execute(WEBHOOKS, delivery.pk)
        elif paused := due(untold_webhooks()).first():
            execute.execute(PAUSED_WEBHOOKS, paused.pk)
        else:
            return
    raise AssertionError("something is due for ever")


@pytest.fixture
def work() -> Callable[[], None]:
    return do_what_is_due


PassTime = Callable[[timedelta], None]


@pytest.fixture
def pass_time(clock: time_machine.Traveller) -> PassTime:
    """`pass_time(duration)` moves the clock from one attempt to the next, and makes it."""

    def pass_by(duration: timedelta) -> None:
        end = timezone.now() + duration
        while timezone.now() < end:
            later = pending_webhooks().filter(due_at__gt=timezone.now()).order_by("due_at")
            upcoming = later.values_list("due_at", flat=True).first()
            clock.move_to(min(upcoming, end) if upcoming else end)
            do_what_is_due()

    return pass_by
