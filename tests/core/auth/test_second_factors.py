"""A second factor: set up, asked for at each door, lost, and reset."""

import time

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from core.auth import second_factors
from core.models import User
from tests.at_once import at_once
from tests.authenticator_app import code_of
from tests.core.auth.browsers import SESSION
from tests.core.auth.second_step import (
    HOME,
    SECRET,
    Browser,
    camille,
    client,
    fill_in,
    is_in,
    odile,
    post,
    protected,
    required,
    text_of,
)

__all__ = ["camille", "client", "odile", "protected", "required"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_counters")]


class TestTheLoginPage:
    def test_password_alone_opens_nothing(self, client: Client, protected: User) -> None:
        answer = fill_in(client, next="/staff/replies")

        assert answer.headers["Location"] == "/login/code"
        assert not is_in(client)
        assert client.get(HOME).status_code == 302
        assert "Code of your app" in text_of(client.get("/login/code"))

    def test_code_of_the_app_opens_the_session_and_the_page_that_was_asked_for(
        self, client: Client, protected: User
    ) -> None:
        fill_in(client, next="/staff/replies")

        answer = client.post("/login/code", {"code": code_of(SECRET)})

        assert answer.headers["Location"] == "/staff/replies"
        assert is_in(client)

    def test_code_may_be_typed_with_spaces(self, client: Client, protected: User) -> None:
        fill_in(client)
        code = code_of(SECRET)

        client.post("/login/code", {"code": f" {code[:3]} {code[3:]} "})

        assert is_in(client)

    @pytest.mark.parametrize("code", ["", "000000", "00000000", "ééé", "1" * 5000])
    def test_wrong_code_is_refused_in_words(
        self, client: Client, protected: User, code: str
    ) -> None:
        fill_in(client)

        answer = client.post("/login/code", {"code": code})

        assert answer.status_code == 400
        assert "This code is wrong" in text_of(answer)
        assert not is_in(client)

    def test_code_is_good_once(self, client: Client, protected: User) -> None:
        code = code_of(SECRET)
        fill_in(client)
        client.post("/login/code", {"code": code})
        other = Browser()
        fill_in(other)

        assert other.post("/login/code", {"code": code}).status_code == 400
        assert not is_in(other)

    def test_code_of_a_minute_ago_is_too_old(self, client: Client, protected: User) -> None:
        fill_in(client)

        assert (
            client.post("/login/code", {"code": code_of(SECRET, steps_later=-3)}).status_code == 400
        )

    def test_clock_of_the_phone_may_be_half_a_minute_off(
        self, client: Client, protected: User
    ) -> None:
        fill_in(client)

        client.post("/login/code", {"code": code_of(SECRET, steps_later=1)})

        assert is_in(client)

    def test_older_code_is_refused_after_a_newer_one(self, client: Client, protected: User) -> None:
        newer, older = code_of(SECRET, steps_later=1), code_of(SECRET)
        fill_in(client)
        client.post("/login/code", {"code": newer})
        other = Browser()
        fill_in(other)

        assert other.post("/login/code", {"code": older}).status_code == 400

    def test_recovery_code_opens_once(self, client: Client, protected: User) -> None:
        code = second_factors.recovery_codes(protected)[3]
        fill_in(client)
        client.post("/login/code", {"code": f"{code[:5]} {code[5:]}"})
        assert is_in(client)
        other = Browser()
        fill_in(other)

        assert other.post("/login/code", {"code": code}).status_code == 400
        assert len(second_factors.recovery_codes(protected)) == 9

    def test_page_of_the_code_is_nobodys_without_a_password(self, client: Client) -> None:
        assert client.get("/login/code").headers["Location"] == "/login"
        assert client.post("/login/code", {"code": "123456"}).headers["Location"] == "/login"

    def test_ten_minutes_later_the_password_is_asked_again(
        self, client: Client, protected: User
    ) -> None:
        fill_in(client)

        with time_machine.travel(time.time() + 601):
            answer = client.post("/login/code", {"code": code_of(SECRET)})

        assert answer.headers["Location"] == "/login"
        assert not is_in(client)

    def test_new_password_ends_a_login_at_its_second_step(
        self, client: Client, protected: User
    ) -> None:
        fill_in(client)
        protected.set_password("un autre chantier")
        protected.save()

        client.post("/login/code", {"code": code_of(SECRET)})

        assert not is_in(client)

    def test_person_who_is_deactivated_at_the_second_step_stays_out(
        self, client: Client, protected: User
    ) -> None:
        fill_in(client)
        User.objects.filter(pk=protected.pk).update(is_active=False)

        assert client.post("/login/code", {"code": code_of(SECRET)}).headers["Location"] == "/login"

    def test_second_step_has_another_session_key(self, client: Client, protected: User) -> None:
        client.session.save()
        client.get("/login")
        session = client.session
        session["planted"] = True
        session.save()
        client.cookies["sessionid"] = session.session_key or ""

        fill_in(client)

        assert client.cookies["sessionid"].value != session.session_key

    def test_next_of_another_site_leads_home(self, client: Client, protected: User) -> None:
        fill_in(client, next="https://evil.example/")

        answer = client.post("/login/code", {"code": code_of(SECRET)})

        assert answer.headers["Location"] == "/"

    def test_staff_without_a_second_factor_and_clients_log_in_as_before(
        self, client: Client, odile: User, camille: User
    ) -> None:
        assert fill_in(client).headers["Location"] == "/"
        assert is_in(client)
        other = Browser()
        fill_in(other, "camille@demo.test")
        assert is_in(other)


class TestGuessing:
    def test_five_wrong_codes_close_the_door_from_every_address(
        self, client: Client, protected: User
    ) -> None:
        fill_in(client)
        for _attempt in range(5):
            client.post("/login/code", {"code": "000000"})
        elsewhere = Browser(REMOTE_ADDR="203.0.113.77")
        fill_in(elsewhere)

        answer = elsewhere.post("/login/code", {"code": code_of(SECRET)})

        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) > 0
        assert "Too many attempts" in text_of(answer)
        assert not is_in(elsewhere)
        assert post(elsewhere, code_of(SECRET)).status_code == 429

    def test_right_code_forgives_the_wrong_ones(self, client: Client, protected: User) -> None:
        for steps_later in (0, 1):
            fill_in(client)
            for _attempt in range(4):
                client.post("/login/code", {"code": "000000"})
            client.post("/login/code", {"code": code_of(SECRET, steps_later=steps_later)})
            assert is_in(client)
            client.post("/logout")

    @pytest.mark.django_db(transaction=True)
    def test_one_recovery_code_sent_at_once_by_many_opens_one_session(
        self, client: Client, protected: User, settings: Settings
    ) -> None:
        settings.LOGIN_ATTEMPTS_PER_PERSON = 100
        code = second_factors.recovery_codes(protected)[0]

        def attempt() -> int:
            return int(post(Browser(), code).status_code)

        assert sorted(at_once(*[attempt] * 4)) == [200, 400, 400, 400]


