"""A second factor: set up, asked for at each door, lost, and reset."""

import re
import time
from functools import partial
from html import unescape
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.core.mail import EmailMultiAlternatives
from django.core.management import call_command
from django.test import Client
from django.urls import NoReverseMatch, reverse
from pytest_django import Settings

from core import merging
from core.auth import password_reset, second_factors
from core.auth.second_factors import NotTheFirst
from core.models import PasswordReset, User
from notifications import actions
from tests.at_once import at_once
from tests.authenticator_app import code_of
from tests.cast import PASSWORD
from tests.core.auth.browsers import ME, SESSION

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_counters")]

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
HOME = "/staff/messages"
Mails = list[EmailMultiAlternatives]
Browser = partial(Client, headers={"accept-language": "en"})


@pytest.fixture
def client() -> Client:
    return Browser()


@pytest.fixture
def ada(db: None) -> User:
    """A superuser with a password."""
    return User.objects.create_superuser("ada@demo.test", PASSWORD, name="Ada", locale="en")


@pytest.fixture
def odile(odile: User) -> User:
    odile.set_password(PASSWORD)
    odile.locale = "en"
    odile.save()
    return odile


@pytest.fixture
def camille(camille_with_password: User) -> User:
    return camille_with_password


def with_app(person: User) -> User:
    """Give a person an app that was set up some time ago."""
    an_hour_ago = time_machine.travel(time.time() - 3600, tick=False)
    with an_hour_ago, second_factors.adding(person, only_first=True):
        second_factors.add_app(person, SECRET, code_of(SECRET))
    PasswordReset.objects.all().delete()
    return person


@pytest.fixture
def protected(odile: User) -> User:
    return with_app(odile)


@pytest.fixture
def required(settings: Settings) -> None:
    settings.STAFF_MFA = "required"


def fill_in(browser: Client, email: str = "odile@demo.test", **more: str) -> Any:
    return browser.post("/login", {"email": email, "password": PASSWORD, **more})


def is_in(browser: Client) -> bool:
    return browser.get(ME).status_code == 200


def text_of(answer: Any) -> str:
    return unescape(answer.content.decode())


def post(browser: Client, code: str | None = None, email: str = "odile@demo.test") -> Any:
    body = {"email": email, "password": PASSWORD} | ({"code": code} if code is not None else {})
    return browser.post(SESSION, body, content_type="application/json")


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


