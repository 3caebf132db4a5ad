"""Wrong passwords lock a person out at an address, and an address out."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.backends import ModelBackend
from django.db import OperationalError
from pytest_django import Settings
from rest_framework.test import APIClient

from core.auth import lockout
from core.models import User
from core.valkey import TIMEOUT_SECONDS as VALKEY_TIMEOUT_SECONDS
from core.valkey import forget_clients, key, valkey
from tests.cast import PASSWORD
from tests.core.auth.browsers import SESSION, log_in, visitor, with_csrf
from tests.lost_valkey import valkey_at
from tests.sockets import closed_port, slow_port

pytestmark = pytest.mark.django_db


class TestLockout:
    @pytest.fixture(autouse=True)
    def few_attempts(self, settings: Settings) -> None:
        settings.LOGIN_ATTEMPTS_PER_PERSON = 3
        settings.LOGIN_ATTEMPTS_PER_ADDRESS = 6
        settings.LOGIN_LOCKOUT = timedelta(minutes=15)
        lockout.counted_here.clear()

    def fail(self, browser: APIClient, email: str, times: int) -> list[int]:
        return [log_in(browser, email, "non") for _ in range(times)]

    def test_fourth_guess_is_refused_even_if_it_is_right(self, camille_with_password: User) -> None:
        browser = visitor()

        assert self.fail(browser, "camille@demo.test", 3) == [400, 400, 400]

        assert log_in(browser, "camille@demo.test", PASSWORD) == 429

    def test_lockout_says_when_to_try_again(self, camille_with_password: User) -> None:
        browser = visitor()
        self.fail(browser, "camille@demo.test", 3)

        answer = browser.post(
            SESSION,
            {"email": "camille@demo.test", "password": PASSWORD},
            headers={**with_csrf(browser), "Accept-Language": "en"},
        )

        assert 890 <= int(answer.headers["Retry-After"]) <= 900
        assert answer.json()["errors"][0]["code"] == "throttled"
        assert "15 minutes" in answer.json()["errors"][0]["detail"]

    def test_lockout_says_what_is_left_of_it(self, camille_with_password: User) -> None:
        browser = visitor()
        self.fail(browser, "camille@demo.test", 3)
        valkey().expire(key("count", "login-person", "camille@demo.test|192.0.2.1"), 50)

        answer = browser.post(
            SESSION,
            {"email": "camille@demo.test", "password": PASSWORD},
            headers={**with_csrf(browser), "Accept-Language": "en"},
        )

        assert 40 <= int(answer.headers["Retry-After"]) <= 50
        assert "Try again in 1 minute." in answer.json()["errors"][0]["detail"]

    def test_refused_attempts_spend_nothing_of_the_address(
        self, camille_with_password: User
    ) -> None:
        browser = visitor()

        assert self.fail(browser, "bruno@demo.test", 20) == [400] * 3 + [429] * 17

        assert log_in(browser, "camille@demo.test") == 200

    def test_logins_that_succeed_spend_nothing_of_the_address(
        self, camille_with_password: User
    ) -> None:
        assert [log_in(visitor(), "camille@demo.test") for _ in range(8)] == [200] * 8

    def test_refusal_of_the_address_spends_nothing_of_the_person(
        self, camille_with_password: User
    ) -> None:
        browser = visitor()
        for number in range(6):
            self.fail(browser, f"personne{number}@demo.test", 1)
        for _ in range(4):
            assert log_in(browser, "camille@demo.test") == 429

        valkey().delete(key("count", "login-address", "192.0.2.1"))

        assert log_in(browser, "camille@demo.test") == 200

    def test_attempt_that_could_not_be_checked_is_not_counted(
        self, camille_with_password: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def lost(*_: object, **credentials: object) -> None:
            raise OperationalError

        with monkeypatch.context() as during:
            during.setattr(ModelBackend, "authenticate", lost)
            browser = visitor()
            browser.raise_request_exception = False
            assert self.fail(browser, "camille@demo.test", 4) == [503] * 4

        assert log_in(visitor(), "camille@demo.test") == 200

    def test_process_goes_on_by_its_own_count_while_valkey_is_away(
        self, camille_with_password: User, settings: Settings
    ) -> None:
        assert self.fail(visitor(), "bruno@demo.test", 2) == [400, 400]
        with valkey_at(closed_port(), settings):
            assert self.fail(visitor(), "bruno@demo.test", 2) == [400, 429]
            assert log_in(visitor("192.0.2.2"), "camille@demo.test") == 200

            assert self.fail(visitor(), "camille@demo.test", 2) == [400, 400]
            assert log_in(visitor(), "camille@demo.test") == 200
            assert self.fail(visitor(), "camille@demo.test", 4) == [400, 400, 400, 429]

    def test_lockout_does_not_hold_from_another_address(self, camille_with_password: User) -> None:
        self.fail(visitor("192.0.2.1"), "camille@demo.test", 3)

        assert log_in(visitor("192.0.2.2"), "camille@demo.test") == 200

    def test_lockout_does_not_hold_for_another_person_at_the_same_address(
        self, camille_with_password: User
    ) -> None:
        self.fail(visitor(), "bruno@demo.test", 3)

        assert log_in(visitor(), "camille@demo.test") == 200

    def test_address_that_tries_many_emails_is_locked_out(
        self, camille_with_password: User
    ) -> None:
        browser = visitor()

        for number in range(6):
            self.fail(browser, f"personne{number}@demo.test", 1)

        assert log_in(browser, "camille@demo.test") == 429

    def test_lockout_ignores_capitals_and_space_in_the_email(
        self, camille_with_password: User
    ) -> None:
        browser = visitor()

        for email in ("camille@demo.test", "CAMILLE@demo.test", " Camille@demo.test"):
            self.fail(browser, email, 1)

        assert log_in(browser, "camille@demo.test") == 429

    def test_failures_are_forgotten_after_a_login(self, camille_with_password: User) -> None:
        browser = visitor()
        self.fail(browser, "camille@demo.test", 2)
        log_in(browser, "camille@demo.test")

        assert self.fail(visitor(), "camille@demo.test", 2) == [400, 400]

    def test_lockout_ends_when_its_counter_expires(self, camille_with_password: User) -> None:
        browser = visitor()
        self.fail(browser, "camille@demo.test", 3)
        name = key("count", "login-person", "camille@demo.test|192.0.2.1")
        assert 890 < valkey().ttl(name) <= 900

        valkey().expire(name, 0)

        assert log_in(browser, "camille@demo.test") == 200

    def test_lockout_waits_for_a_slow_valkey(
        self, camille_with_password: User, settings: Settings
    ) -> None:
        address = settings.REDIS_URL
        port = urlsplit(address).port
        assert port is not None
        # Longer than the time-out of other limits, which let everybody through then.
        with slow_port(port, seconds=1.5 * VALKEY_TIMEOUT_SECONDS) as slow:
            settings.REDIS_URL = address.replace(f":{port}", f":{slow}")
            forget_clients()
            try:
                answers = self.fail(visitor(), "camille@demo.test", 4)
            finally:
                settings.REDIS_URL = address
                forget_clients()

        assert answers == [400, 400, 400, 429]

    def test_lockout_also_holds_for_the_login_page(self, camille_with_password: User) -> None:
        browser = visitor()
        self.fail(browser, "camille@demo.test", 3)
        form = {
            "email": "camille@demo.test",
            "password": PASSWORD,
            "csrfmiddlewaretoken": with_csrf(browser)["X-CSRFToken"],
        }

        answer = browser.post("/login", form, format="multipart")

        assert answer.status_code == 429
        assert 890 <= int(answer.headers["Retry-After"]) <= 900

    def test_lockout_counts_the_peer_address_when_no_proxy_is_trusted(
        self, camille_with_password: User
    ) -> None:
        for number in range(3):
            self.fail(
                APIClient(REMOTE_ADDR="192.0.2.1", HTTP_X_FORWARDED_FOR=f"203.0.113.{number}"),
                "camille@demo.test",
                1,
            )

        assert log_in(visitor("192.0.2.1"), "camille@demo.test") == 429

    def test_lockout_counts_the_address_that_the_trusted_proxy_saw(
        self, camille_with_password: User, settings: Settings
    ) -> None:
        settings.TRUSTED_PROXY_COUNT = 1

        def through_proxy(forwarded: str) -> APIClient:
            return APIClient(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)

        # The caller can write any address before the one that the proxy adds.
        for forged in ("1.1.1.1", "2.2.2.2", "3.3.3.3"):
            self.fail(through_proxy(f"{forged}, 203.0.113.9"), "camille@demo.test", 1)

        assert log_in(through_proxy("4.4.4.4, 203.0.113.9"), "camille@demo.test") == 429
        assert log_in(through_proxy("203.0.113.10"), "camille@demo.test") == 200
