"""A push service, a mail server, a clock to move, and the work of the workers."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from core.jobs.lease import due
from core.models import User
from messaging.queries.conversations import pending_messages
from notifications import actions, fan_out, queries
from notifications.models import Preference, PushSubscription
from notifications.push import vapid
from tests.notifications.mail_server import MailServer, controller
from tests.notifications.push_service import Browser, PushService, running

START = "2026-11-18 10:00:00+01:00"


@pytest.fixture
def push_service(settings: Settings) -> Iterator[PushService]:
    settings.VAPID_PRIVATE_KEY = vapid.generate_private_key()
    service = PushService(public_key=vapid.public_key(settings.VAPID_PRIVATE_KEY))
    with running(service):
        settings.PUSH_ALLOWED_HOSTS = [service.origin]
        yield service


@pytest.fixture
def mail_server(settings: Settings) -> Iterator[MailServer]:
    server = MailServer()
    control = controller(server)
    control.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = control.port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.REPLY_DOMAIN = "reponse.liaison.example"
    yield server
    control.stop()


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A Wednesday morning in Paris; `clock.shift(timedelta(...))` moves on."""
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


Device = Callable[[User, str], Browser]


@pytest.fixture
def device(push_service: PushService) -> Device:
    """`device(odile, "phone")` is a browser of hers that may be pushed to."""

    def register(user: User, name: str) -> Browser:
        browser = push_service.browser(name)
        PushSubscription.objects.create(
            user=user, endpoint=browser.endpoint, label=name, **browser.keys
        )
        return browser

    return register


Work = Callable[[], None]


@pytest.fixture
def work() -> Work:
    """`work()` does what workers would do now: everything that is due."""
    return do_what_is_due


def do_what_is_due() -> None:
    for message_id in list(due(pending_messages()).values_list("pk", flat=True)):
        fan_out.fan_out(message_id)
    for _ in range(200):
        row = due(queries.pending_deliveries()).order_by("due_at").first()
        if row is None:
            return
        actions.deliver(row.pk)
    raise AssertionError("something is due for ever")


@pytest.fixture
def pass_time(clock: time_machine.Traveller) -> Callable[[timedelta], None]:
    """`pass_time(duration)` moves the clock from one due delivery to the next, and delivers it."""

    def pass_by(duration: timedelta) -> None:
        end = timezone.now() + duration
        while timezone.now() < end:
            upcoming = (
                queries.pending_deliveries()
                .filter(due_at__gt=timezone.now())
                .order_by("due_at")
                .values_list("due_at", flat=True)
                .first()
            )
            clock.move_to(min(upcoming, end) if upcoming else end)
            do_what_is_due()

    return pass_by


@pytest.fixture
def alone(bruno: User, marc: User, push_service: PushService, mail_server: MailServer) -> None:
    """Camille and Odile write to each other. Bruno, of the same client, is told nothing."""
    Preference.objects.create(user=bruno, push=False, email="never")