class TestTheAdmin:
    def test_right_password_leads_to_the_code(self, client: Client, ada: User) -> None:
        with_app(ada)
        form = {"username": "ada@demo.test", "password": PASSWORD, "next": "/admin/core/user/"}

        answer = client.post("/admin/login/", form)

        assert answer.headers["Location"] == "/login/code"
        assert client.get("/admin/").status_code == 302
        opened = client.post("/login/code", {"code": code_of(SECRET)})
        assert opened.headers["Location"] == "/admin/core/user/"
        assert client.get("/admin/").status_code == 200

    def test_without_a_factor_the_password_opens_the_admin(self, client: Client, ada: User) -> None:
        form = {"username": "ada@demo.test", "password": PASSWORD}

        assert client.post("/admin/login/", form).headers["Location"] == "/admin/"
        assert client.get("/admin/").status_code == 200

    def test_wrong_password_and_staff_without_the_admin_are_told_so(
        self, client: Client, ada: User, protected: User
    ) -> None:
        for email, password in (("ada@demo.test", "non"), ("odile@demo.test", PASSWORD)):
            answer = client.post("/admin/login/", {"username": email, "password": password})

            assert answer.status_code == 200
            assert "Please enter the correct email" in text_of(answer)
            assert client.get("/admin/").status_code == 302

    def test_required_factor_is_set_up_before_the_admin(
        self, client: Client, ada: User, required: None
    ) -> None:
        answer = client.post("/admin/login/", {"username": "ada@demo.test", "password": PASSWORD})

        assert answer.headers["Location"] == "/login/code"
        assert client.get("/login/code").headers["Location"] == "/security/app"
        assert client.get("/admin/").status_code == 302

    def test_second_step_ends_the_session_of_another_person(
        self, client: Client, ada: User, marc: User
    ) -> None:
        with_app(ada)
        client.force_login(marc)

        client.post("/admin/login/", {"username": "ada@demo.test", "password": PASSWORD})

        assert not is_in(client)

    def test_secrets_are_in_no_page_of_the_admin(self) -> None:
        assert not [
            model for model in admin.site._registry if model.__module__.startswith("allauth")
        ]

    def test_manager_resets_a_colleagues_factor_who_is_told(
        self, client: Client, ada: User, protected: User, mailoutbox: Mails
    ) -> None:
        client.force_login(ada)
        page = reverse("admin:core_user_change", args=[protected.pk])
        assert "Reset the second factor" in text_of(client.get(page))

        answer = client.post(f"{page.removesuffix('change/')}reset-second-factors/", follow=True)

        assert "Odile Perrin has no second factor any more" in text_of(answer)
        assert "Reset the second factor" not in text_of(answer)
        assert not Authenticator.objects.exists()
        for told in PasswordReset.objects.all():
            actions.send_password_reset(told.pk)
        (mail,) = mailoutbox
        assert mail.to == ["Odile Perrin <odile@demo.test>"]
        assert mail.subject == "Your second factor for Liaison was reset"
        assert "A manager has removed your second factor" in mail.body
        assert "/password/" not in mail.body
        assert fill_in(Browser()).headers["Location"] == "/"

    def test_own_factor_is_not_reset_in_the_admin(self, client: Client, ada: User) -> None:
        with_app(ada)
        client.force_login(ada)
        page = reverse("admin:core_user_change", args=[ada.pk])

        client.post(f"{page.removesuffix('change/')}reset-second-factors/")

        assert second_factors.has_one(ada)

    def test_staff_reset_nobodys_factor(self, client: Client, protected: User, marc: User) -> None:
        client.force_login(marc)

        client.post(f"/admin/core/user/{protected.pk}/reset-second-factors/")

        assert second_factors.has_one(protected)


class TestOtherDoors:
    def test_new_password_logs_nobody_in(self, client: Client, protected: User) -> None:
        link = password_reset.link_for(protected).removeprefix("http://127.0.0.1:8000")
        form = client.get(link, follow=True)

        client.post(form.redirect_chain[-1][0], {"password": "trois gravillons bleus"})

        assert not is_in(client)
        answer = client.post(
            "/login", {"email": "odile@demo.test", "password": "trois gravillons bleus"}
        )
        assert answer.headers["Location"] == "/login/code"

    @pytest.mark.parametrize(
        "name", ["account_login", "account_signup", "account_reset_password", "mfa_index",
                 "mfa_authenticate", "mfa_login_webauthn", "account_email"]
    )  # fmt: skip
    def test_pages_of_allauth_are_not_mounted(self, name: str) -> None:
        with pytest.raises(NoReverseMatch):
            reverse(name)

    @pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/", "/account/login/", "/mfa/"])
    def test_usual_addresses_of_allauth_are_404(self, client: Client, path: str) -> None:
        assert client.get(path).status_code == 404

    def test_merged_person_brings_no_factor(
        self, client: Client, protected: User, marc: User
    ) -> None:
        merging.merge(marc, protected)

        assert not Authenticator.objects.exists()