class TestTheApi:
    def test_password_alone_is_told_that_a_code_is_asked_for(
        self, client: Client, protected: User
    ) -> None:
        answer = post(client)

        assert answer.status_code == 409
        assert answer.json()["errors"][0]["code"] == "mfa_required"
        assert not is_in(client)

    def test_code_opens_the_session(self, client: Client, protected: User) -> None:
        answer = post(client, code_of(SECRET))

        assert answer.status_code == 200
        assert answer.json()["email"] == "odile@demo.test"
        assert is_in(client)

    def test_wrong_code_opens_nothing(self, client: Client, protected: User) -> None:
        answer = post(client, "123456")

        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "wrong_code")
        assert not is_in(client)

    def test_wrong_password_is_told_first_with_a_code_too(
        self, client: Client, protected: User
    ) -> None:
        body = {"email": "odile@demo.test", "password": "non", "code": code_of(SECRET)}

        answer = client.post(SESSION, body, content_type="application/json")

        assert answer.json()["errors"][0]["code"] == "invalid_credentials"

    def test_code_of_a_client_is_ignored(self, client: Client, camille: User) -> None:
        assert post(client, "123456", "camille@demo.test").status_code == 200

    def test_person_without_a_factor_is_refused_where_one_is_required(
        self, client: Client, odile: User, required: None
    ) -> None:
        for code in (None, "123456"):
            answer = post(client, code)

            assert answer.status_code == 403
            assert answer.json()["errors"][0]["code"] == "mfa_setup_required"
            assert not is_in(client)
