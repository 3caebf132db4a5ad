"""Second factors in the admin, at other doors, and where one is required."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.test import Client
from django.urls import NoReverseMatch, reverse

from core import merging
from core.auth import password_reset, second_factors
from core.auth.second_factors import NotTheFirst
from core.models import PasswordReset, User
from notifications import actions
from tests.authenticator_app import code_of
from tests.cast import PASSWORD
from tests.core.auth.second_step import (
    HOME,
    SECRET,
    Browser,
    Mails,
    ada,
    camille,
    client,
    codes_in,
    fill_in,
    is_in,
    odile,
    protected,
    required,
    secret_in,
    text_of,
    with_app,
)

__all__ = ["ada", "camille", "client", "odile", "protected", "required"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_counters")]


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