class TestWhereOneIsRequired:
    @pytest.fixture(autouse=True)
    def _required(self, required: None) -> None:
        pass

    def test_person_without_one_sets_it_up_and_does_nothing_before(
        self, client: Client, odile: User
    ) -> None:
        answer = fill_in(client, next="/staff/replies")

        assert answer.headers["Location"] == "/login/code"
        assert client.get("/login/code").headers["Location"] == "/security/app"
        for page in (HOME, "/security", "/notifications", "/staff/replies", "/staff/tasks"):
            assert client.get(page).headers["Location"].startswith("/login"), page
        assert not is_in(client)
        shown = text_of(client.get("/security/app"))
        assert "your company asks for a second factor" in shown

        secret = secret_in(shown)
        done = client.post("/security/app", {"code": code_of(secret)})

        assert done.headers["Location"] == "/security/codes"
        page = text_of(client.get("/security/codes"))
        assert len(codes_in(page)) == 10
        assert 'href="/staff/replies"' in page
        assert is_in(client)

    def test_wrong_code_of_the_new_app_opens_nothing(self, client: Client, odile: User) -> None:
        fill_in(client)
        client.get("/security/app")

        answer = client.post("/security/app", {"code": "000000"})

        assert answer.status_code == 400
        assert "not the code that the app shows now" in text_of(answer)
        assert not is_in(client)
        assert not Authenticator.objects.exists()

    def test_set_up_page_is_closed_to_whom_has_a_factor(
        self, client: Client, protected: User
    ) -> None:
        fill_in(client)

        assert client.get("/security/app").headers["Location"] == "/login/code"
        answer = client.post("/security/app", {"code": code_of(SECRET)})
        assert answer.headers["Location"] == "/login/code"
        assert not is_in(client)

    def test_of_two_at_the_first_set_up_one_gets_through(self, odile: User) -> None:
        browsers = [Browser(), Browser()]
        secrets = []
        for browser in browsers:
            fill_in(browser)
            secrets.append(secret_in(text_of(browser.get("/security/app"))))
        first, second = browsers
        first.post("/security/app", {"code": code_of(secrets[0])})

        second.post("/security/app", {"code": code_of(secrets[1])})

        assert (is_in(first), is_in(second)) == (True, False)

    def test_first_factor_is_never_a_second_one(self, protected: User) -> None:
        with pytest.raises(NotTheFirst), second_factors.adding(protected, only_first=True):
            raise AssertionError("This code would add a factor.")

    def test_last_factor_is_not_removed(self, client: Client, protected: User) -> None:
        fill_in(client)
        client.post("/login/code", {"code": code_of(SECRET)})
        app = Authenticator.objects.get(type="totp")

        answer = client.post(f"/security/{app.pk}/remove")

        assert answer.status_code == 409
        assert "Your company asks for a second factor" in text_of(answer)
        assert second_factors.has_one(protected)

    def test_clients_are_asked_for_nothing(self, client: Client, camille: User) -> None:
        fill_in(client, "camille@demo.test")

        assert is_in(client)


def secret_in(page: str) -> str:
    (secret,) = re.findall(r"<code>([A-Z2-7 ]+)</code>", page)
    return str(secret)


def codes_in(page: str) -> list[str]:
    return re.findall(r"<code>(\d{5} \d{5})</code>", page)


