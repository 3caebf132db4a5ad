"""One request of a webhook: its signature, its size, and the addresses that are never called."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from core.models import User
from notifications.models import WebhookDelivery, WebhookEndpoint
from notifications.push.endpoint_guard import ForbiddenAddress, check_any_host, resolve
from notifications.webhooks import endpoints, sending, signing
from tests.cast import Say
from tests.notifications.webhook_receiver import NotOurs, Receiver, verify
from tests.notifications.webhooks.conftest import Register, do_what_is_due

pytestmark = pytest.mark.django_db

Work = Callable[[], None]


class TestSecrets:
    def test_rotated_secret_signs_beside_the_old_one_for_a_day(
        self, receiver: Receiver, register: Register, camille: User, say: Say,
        clock: time_machine.Traveller,
    ) -> None:  # fmt: skip
        webhook = register(kinds=["message.created"])
        old = receiver.secret
        rotated = endpoints.rotate(webhook.pk)
        assert rotated is not None
        say(camille, "1")
        do_what_is_due()
        clock.shift(timedelta(hours=25))
        say(camille, "2")
        receiver.secret = rotated.secret
        do_what_is_due()

        during, after = receiver.received
        assert receiver.disbelieved == []
        signatures = during.headers["webhook-signature"].split(" ")
        assert [each.partition(",")[0] for each in signatures] == ["v1", "v1"]
        now = timezone.now().timestamp()
        then = now - timedelta(hours=25).total_seconds()
        for secret in (old, rotated.secret):
            verify(secret, during.headers, during.body, now=then)
        with pytest.raises(NotOurs):
            verify(old, after.headers, after.body, now=now)

    def test_verifier_of_the_tests_refuses_another_body_or_secret(self) -> None:
        secret = signing.new_secret()
        headers = {
            "webhook-id": "1",
            "webhook-timestamp": "1000",
            "webhook-signature": signing.signature(secret, "1", 1000, b"{}"),
        }
        verify(secret, headers, b"{}", now=1000)

        for wrong, body in ((secret, b"{ }"), (signing.new_secret(), b"{}")):
            with pytest.raises(NotOurs):
                verify(wrong, headers, body, now=1000)

    def test_signature_is_the_one_of_the_standard(self) -> None:
        """The example of the Standard Webhooks libraries."""
        secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        signature = signing.signature(
            secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
        )

        assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

    def test_secret_is_not_readable_in_the_database(
        self, receiver: Receiver, register: Register
    ) -> None:
        webhook = register()

        webhook.refresh_from_db()
        assert receiver.secret.encode() not in bytes(webhook.secret)
        assert receiver.secret.startswith("whsec_")

    def test_secret_that_another_key_sealed_is_a_failure_in_words(
        self, receiver: Receiver, register: Register, work: Work, settings: Settings,
        camille: User, say: Say,
    ) -> None:  # fmt: skip
        register()
        settings.SECRET_KEY = "another"
        settings.SECRET_KEY_FALLBACKS = []
        say(camille, "Bonjour")
        work()

        assert receiver.received == []
        assert "rotate" in WebhookDelivery.objects.get().answer


class TestGuard:
    @pytest.mark.parametrize(
        "url",
        [
            "http://erp.exemple.fr/hook", "https://127.0.0.1/", "https://[::1]/", "https://10.0.0.8/",
            "https://169.254.169.254/latest", "https://192.168.1.1:8443/", "https://localhost/",
            "https://postgres/", "https://db.internal/", "https://[::ffff:10.0.0.1]/",
            "https://a:b@erp.exemple.fr/", "ftp://erp.exemple.fr/", "https://erp.exemple.fr/#a",
            "https://0x7f000001/", "https:///hook", "erp.exemple.fr",
        ],
    )  # fmt: skip
    def test_internal_or_odd_address_is_refused_when_it_is_given(self, url: str) -> None:
        with pytest.raises(ForbiddenAddress):
            check_any_host(url)

    @pytest.mark.parametrize("url", ["https://erp.exemple.fr/hook?a=1", "https://erp.fr:8443/"])
    def test_public_address_is_taken(self, url: str) -> None:
        check_any_host(url)

    def test_name_of_an_internal_address_is_never_called(
        self, receiver: Receiver, register: Register, work: Work, camille: User, say: Say,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        """As a name that had a public address when it was given, and has another one later."""
        register()
        WebhookEndpoint.objects.update(url=f"https://erp.exemple.fr:{receiver.port}/")
        monkeypatch.setattr(
            "socket.getaddrinfo", lambda *_args, **_more: [(2, 1, 6, "", ("127.0.0.1", 0))]
        )
        say(camille, "Bonjour")
        work()

        assert receiver.received == []
        answer = WebhookDelivery.objects.get().answer
        assert answer == "ForbiddenAddress: 127.0.0.1 is no public address"

    def test_push_still_takes_its_own_services_alone(self) -> None:
        with pytest.raises(ForbiddenAddress):
            resolve("https://erp.exemple.fr/", deadline_seconds=1)


def test_event_too_large_for_a_webhook_is_sent_without_its_data() -> None:
    event = {
        "id": "1", "position": 1, "type": "message.created", "at": "2026-11-29T08:00:00Z",
        "version": 1, "data": {"conversation": {"id": "c"}, "message": {"body": "é" * 200_000}},
    }  # fmt: skip

    body = sending.body_of(event)

    assert len(body) <= sending.MAX_BODY_BYTES
    assert b'"is_too_large":true' in body
