"""Pushes to several devices, each with a fate of its own, through a real push service."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from core.models import User
from messaging.models import Message
from notifications import actions, queries
from notifications.models import Delivery, DevicePush, PushSubscription
from notifications.push import webpush
from tests.cast import Say
from tests.notifications import conftest as notifications
from tests.notifications.conftest import Device, Work
from tests.notifications.mail_server import MailServer
from tests.notifications.push_service import RESET, SILENCE, Pushed, PushService
from tests.notifications.steps import HOUR, MINUTE, SECOND, PassTime, read, state_of
from workers.records import retention

alone, clock, device = notifications.alone, notifications.clock, notifications.device
mail_server, pass_time = notifications.mail_server, notifications.pass_time
push_service, work = notifications.push_service, notifications.work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "alone")]


@pytest.fixture(autouse=True)
def short_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less long than eight seconds for a push service that says nothing."""
    monkeypatch.setattr(webpush, "DEADLINE_SECONDS", 0.4)


def accepted(service: PushService, name: str) -> list[Pushed]:
    return [
        pushed
        for pushed in service.received
        if pushed.path == f"/push/{name}" and pushed.is_accepted
    ]


def asked(service: PushService, name: str) -> int:
    return sum(pushed.path == f"/push/{name}" for pushed in service.received)


def notice(pushed: Pushed) -> dict[str, object]:
    shown: dict[str, object] = pushed.payload["notification"]
    return shown


def sounds(pushes: list[Pushed]) -> int:
    """Count the sounds of a device, as the service worker decides them: one for each id."""
    return len({push.payload["notification"]["data"]["id"] for push in pushes if alerts(push)})


def alerts(pushed: Pushed) -> bool:
    return bool(pushed.payload["notification"]["data"]["alerts"])


def show(service: PushService, name: str) -> None:
    """Acknowledge what a device got, as its service worker does."""
    for pushed in accepted(service, name):
        actions.acknowledge(pushed.payload["notification"]["data"]["token"])


def push_to(person: User, message: Message) -> Delivery:
    return Delivery.objects.get(channel="push", recipient=person, message=message)