class TestTheSecurityPage:
    @pytest.fixture
    def inside(self, client: Client, odile: User) -> Client:
        fill_in(client)
        return client

    def test_profile_menu_of_the_company_leads_there(self, inside: Client, camille: User) -> None:
        assert 'href="/security"' in text_of(inside.get(HOME))
        client = Browser()
        client.force_login(camille)
        assert 'href="/security"' not in text_of(client.get("/messages"))
        assert client.get("/security").headers["Location"] == "/"
        assert client.get("/security/app").headers["Location"] == "/"

    def test_app_is_set_up_and_its_code_asked_for_at_the_next_login(
        self, inside: Client, mailoutbox: Mails
    ) -> None:
        page = text_of(inside.get("/security/app"))
        assert "data:image/svg+xml;base64," in page
        secret = secret_in(page)

        inside.post("/security/app", {"code": code_of(secret)})

        codes = codes_in(text_of(inside.get("/security/codes")))
        assert len(set(codes)) == 10
        for told in PasswordReset.objects.all():
            actions.send_password_reset(told.pk)
        assert mailoutbox[0].subject == "Your second factor for Liaison was changed"
        inside.post("/logout")
        fill_in(inside)
        assert not is_in(inside)
        inside.post("/login/code", {"code": codes[0]})
        assert is_in(inside)

    def test_code_that_set_the_app_up_does_not_log_in(self, inside: Client) -> None:
        secret = secret_in(text_of(inside.get("/security/app")))
        code = code_of(secret)
        inside.post("/security/app", {"code": code})
        other = Browser()
        fill_in(other)

        assert other.post("/login/code", {"code": code}).status_code == 400

    def test_recovery_codes_are_shown_once(self, inside: Client) -> None:
        secret = secret_in(text_of(inside.get("/security/app")))
        inside.post("/security/app", {"code": code_of(secret)})
        inside.get("/security/codes")

        assert inside.get("/security/codes").headers["Location"] == "/security"
        assert not codes_in(text_of(inside.get("/security")))

    def test_new_recovery_codes_end_the_old_ones(self, inside: Client, protected: User) -> None:
        old = second_factors.recovery_codes(protected)[0]

        inside.post("/security/codes/new")

        new = codes_in(text_of(inside.get("/security/codes")))
        other = Browser()
        assert post(other, old).status_code == 400
        assert post(other, new[0]).status_code == 200

    def test_removed_app_is_asked_for_no_more(self, inside: Client, protected: User) -> None:
        app = Authenticator.objects.get(type="totp")

        inside.post(f"/security/{app.pk}/remove")

        assert not Authenticator.objects.exists()
        other = Browser()
        fill_in(other)
        assert is_in(other)

    def test_factor_of_another_person_is_not_removed(self, inside: Client, marc: User) -> None:
        with_app(marc)
        app = Authenticator.objects.get(type="totp")

        assert inside.post(f"/security/{app.pk}/remove").status_code == 404
        assert second_factors.has_one(marc)

    def test_old_session_changes_nothing_before_another_login(
        self, inside: Client, protected: User
    ) -> None:
        app = Authenticator.objects.get(type="totp")
        with time_machine.travel(time.time() + 16 * 60):
            page = text_of(inside.get("/security"))
            inside.post(f"/security/{app.pk}/remove")
            inside.post("/security/codes/new")
            set_up = inside.get("/security/app")

            assert "log in again" in page
            assert f"/security/{app.pk}/remove" not in page
            assert set_up.headers["Location"] == "/security"
            assert second_factors.has_one(protected)
            again = inside.post("/security/again")
            assert again.headers["Location"] == "/login?next=/security"
            assert not is_in(inside)

    def test_secret_is_encrypted_in_the_database(self, protected: User) -> None:
        rows = str(list(Authenticator.objects.values_list("data", flat=True)))

        assert SECRET not in rows

    def test_changed_secret_key_lets_nobody_in_by_an_old_code(
        self, client: Client, protected: User, settings: Settings
    ) -> None:
        settings.SECRET_KEY = "another key of fifty characters"

        assert post(client, code_of(SECRET)).status_code == 400
        call_command("reset_second_factors", "odile@demo.test")
        assert post(client).status_code == 200

    def test_app_moves_from_a_former_secret_key_to_the_new_one(
        self, client: Client, protected: User, settings: Settings
    ) -> None:
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another key of fifty characters"
        assert post(client, code_of(SECRET)).status_code == 200

        settings.SECRET_KEY_FALLBACKS = []

        # The recovery codes, made before, can no longer be read, and stop nobody.
        assert post(client, code_of(SECRET, steps_later=1)).status_code == 200

    def test_secret_that_was_shown_to_another_person_is_not_used(
        self, client: Client, odile: User, marc: User
    ) -> None:
        client.force_login(marc)
        session = client.session
        session["logged_in_at"] = time.time()
        session.save()
        shown = secret_in(text_of(client.get("/security/app")))
        planted = client.session["second_factor_secret"]
        victim = Browser()
        fill_in(victim)
        session = victim.session
        session["second_factor_secret"] = planted
        session.save()

        assert secret_in(text_of(victim.get("/security/app"))) != shown

    def test_pages_hold_the_policy_of_all_pages(self, inside: Client) -> None:
        for path in ("/security", "/security/app"):
            answer = inside.get(path)

            assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert not re.search(r'\sstyle="|<style|\son\w+="', text_of(answer))
            assert "no-store" in answer.headers["Cache-Control"]
