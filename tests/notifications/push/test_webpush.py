"""Web Push over real HTTP: what is sent, what each answer means, where nothing is sent."""

import socket
import threading
import time
from dataclasses import replace
from datetime import timedelta
from io import BufferedReader
from typing import Any, NoReturn
from unittest.mock import patch

import pytest
from pytest_django import Settings

from notifications.delivery.result import SendStatus
from notifications.push import endpoint_guard, pinned_http, vapid, webpush
from notifications.push.endpoint_guard import ForbiddenAddress
from notifications.push.pinned_http import HttpAnswer
from notifications.push.webpush import BadSubscription, Push, Subscription
from tests.notifications.push_service import Browser, PushService

FCM = "https://fcm.googleapis.com/fcm/send/abc"
HELLO = Push(b'{"hello": "Camille"}', topic="a" * 32)


def subscription(browser: Browser) -> Subscription:
    return Subscription(browser.endpoint, **browser.keys)


class TestSending:
    def test_the_device_reads_what_we_encrypted(self, push_service: PushService) -> None:
        answer = webpush.send(subscription(push_service.browser("phone")), HELLO)

        assert answer.status == SendStatus.ACCEPTED
        (pushed,) = push_service.received
        assert pushed.payload == {"hello": "Camille"}
        assert pushed.headers["content-encoding"] == "aes128gcm"
        assert pushed.headers["ttl"] == "86400"
        assert pushed.headers["topic"] == "a" * 32
        assert pushed.headers["urgency"] == "high"
        assert push_service.tokens[0]["aud"] == push_service.origin

    def test_the_longest_payload_is_one_record(self, push_service: PushService) -> None:
        longest = Push(b'"' + b"x" * (webpush.MAX_PLAINTEXT_BYTES - 2) + b'"', topic="t")

        assert webpush.send(subscription(push_service.browser("a")), longest).status == "accepted"
        assert push_service.received[0].size <= 4_096

    def test_longer_payload_is_not_sent(self, push_service: PushService) -> None:
        too_long = Push(b"x" * (webpush.MAX_PLAINTEXT_BYTES + 1), topic="t")

        answer = webpush.send(subscription(push_service.browser("a")), too_long)

        assert answer.status == SendStatus.TOO_LARGE
        assert push_service.received == []

    @pytest.mark.parametrize(
        ("status", "expected"),
        [
            (200, "accepted"), (201, "accepted"), (202, "accepted"), (204, "accepted"),
            (404, "gone"), (410, "gone"), (401, "later"), (403, "later"), (413, "too_large"),
            (429, "later"), (500, "later"), (503, "later"), (400, "refused"), (302, "refused"),
        ],
    )  # fmt: skip
    def test_each_http_status_has_its_result(
        self, push_service: PushService, status: int, expected: str
    ) -> None:
        push_service.status = status
        assert webpush.send(subscription(push_service.browser("a")), HELLO).status == expected

    def test_device_of_a_former_key_is_pushed_to_by_that_one(
        self, push_service: PushService, settings: Settings
    ) -> None:
        former, lost = vapid.generate_private_key(), vapid.generate_private_key()
        settings.VAPID_PRIVATE_KEY_FALLBACKS = [lost, former]
        old, new = push_service.browser("old"), push_service.browser("new")
        push_service.subscribed_with = {
            old.path: vapid.public_key(former), "/push/gone": vapid.public_key(lost),
        }  # fmt: skip

        results = [webpush.send(subscription(each), HELLO) for each in (old, new)]

        assert [result.status for result in results] == ["accepted", "accepted"]
        assert not any(result.refuses_key for result in results)
        tried = [(pushed.path, pushed.status) for pushed in push_service.received]
        assert tried == [(old.path, 403), (old.path, 403), (old.path, 201), (new.path, 201)]

    @pytest.mark.parametrize(
        ("text", "seconds"),
        [
            ("120", 120), ("999999", 86_400), ("soon", None), ("-5", None), ("", None),
            ("Wed, 18 Nov 2020 10:00:00 GMT", 0),
        ],
    )  # fmt: skip
    def test_retry_after_is_obeyed_up_to_a_day(self, text: str, seconds: int | None) -> None:
        found = webpush.retry_after({"Retry-After": text})
        assert found == (None if seconds is None else timedelta(seconds=seconds))

    def test_retry_after_as_a_date(self, clock: object) -> None:
        found = webpush.retry_after({"Retry-After": "Wed, 18 Nov 2026 09:05:00 GMT"})
        assert found == timedelta(minutes=5)