class TestDevicesWithDifferentFates:
    def test_others_are_tried_until_they_have_it_although_one_has_shown_it(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        pass_time: PassTime, push_service: PushService, mail_server: MailServer,
    ) -> None:  # fmt: skip
        for name in ("phone", "office", "tablet", "sold", "foreign", "mute"):
            device(odile, name)
        push_service.answers = {
            "/push/office": [500, 502],
            "/push/tablet": [429],
            "/push/sold": [410],
            "/push/foreign": [403] * 3,
            "/push/mute": [SILENCE],
        }
        push_service.headers_of = {"/push/tablet": {"Retry-After": "60"}}
        message = say(camille, "Le carreau est fendu")
        work()

        show(push_service, "phone")

        assert state_of(message, odile) == "received"
        assert [asked(push_service, name) for name in ("office", "tablet", "mute")] == [1, 1, 1]
        pass_time(59 * SECOND)
        assert accepted(push_service, "tablet") == []
        pass_time(30 * MINUTE)

        names = ("phone", "office", "tablet", "sold", "foreign", "mute")
        got = {name: len(accepted(push_service, name)) for name in names}
        assert got == {"phone": 1, "office": 1, "tablet": 1, "sold": 0, "foreign": 1, "mute": 1}
        assert asked(push_service, "phone") == asked(push_service, "sold") == 1
        assert {name: sounds(accepted(push_service, name)) for name in names if got[name]} == {
            "phone": 1, "office": 1, "tablet": 1, "foreign": 1, "mute": 1,
        }  # fmt: skip
        assert mail_server.letters == []
        row = push_to(odile, message)
        assert (row.status, row.due_at) == ("displayed", None)
        assert not PushSubscription.objects.filter(label="sold").exists()

    @pytest.mark.parametrize(
        ("first", "headers"),
        [
            (500, {}), (502, {}), (503, {"Retry-After": "Wed, 18 Nov 2026 09:01:00 GMT"}),
            (503, {}), (429, {"Retry-After": "90"}), (429, {"Retry-After": "bientôt"}),
            (429, {}), (408, {}), (401, {}), (403, {}), (SILENCE, {}), (RESET, {}),
        ],
    )  # fmt: skip
    def test_other_device_gets_it_later_whatever_its_push_service_answered(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        pass_time: PassTime, push_service: PushService, first: int, headers: dict[str, str],
    ) -> None:  # fmt: skip
        device(odile, "phone")
        device(odile, "tablet")
        push_service.answers = {"/push/tablet": [first]}
        push_service.headers_of = {
            "/push/tablet": {k: v.encode().decode("latin-1") for k, v in headers.items()}
        }
        message = say(camille, "Bonjour")
        work()
        show(push_service, "phone")
        assert accepted(push_service, "tablet") == []

        pass_time(2 * MINUTE)

        (late,) = accepted(push_service, "tablet")
        assert alerts(late)
        assert asked(push_service, "phone") == 1
        assert push_to(odile, message).status == "displayed"

    @pytest.mark.parametrize("status", [400, 301, 307, 404, 410, 413])
    def test_device_that_refuses_for_good_is_not_asked_again(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        pass_time: PassTime, push_service: PushService, status: int,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        device(odile, "tablet")
        push_service.answers = {"/push/tablet": [status] * 9}
        message = say(camille, "Bonjour")
        work()
        show(push_service, "phone")

        pass_time(HOUR)

        # 413 once more, without the text.
        assert asked(push_service, "tablet") == (2 if status == 413 else 1)
        assert push_to(odile, message).status == "displayed"

    def test_other_device_is_left_alone_once_the_message_is_read(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        pass_time: PassTime, push_service: PushService,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        device(odile, "tablet")
        push_service.answers = {"/push/tablet": [500] * 99}
        message = say(camille, "Bonjour")
        work()
        show(push_service, "phone")
        pass_time(10 * SECOND)
        before = asked(push_service, "tablet")

        read(odile, message)
        pass_time(HOUR)

        assert (before, asked(push_service, "tablet")) == (before, before)
        assert before > 1
        assert push_to(odile, message).status == "displayed"

    def test_other_device_is_given_up_when_its_attempts_are_over(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        pass_time: PassTime, push_service: PushService,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        device(odile, "tablet")
        push_service.answers = {"/push/tablet": [500] * 99}
        message = say(camille, "Bonjour")
        work()
        show(push_service, "phone")

        pass_time(3 * HOUR)

        assert asked(push_service, "tablet") == 16
        assert push_to(odile, message).status == "displayed"
        assert not queries.pending_deliveries().filter(due_at__isnull=False).exists()

    @pytest.mark.parametrize("endpoint", ["http://push.invalid:81/x", "https://127.0.0.1:{port}/x"])
    def test_device_without_address_or_certificate_is_tried_again_and_says_so(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        pass_time: PassTime, push_service: PushService, settings: Settings, endpoint: str,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        lost = device(odile, "lost")
        address = endpoint.format(port=push_service.port)
        settings.PUSH_ALLOWED_HOSTS = [push_service.origin, address.removesuffix("/x")]
        PushSubscription.objects.filter(label="lost").update(endpoint=address)
        message = say(camille, "Bonjour")
        work()
        show(push_service, "phone")
        assert PushSubscription.objects.get(label="lost").failure

        PushSubscription.objects.filter(label="lost").update(endpoint=lost.endpoint)
        pass_time(MINUTE)

        assert len(accepted(push_service, "lost")) == 1
        assert push_to(odile, message).status == "displayed"
        assert PushSubscription.objects.get(label="lost").failure == ""

    # Another connection removes it.
    @pytest.mark.django_db(transaction=True)
    def test_device_that_is_removed_while_it_is_pushed_to_ends_nothing(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        pass_time: PassTime, push_service: PushService,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        device(odile, "removed")

        def remove(path: str) -> None:
            if path == "/push/removed":
                PushSubscription.objects.filter(label="removed").delete()
                connection.close()

        push_service.on_push = remove
        push_service.answers = {"/push/phone": [500], "/push/removed": [500]}
        message = say(camille, "Bonjour")
        work()
        pass_time(MINUTE)

        assert len(accepted(push_service, "phone")) == 1
        assert asked(push_service, "removed") == 1
        assert push_to(odile, message).status == "sent"

    def test_display_of_an_earlier_push_counts_after_it_was_sent_again_with_more(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        pass_time: PassTime, push_service: PushService, mail_server: MailServer,
    ) -> None:  # fmt: skip
        """The acknowledgement of the first push comes late: its message was folded by then."""
        device(odile, "phone")
        device(odile, "tablet")
        push_service.answers = {"/push/tablet": [500] * 99, "/push/phone": [201] + [500] * 99}
        first = say(camille, "Bonjour")
        work()
        second = say(camille, "Le carreau est fendu")
        pass_time(20 * SECOND)

        show(push_service, "phone")

        assert state_of(first, odile) == "received"
        assert state_of(second, odile) == "sent"


class TestSecondMessageAfterAFailedTry:
    @pytest.mark.parametrize("first", [500, 503, 429, 403, SILENCE, RESET])
    @pytest.mark.parametrize("pause", [SECOND, 7 * SECOND])
    def test_one_push_with_the_newest_text_and_one_sound(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        pass_time: PassTime, push_service: PushService, first: int, pause: timedelta,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        push_service.answers = {"/push/phone": [first] * (3 if pause > SECOND else 1)}
        say(camille, "Bonjour")
        work()
        pass_time(pause)
        assert accepted(push_service, "phone") == []

        say(camille, "Le carreau est fendu")
        work()
        pass_time(MINUTE)

        (only,) = accepted(push_service, "phone")
        assert notice(only)["title"] == "Camille Morel\u00a0: 2 nouveaux messages"
        assert "Le carreau est fendu" in str(notice(only)["body"])
        assert alerts(only)

    def test_each_device_hears_it_once_and_shows_the_newest_text_last(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        pass_time: PassTime, push_service: PushService,
    ) -> None:  # fmt: skip
        """The phone takes the first at once. The tablet's push service is away for a while."""
        device(odile, "phone")
        device(odile, "tablet")
        push_service.answers = {"/push/tablet": [500, SILENCE, 503]}
        for body in ("Un", "Deux", "Trois"):
            say(camille, body)
            work()
            pass_time(SECOND)
        pass_time(MINUTE)

        for name in ("phone", "tablet"):
            pushes = accepted(push_service, name)
            assert "Trois" in str(notice(pushes[-1])["body"])
            assert sounds(pushes) == 1
            assert alerts(pushes[0])
        assert len(accepted(push_service, "tablet")) == 1

    def test_repeat_without_an_answer_is_heard_unless_the_first_is_shown(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        pass_time: PassTime, push_service: PushService,
    ) -> None:  # fmt: skip
        """The push service took the first without answering, or did not: we cannot know."""
        device(odile, "phone")
        push_service.answers = {"/push/phone": [SILENCE, SILENCE]}
        say(camille, "Bonjour")
        work()
        pass_time(MINUTE)

        ids = Counter(str(push.payload["notification"]["data"]["id"]) for push in
                      push_service.received)  # fmt: skip
        assert list(ids.values()) == [3]
        assert all(alerts(push) for push in push_service.received)

    def test_message_that_joins_a_batch_has_all_its_attempts(
        self, camille: User, odile: User, say: Say, device: Device, work: Work,
        pass_time: PassTime, push_service: PushService,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        push_service.status = 500
        first = say(camille, "Bonjour")
        work()
        Delivery.objects.filter(channel="push", message=first).update(attempts=15)
        second = say(camille, "Le carreau est fendu")
        pass_time(20 * SECOND)
        assert push_to(odile, second).status == "pending"

        push_service.status = 201
        pass_time(HOUR)

        assert {push_to(odile, each).status for each in (first, second)} == {"sent"}


def test_pushes_and_what_they_tell_are_forgotten_after_a_month(
    camille: User, odile: User, say: Say, device: Device, work: Work, push_service: PushService,
) -> None:  # fmt: skip
    device(odile, "phone")
    say(camille, "Bonjour")
    work()
    kept = DevicePush.objects.count()
    retention.clean()
    still = DevicePush.objects.count()
    DevicePush.objects.update(created_at=timezone.now() - timedelta(days=31))

    retention.clean()

    assert (kept, still, DevicePush.objects.count()) == (1, 1, 0)
