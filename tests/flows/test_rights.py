"""An open stream ends within five seconds once its person may no longer listen.

The site checks its streams every minute, as in production: what is quicker came by an event.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client as Browser

from core.auth import issuers, jwt_tokens
from core.models import Client, User
from tests.admin_forms import NO_WORKING_HOURS
from tests.site import Site
from tests.wire import STREAM, Caller, OpenStream, ask_for_stream, stream_of

WITHIN_SECONDS = 5


def saved(odile: User, morel: Client) -> None:
    odile.is_active = False
    odile.save()


def saved_alone(odile: User, morel: Client) -> None:
    odile.is_active = False
    odile.save(update_fields=["is_active"])


def updated(odile: User, morel: Client) -> None:
    User.objects.filter(email=odile.email).update(is_active=False)


def updated_with_others(odile: User, morel: Client) -> None:
    odile.is_active = False
    User.objects.bulk_update([odile], ["is_active"])


def deleted(odile: User, morel: Client) -> None:
    User.objects.filter(pk=odile.pk).delete()


def moved_to_a_client(odile: User, morel: Client) -> None:
    odile.role, odile.client = User.Role.CLIENT, morel
    odile.save()


def deactivated_in_the_admin(odile: User, morel: Client) -> None:
    admin = Browser()
    admin.force_login(User.objects.create_superuser("ada@exemple.fr", "chantier-demo", name="Ada"))
    form = {
        "email": odile.email, "name": odile.name, "locale": "fr", "role": "staff", "client": "",
        **NO_WORKING_HOURS,
    }  # fmt: skip
    answer = admin.post(f"/admin/core/user/{odile.pk}/change/", form)
    assert answer.status_code == 302, answer.content


class TestARightThatEnds:
    @pytest.mark.parametrize(
        "end",
        [
            saved,
            saved_alone,
            updated,
            updated_with_others,
            deleted,
            moved_to_a_client,
            deactivated_in_the_admin,
        ],
        ids=lambda end: end.__name__,
    )
    def test_stream_ends_with_the_right_of_its_person(
        self,
        site: Site,
        odile: User,
        marc: User,
        morel: Client,
        end: Callable[[User, Client], None],
    ) -> None:
        with stream_of(site, odile) as screen, stream_of(site, marc) as another:
            end(odile, morel)

            assert screen.ended.wait(WITHIN_SECONDS)
            assert not another.ended.is_set()

    def test_stream_goes_on_when_something_else_of_the_person_changes(
        self, site: Site, odile: User, marc: User
    ) -> None:
        with stream_of(site, odile) as screen, stream_of(site, marc) as another:
            odile.name = "Odile Perrin-Roux"
            odile.save()
            marc.is_active = False
            marc.save()

            assert another.ended.wait(WITHIN_SECONDS)
            assert not screen.ended.is_set()


def at_a_browser(site: Site, person: User) -> tuple[Browser, OpenStream]:
    """A browser that is logged in, and its stream."""
    browser = Browser()
    browser.force_login(person)
    cookie = browser.cookies[settings.SESSION_COOKIE_NAME].value
    screen = ask_for_stream(site, Cookie=f"{settings.SESSION_COOKIE_NAME}={cookie}")
    assert screen.status == 200
    return browser, screen


class TestASessionThatEnds:
    def test_stream_ends_with_its_session_and_no_other(self, site: Site, camille: User) -> None:
        leaving, left = at_a_browser(site, camille)
        _, staying = at_a_browser(site, camille)

        leaving.post("/logout")

        assert left.ended.wait(WITHIN_SECONDS)
        assert not staying.ended.is_set()

        Session.objects.all().delete()
        assert staying.ended.wait(WITHIN_SECONDS)

    def test_stream_of_a_session_ends_when_the_password_changes(
        self, site: Site, camille: User
    ) -> None:
        _, screen = at_a_browser(site, camille)
        with stream_of(site, camille) as of_a_token:
            camille.set_password("un autre mot de passe")
            camille.save(update_fields=["password"])

            assert screen.ended.wait(WITHIN_SECONDS)
            # A token is the portal's: it says nothing of our password.
            assert not of_a_token.ended.is_set()


class TestATokenThatExpires:
    @pytest.mark.parametrize("by_ticket", [False, True])
    def test_stream_ends_when_its_token_expires(
        self, site: Site, camille: User, by_ticket: bool
    ) -> None:
        token = token_for_a_moment(camille)
        if by_ticket:
            caller = Caller(site, camille)
            caller.token = token
            ticket = caller.post("/stream-tickets")["ticket"]
            screen = ask_for_stream(site, f"{STREAM}?ticket={ticket}")
        else:
            screen = ask_for_stream(site, Authorization=f"Bearer {token}")
        assert screen.status == 200
        with stream_of(site, camille) as of_another_token:
            assert screen.ended.wait(WITHIN_SECONDS)
            assert not of_another_token.ended.is_set()


def token_for_a_moment(person: User) -> str:
    """A token that is accepted for two more seconds: it expired, and clocks may differ a little."""
    now = datetime.now(UTC)
    claims = {
        "iss": jwt_tokens.DEVELOPMENT_ISSUER,
        "aud": settings.JWT_AUDIENCE,
        "sub": str(person.pk),
        "iat": now - timedelta(minutes=5),
        "exp": now - issuers.LEEWAY + timedelta(seconds=2),
    }
    key = jwt_tokens._development_key()
    return jwt.encode(claims, key, algorithm=jwt_tokens.DEVELOPMENT_ALGORITHM)