class TestNothingElseIsCalled:
    """Server-side request forgery: the caller chooses the endpoint."""

    def test_redirect_is_not_followed(self, push_service: PushService) -> None:
        push_service.status, push_service.headers = 307, {"Location": "/push/other"}
        push_service.browser("other")

        webpush.send(subscription(push_service.browser("a")), HELLO)

        assert [pushed.path for pushed in push_service.received] == ["/push/a"]

    @pytest.mark.parametrize(
        "endpoint",
        [
            "http://fcm.googleapis.com/x",
            "https://fcm.googleapis.com:8443/x",
            "https://fcm.googleapis.com@127.0.0.1/x",
            "https://fcm.googleapis.com\\@127.0.0.1/x",
            "https://fcm.googleapis.com.evil.example/x",
            "https://evilpush.apple.com.example/x",
            "https://push.apple.com.evil.example/",
            "https://2130706433/x",
            "https://0x7f000001/x",
            "https://127.0.0.1/x",
            "https://[::1]/x",
            "https://localhost/x",
            "file:///etc/passwd",
            "gopher://fcm.googleapis.com/x",
            "https://fcm.googleapis.com/x y",
            "https://fcm.googleapıs.com/x",
            "//fcm.googleapis.com/x",
            "https://fcm.googleapis.com:port/x",
        ],
    )
    def test_endpoint_outside_the_allow_list_is_refused(self, endpoint: str) -> None:
        with pytest.raises(ForbiddenAddress):
            endpoint_guard.check(endpoint)

    @pytest.mark.parametrize(
        ("endpoint", "host"),
        [
            ("https://fcm.googleapis.com/fcm/send/abc", "fcm.googleapis.com"),
            ("https://web.push.apple.com/abc", "web.push.apple.com"),
            (
                "https://updates.push.services.mozilla.com:443/wpush/v2/abc",
                "updates.push.services.mozilla.com",
            ),
        ],
    )
    def test_known_push_services_are_allowed(self, endpoint: str, host: str) -> None:
        assert endpoint_guard.check(endpoint).hostname == host

    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1", "10.0.0.8", "172.16.3.1", "192.168.1.1", "169.254.169.254",
            "100.64.0.1", "0.0.0.1", "224.0.0.1", "::1", "fe80::1", "fd00::1",
            "::ffff:127.0.0.1", "2002:7f00:1::",
        ],
    )  # fmt: skip
    def test_host_with_a_private_address_is_not_called(self, address: str) -> None:
        assert not endpoint_guard.is_public(address)
        with (
            patch.object(socket, "getaddrinfo", lambda *_a, **_k: _found("8.8.8.8", address)),
            pytest.raises(ForbiddenAddress),
        ):
            endpoint_guard.resolve("https://fcm.googleapis.com/x", deadline_seconds=5)

    def test_address_that_was_checked_is_the_one_called(self) -> None:
        with patch.object(socket, "getaddrinfo", lambda *_a, **_k: _found("8.8.8.8")):
            target = endpoint_guard.resolve("https://fcm.googleapis.com/x?y=1", deadline_seconds=5)

        assert (target.address, target.host) == ("8.8.8.8", "fcm.googleapis.com")
        assert (target.path, target.origin) == ("/x?y=1", "https://fcm.googleapis.com")

    def test_proxy_of_the_environment_is_not_used(
        self, push_service: PushService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, "http://127.0.0.1:9")

        answer = webpush.send(subscription(push_service.browser("a")), HELLO)

        assert answer.status == SendStatus.ACCEPTED

    def test_answer_that_drips_ends_at_the_deadline(
        self, push_service: PushService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(webpush, "DEADLINE_SECONDS", 0.5)
        push_service.drips = True
        started = time.monotonic()

        answer = webpush.send(subscription(push_service.browser("a")), HELLO)

        assert answer.status == SendStatus.LATER
        assert "TimeoutError" in answer.detail
        # The status comes after four seconds.
        assert time.monotonic() - started < 3

    def test_byte_just_after_the_deadline_is_still_a_time_out(
        self, push_service: PushService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(webpush, "DEADLINE_SECONDS", 0.2)
        push_service.drips = True

        def reset(reader: BufferedReader) -> NoReturn:
            while reader.read(1):
                pass
            raise ConnectionResetError("what Linux says when a byte follows the cut")

        with patch.object(pinned_http, "_read", reset):
            answer = webpush.send(subscription(push_service.browser("a")), HELLO)

        assert answer.status == SendStatus.LATER
        assert "TimeoutError" in answer.detail

    def test_host_that_never_resolves_ends_at_the_deadline(
        self, push_service: PushService, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.PUSH_ALLOWED_HOSTS = ["fcm.googleapis.com"]
        monkeypatch.setattr(webpush, "DEADLINE_SECONDS", 0.2)
        asked = replace(subscription(push_service.browser("a")), endpoint=FCM)
        is_over = threading.Event()

        with patch.object(socket, "getaddrinfo", lambda *_a, **_k: is_over.wait(20) and []):
            answer = webpush.send(asked, HELLO)
            is_over.set()

        assert answer.status == SendStatus.LATER
        assert "TimeoutError" in answer.detail

    def test_invalid_host_name_is_refused(
        self, push_service: PushService, settings: Settings
    ) -> None:
        settings.PUSH_ALLOWED_HOSTS = ["*.push.apple.com"]
        endpoint = f"https://{'a' * 64}.push.apple.com/x"
        asked = replace(subscription(push_service.browser("a")), endpoint=endpoint)

        assert webpush.send(asked, HELLO).status == SendStatus.REFUSED

    def test_long_answer_is_read_only_at_its_beginning(self, push_service: PushService) -> None:
        push_service.status, push_service.body = 400, b"x" * 20_000_000

        answers: list[HttpAnswer] = []
        post = pinned_http.post

        def noted(*args: Any, **more: Any) -> HttpAnswer:
            answers.append(post(*args, **more))
            return answers[-1]

        with patch.object(pinned_http, "post", noted):
            webpush.send(subscription(push_service.browser("a")), HELLO)

        assert [len(answer.body) for answer in answers] == [pinned_http.MAX_ANSWER_BYTES]

    def test_push_service_that_is_down_is_tried_later(
        self, push_service: PushService, settings: Settings
    ) -> None:
        settings.PUSH_ALLOWED_HOSTS = ["http://127.0.0.1:9"]
        browser = Browser("/x", "http://127.0.0.1:9")
        assert webpush.send(subscription(browser), HELLO).status == SendStatus.LATER


class TestKeysAreChecked:
    @pytest.mark.parametrize(
        "change",
        [
            {"p256dh": "AAAA"},
            {"p256dh": "BA" + "A" * 85},
            {"auth": "AAAA"},
            {"auth": "é" * 20},
        ],
    )
    def test_keys_that_no_browser_makes_are_refused(
        self, push_service: PushService, change: dict[str, Any]
    ) -> None:
        browser = push_service.browser("a")
        bad = Subscription(browser.endpoint, **{**browser.keys, **change})
        with pytest.raises(BadSubscription):
            bad.check()


def _found(*found: str) -> list[tuple[Any, ...]]:
    return [(0, 0, 0, "", (address, 443)) for address in found]
