"""Logins and refused ones are recorded, however somebody comes in. No password is."""

from io import StringIO

import pytest
from django.conf import settings as current
from django.core.management import call_command
from django.test import Client as Browser
from pytest_django import Settings

from core.audit.record import Action
from core.auth import password_reset, second_factors
from core.models import User
from tests.authenticator_app import code_of
from tests.cast import PASSWORD
from tests.core.audit.facts import facts, lines
from tests.core.auth.browsers import SESSION, log_in, visitor, with_csrf
from tests.core.auth.second_step import SECRET, with_app

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_counters")]
LOGINS = (Action.LOGGED_IN, Action.LOGIN_REFUSED, Action.LOGIN_BLOCKED, Action.LOGGED_OUT)


@pytest.fixture
def ada(db: None) -> User:
    """A superuser with a password."""
    return User.objects.create_superuser("ada@demo.test", PASSWORD, name="Ada")


class TestALogin:
    def test_is_recorded_with_the_address_and_the_way(self, camille_with_password: User) -> None:
        log_in(visitor(), "camille@demo.test")

        [login] = facts(*LOGINS)

        assert (login.action, login.actor_name) == ("login", "Camille Morel")
        assert (login.address, login.details) == ("192.0.2.1", {"by": "password"})

    def test_is_recorded_from_the_page_and_the_admin(self, ada: User) -> None:
        Browser().post("/login", {"email": ada.email, "password": PASSWORD})
        Browser().post("/admin/login/", {"username": ada.email, "password": PASSWORD})

        assert lines(*LOGINS) == [("Ada", "login", "Ada")] * 2

    def test_waits_for_the_second_factor(self, ada: User) -> None:
        with_app(ada)
        browser = Browser()
        browser.post("/login", {"email": ada.email, "password": PASSWORD})
        assert not lines(*LOGINS)

        browser.post("/login/code", {"code": "000000"})
        browser.post("/login/code", {"code": code_of(SECRET)})

        assert lines(*LOGINS) == [
            ("stranger", "login.refused", "Ada"),
            ("Ada", "login", "Ada"),
        ]
        assert [each.details for each in facts(*LOGINS)] == [
            {"because": "second_factor"},
            {"by": "second_factor"},
        ]

    def test_ends_with_a_logout(self, camille_with_password: User) -> None:
        browser = visitor()
        log_in(browser, "camille@demo.test")

        browser.delete(SESSION, headers=with_csrf(browser))

        assert lines(Action.LOGGED_OUT) == [("Camille Morel", "logout", "Camille Morel")]

    def test_behind_a_proxy_has_the_address_that_the_proxy_saw(
        self, camille_with_password: User, settings: Settings
    ) -> None:
        settings.TRUSTED_PROXIES = ["127.0.0.0/8"]
        browser = visitor("127.0.0.1")
        headers = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9", **with_csrf(browser)}

        browser.post(SESSION, {"email": "camille@demo.test", "password": "no"}, headers=headers)

        assert facts(Action.LOGIN_REFUSED)[0].address == "203.0.113.9"


class TestARefusedLogin:
    def test_names_the_person_whose_email_was_given(self, camille_with_password: User) -> None:
        assert log_in(visitor(), "Camille@demo.test", "une erreur") == 400

        [refused] = facts(*LOGINS)

        assert (refused.actor_kind, refused.object_label) == ("stranger", "Camille Morel")
        assert (refused.action, refused.address) == ("login.refused", "192.0.2.1")

    def test_of_an_unknown_email_names_the_email(self, db: None) -> None:
        log_in(visitor(), "nobody@demo.test", "une erreur")

        assert lines(*LOGINS) == [("stranger", "login.refused", "nobody@demo.test")]

    def test_holds_no_password_even_one_typed_into_the_wrong_field(
        self, camille_with_password: User
    ) -> None:
        log_in(visitor(), "camille@demo.test", "s3cret-typed")
        Browser().post("/login", {"email": "s3cret-typed", "password": "s3cret-typed"})

        for fact in facts():
            assert "s3cret-typed" not in str(vars(fact))
        assert len(facts(Action.LOGIN_REFUSED)) == 2

    def test_after_too_many_is_recorded_once(self, camille_with_password: User) -> None:
        tries = current.LOGIN_ATTEMPTS_PER_PERSON

        for _try in range(tries + 3):
            log_in(visitor(), "camille@demo.test", "une erreur")

        recorded = [fact.action for fact in facts(*LOGINS)]
        assert recorded == ["login.refused"] * tries + ["login.blocked"]


class TestWhatOpensALogin:
    def test_a_password_that_is_chosen_by_a_link(self, camille_with_password: User) -> None:
        token = password_reset.link_for(camille_with_password).rpartition("/")[2]
        browser = Browser()
        request = browser.get("/login").wsgi_request
        chosen = {"token": token, "password": "une-phrase-assez-longue"}

        password_reset.choose_password(request, camille_with_password, **chosen)

        [changed] = facts(Action.PASSWORD_CHANGED)[-1:]
        assert changed.object_label == "Camille Morel"
        assert "longue" not in str(vars(changed))
        assert "argon" not in str(vars(changed))

    def test_a_password_that_is_hashed_anew_is_the_same(self, camille_with_password: User) -> None:
        before = len(facts(Action.PASSWORD_CHANGED))
        camille_with_password.password = "md5$x$6a8f1f5ab0a1d4f4d5a0b1c1f1a1b1c1"

        camille_with_password.save(update_fields=["password"])

        assert len(facts(Action.PASSWORD_CHANGED)) == before

    def test_second_factors_that_are_added_reset_and_removed(self, odile: User) -> None:
        with second_factors.adding(odile, only_first=True):
            second_factors.add_app(odile, SECRET, code_of(SECRET))
        second_factors.new_recovery_codes(odile)
        second_factors.remove(odile, second_factors.of(odile, *second_factors.REAL))
        with_app(odile)
        call_command("reset_second_factors", odile.email, stdout=StringIO())

        assert lines(*[each for each in Action if each.value.startswith("factor")]) == [
            ("Odile Perrin", "factor.added", "Odile Perrin"),
            ("Odile Perrin", "factor.codes", "Odile Perrin"),
            ("Odile Perrin", "factor.removed", "Odile Perrin"),
            ("Odile Perrin", "factor.added", "Odile Perrin"),
            ("system", "factors.reset", "Odile Perrin"),
        ]

    def test_a_token_of_the_development_issuer(self, odile: User) -> None:
        call_command("issue_token", odile.email, stdout=StringIO())

        assert lines(Action.TOKEN_ISSUED) == [("system", "token.issued", "Odile Perrin")]
