"""The page on which a person sets second factors up."""

import re
import time

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.management import call_command
from django.test import Client
from pytest_django import Settings

from core.auth import second_factors
from core.models import PasswordReset, User
from notifications import actions
from tests.authenticator_app import code_of
from tests.core.auth.second_step import (
    HOME,
    SECRET,
    Browser,
    Mails,
    camille,
    client,
    codes_in,
    fill_in,
    is_in,
    odile,
    post,
    protected,
    secret_in,
    text_of,
    with_app,
)

__all__ = ["camille", "client", "odile", "protected"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_counters")]


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
