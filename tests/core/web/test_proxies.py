"""The caller's address and scheme come from trusted proxies only."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings
from structlog.testing import capture_logs

from core.web import proxies as proxies_module
from core.web.proxies import TrustedProxies
from core.web.requests import address_of
from tests.commands import python

PROXIES = ["127.0.0.1/32", "10.0.0.0/8", "fd00::/8"]


@pytest.fixture(autouse=True)
def proxies(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = PROXIES
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


@pytest.mark.parametrize(
    ("peer", "forwarded", "caller"),
    [
        # No proxy.
        ("203.0.113.9", "", "203.0.113.9"),
        ("203.0.113.9", "198.51.100.7", "203.0.113.9"),
        # One proxy, and a caller who writes an address in front of their own.
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.7, 203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "10.0.0.1, 203.0.113.9", "203.0.113.9"),
        # Two proxies.
        ("10.1.2.3", "203.0.113.9,10.0.0.2", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.7, 203.0.113.9 , 10.0.0.2", "203.0.113.9"),
        # A caller inside.
        ("127.0.0.1", "10.0.0.7, 10.0.0.2", "10.0.0.7"),
        ("127.0.0.1", "", "127.0.0.1"),
        # What is no address ends at the proxy that wrote it.
        ("127.0.0.1", "203.0.113.9, unknown", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.9, unknown, 10.0.0.2", "10.0.0.2"),
        # IPv6, and IPv4 inside of it.
        ("fd00::1", "2001:DB8:0::9", "2001:db8::9"),
        ("::ffff:127.0.0.1", "203.0.113.9", "203.0.113.9"),
        # A Unix socket has no address.
        ("", "203.0.113.9", ""),
    ],
)
def test_caller_is_the_nearest_address_that_is_no_proxy(
    peer: str, forwarded: str, caller: str
) -> None:
    assert address_of(request_from(peer, HTTP_X_FORWARDED_FOR=forwarded)) == caller


def test_without_any_proxy_the_header_is_ignored(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = []

    request = request_from("127.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.9")

    assert address_of(request) == "127.0.0.1"


def test_addresses_win_over_the_number_of_proxies(settings: Settings) -> None:
    settings.TRUSTED_PROXY_COUNT = 1

    request = request_from("203.0.113.9", HTTP_X_FORWARDED_FOR="198.51.100.7")

    assert address_of(request) == "203.0.113.9"


@pytest.mark.parametrize(("peer", "is_secure"), [("10.0.0.1", True), ("203.0.113.9", False)])
def test_scheme_is_believed_from_a_proxy_only(peer: str, is_secure: bool) -> None:
    request = request_from(peer, HTTP_X_FORWARDED_PROTO="https")

    TrustedProxies(lambda _: HttpResponse())(request)

    assert request.is_secure() is is_secure


def test_network_that_is_none_is_named_at_the_start() -> None:
    ran = python("manage.py", "check", TRUSTED_PROXIES="10.0.0.0/8,proxy.example.com")

    assert ran.returncode != 0
    assert "TRUSTED_PROXIES: 'proxy.example.com' does not appear to be" in ran.stderr


class TestUnlistedProxy:
    @pytest.fixture(autouse=True)
    def nothing_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(proxies_module, "_named", set())

    def said(self, *requests: HttpRequest) -> list[str]:
        with capture_logs() as lines:
            for request in requests:
                TrustedProxies(lambda _: HttpResponse())(request)
        return [line["address"] for line in lines if line["event"] == "proxy_not_trusted"]

    @pytest.mark.parametrize("name", ["HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"])
    def test_unlisted_proxy_is_named_once_in_the_log(self, name: str) -> None:
        assert self.said(*(request_from("192.168.7.7", **{name: "x"}) for _ in range(3))) == [
            "192.168.7.7"
        ]

    def test_listed_proxies_and_callers_of_the_internet_are_not_named(self) -> None:
        assert self.said(
            request_from("10.1.2.3", HTTP_X_FORWARDED_FOR="203.0.113.9"),
            request_from("8.8.8.8", HTTP_X_FORWARDED_FOR="203.0.113.9"),
            request_from("192.168.7.7"),
        ) == []  # fmt: skip

    def test_log_does_not_grow_with_invented_neighbours(self) -> None:
        requests = (
            request_from(f"192.168.{n}.1", HTTP_X_FORWARDED_FOR="203.0.113.9") for n in range(100)
        )

        assert len(self.said(*requests)) == proxies_module.MOST_NAMED


def request_from(peer: str, **headers: str) -> HttpRequest:
    request = RequestFactory().get("/")
    request.META |= {"REMOTE_ADDR": peer, **headers}
    return request
