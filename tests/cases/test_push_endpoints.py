"""Endpoints of pushes: dead ones, those of other people, and the end of a presence."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from core.models import User
from notifications.models import GoneEndpoint, PushSubscription
from notifications.planning import presence
from notifications.push import registration, vapid
from tests.cast import Call, Say
from tests.notifications import conftest as notifications
from tests.notifications.conftest import Device, Work
from tests.notifications.push_service import Browser, PushService
from tests.notifications.steps import (
    state_of,
)

alone, clock, device = notifications.alone, notifications.clock, notifications.device
mail_server, pass_time = notifications.mail_server, notifications.pass_time
push_service, work = notifications.push_service, notifications.work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alone")]

V1 = "/api/v1"
DEVICES = f"{V1}/push-subscriptions"
ENDED = "Les notifications de ce navigateur ont pris fin\u00a0: réactivez-les dans ce navigateur."


def registered(browser: Browser, **more: Any) -> dict[str, Any]:
    return {"endpoint": browser.endpoint, "keys": browser.keys, "label": "Firefox", **more}


def renewal(old: Browser, new: Browser, **more: Any) -> dict[str, Any]:
    body = {"old_endpoint": old.endpoint, "old_keys": old.keys}
    return {**body, "endpoint": new.endpoint, "keys": new.keys, **more}


def is_gone(answer: Any) -> bool:
    """Check a refusal in the one shape, with words that say what to do."""
    assert answer.status_code == 410, answer.content
    (error,) = answer.json()["errors"]
    assert (error["code"], error["detail"]) == ("gone", ENDED)
    return True


class TestDeadEndpoint:
    @pytest.mark.parametrize("status", [404, 410])
    def test_registration_of_an_endpoint_that_is_gone_is_answered_410(
        self, api: Call, camille: User, odile: User, say: Say, device: Device, work: Work,
        push_service: PushService, status: int,
    ) -> None:  # fmt: skip
        phone = device(odile, "phone")
        push_service.status = status
        say(camille, "Bonjour")
        work()

        for _ in range(2):
            assert is_gone(api(odile).post(DEVICES, registered(phone)))
        assert is_gone(api(camille).post(DEVICES, registered(phone)))
        assert api(odile).get(DEVICES).json() == []
        fresh = push_service.browser("fresh")
        assert api(odile).post(DEVICES, registered(fresh)).status_code == 201

    def test_test_push_to_a_device_that_is_gone_says_so_and_ends_it(
        self, api: Call, odile: User, device: Device, push_service: PushService
    ) -> None:
        phone = device(odile, "phone")
        push_service.status = 410
        mine = PushSubscription.objects.get()

        assert api(odile).post(f"{DEVICES}/{mine.pk}/test").status_code == 409

        assert is_gone(api(odile).post(DEVICES, registered(phone)))

    def test_browser_may_not_renew_to_an_endpoint_that_is_gone(
        self, client: Client, odile: User, device: Device, push_service: PushService
    ) -> None:
        old, dead = device(odile, "old"), device(odile, "dead")
        registration.note_gone(PushSubscription.objects.get(label="dead"))

        answer = client.post(f"{V1}/push/renewed", renewal(old, dead), "application/json")

        assert is_gone(answer)
        assert PushSubscription.objects.get().endpoint == old.endpoint

    def test_removed_device_may_be_registered_again(
        self, api: Call, odile: User, device: Device
    ) -> None:
        phone = device(odile, "phone")
        api(odile).delete(f"{DEVICES}/{PushSubscription.objects.get().pk}")

        assert api(odile).post(DEVICES, registered(phone)).status_code == 201

    def test_dead_endpoints_are_forgotten_after_90_days_and_beyond_a_number(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(registration, "GONE_KEPT_MAX", 3)
        for days in (91, 4, 3, 2, 1):
            moment = timezone.now() - timedelta(days=days)
            GoneEndpoint.objects.create(digest=bytes([days]) * 32, gone_at=moment)

        registration.old_endpoints().delete()

        assert sorted(bytes(row.digest)[0] for row in GoneEndpoint.objects.all()) == [1, 2, 3]

    @pytest.mark.parametrize("other", ["", "AAAA", "another", "é"])
    def test_subscription_made_for_another_key_is_answered_410(
        self, api: Call, odile: User, push_service: PushService, other: str
    ) -> None:
        phone = push_service.browser("phone")
        key = api(odile).get(f"{V1}/push/key").json()["key"]
        made_for = vapid.public_key(vapid.generate_private_key()) if other == "another" else other

        answer = api(odile).post(DEVICES, registered(phone, application_server_key=made_for))

        assert answer.status_code == 201 if other == "" else is_gone(answer)
        for same in (key, f"{key}="):
            body = registered(phone, application_server_key=same)
            assert api(odile).post(DEVICES, body).status_code == 201


class TestDeviceOfAnotherPerson:
    def test_it_moves_with_the_keys_of_its_subscription(
        self, api: Call, camille: User, odile: User, device: Device
    ) -> None:
        shared = device(odile, "shared")

        assert api(camille).post(DEVICES, registered(shared)).status_code == 201

        assert api(odile).get(DEVICES).json() == []
        assert PushSubscription.objects.get().user == camille

    @pytest.mark.parametrize("known", ["nothing", "auth", "p256dh"])
    def test_it_does_not_move_without_them(
        self, api: Call, yanis: User, odile: User, device: Device, push_service: PushService,
        known: str,
    ) -> None:  # fmt: skip
        """Half of the secrets is no proof. The answer is that of a dead endpoint."""
        hers, his = device(odile, "phone"), push_service.browser("his")
        auth = vapid.encoded(b"fedcba9876543210")
        keys = {
            **his.keys,
            "auth": auth,
            **({known: hers.keys[known]} if known != "nothing" else {}),
        }

        answer = api(yanis).post(DEVICES, registered(hers, keys=keys))

        assert is_gone(answer)
        kept = PushSubscription.objects.get()
        assert (kept.user, kept.auth, kept.p256dh) == (
            odile,
            hers.keys["auth"],
            hers.keys["p256dh"],
        )

    @pytest.mark.parametrize("proof", ["none", "wrong auth", "wrong p256dh"])
    def test_it_is_not_renewed_without_proof(
        self, client: Client, odile: User, device: Device, push_service: PushService, proof: str
    ) -> None:
        """Otherwise pushes with her messages would go to any person who knows her endpoint."""
        hers, his = device(odile, "phone"), push_service.browser("his")
        wrong = {
            "wrong auth": {**hers.keys, "auth": vapid.encoded(b"fedcba9876543210")},
            "wrong p256dh": {**hers.keys, "p256dh": his.keys["p256dh"]},
        }
        body = renewal(hers, his)
        if proof == "none":
            del body["old_keys"]
        else:
            body["old_keys"] = wrong[proof]

        answer = client.post(f"{V1}/push/renewed", body, content_type="application/json")

        assert answer.status_code == (400 if proof == "none" else 404)
        assert PushSubscription.objects.get().endpoint == hers.endpoint

    def test_it_is_not_taken_by_renewing_ones_own(
        self, client: Client, yanis: User, odile: User, device: Device
    ) -> None:
        hers, his = device(odile, "phone"), device(yanis, "his")
        body = renewal(his, hers, keys=his.keys)

        assert is_gone(client.post(f"{V1}/push/renewed", body, "application/json"))

        assert PushSubscription.objects.get(endpoint=hers.endpoint).user == odile
        assert PushSubscription.objects.get(endpoint=his.endpoint).user == yanis


class TestDeviceList:
    @pytest.mark.parametrize(
        ("status", "words"),
        [
            (403, "Le service de push a refusé notre clé (403). Désactivez puis réactivez les "
             "notifications sur cet appareil."),
            (500, "Le service de push est en panne (500)."),
            (429, "Le service de push nous a demandé d’attendre (429)."),
            (400, "Le service de push a refusé la notification (400)."),
        ],
    )  # fmt: skip
    def test_it_says_in_words_how_the_last_push_failed_until_one_is_accepted(
        self, api: Call, camille: User, odile: User, say: Say, device: Device, work: Work,
        push_service: PushService, settings: Settings, status: int, words: str,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        device(odile, "tablet")
        push_service.answers = {"/push/phone": [status]}
        say(camille, "Bonjour")
        work()

        listed = {each["label"]: each for each in api(odile).get(DEVICES).json()}

        failure = listed["phone"]["last_failure"]
        assert (failure["status"], failure["detail"]) == (status, words)
        assert failure["at"]
        assert listed["tablet"]["last_failure"] is None

        assert api(odile).post(f"{DEVICES}/{listed['phone']['id']}/test").status_code == 204
        assert {each["last_failure"] for each in api(odile).get(DEVICES).json()} == {None}


class TestPresenceThatEnds:
    def test_push_is_not_delayed_and_nothing_counts_as_received_after_the_tab_closed(
        self, client: Client, camille: User, odile: User, say: Say, device: Device, work: Work,
        push_service: PushService,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        client.force_login(odile)
        for visible in (True, False):
            client.post(f"{V1}/presence", {"visible": visible}, "application/json")

        message = say(camille, "Bonjour")
        work()

        assert len(push_service.received) == 1
        assert state_of(message, odile) == "sent"

    def test_push_waits_while_a_page_is_visible(
        self, client: Client, camille: User, odile: User, say: Say, device: Device, work: Work,
        push_service: PushService,
    ) -> None:  # fmt: skip
        device(odile, "phone")
        presence.note(odile.pk, is_visible=True)

        message = say(camille, "Bonjour")
        work()

        assert push_service.received == []
        assert state_of(message, odile) == "received"


def test_logout_ends_pushes_to_this_browser_and_to_no_other(
    client: Client, camille: User, odile: User, say: Say, device: Device, work: Work,
    push_service: PushService,
) -> None:  # fmt: skip
    """The shared computer: the next person sees nothing of Odile's. Her phone goes on."""
    device(odile, "phone")
    client.force_login(odile)
    shared = push_service.browser("shared")
    client.post(DEVICES, registered(shared), "application/json")
    client.post("/logout")

    say(camille, "Bonjour")
    work()

    assert [pushed.path for pushed in push_service.received] == ["/push/phone"]
