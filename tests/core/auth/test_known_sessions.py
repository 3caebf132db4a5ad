"""A session that a process knows is read with its person, and opens no more than before."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from core.auth import sessions
from core.models import User
from tests.core.auth.browsers import ME

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_whose", {})


@pytest.fixture
def known(camille: User) -> APIClient:
    """A browser whose session this process knows."""
    browser = APIClient()
    browser.force_login(camille)
    assert browser.get(ME).status_code == 200
    return browser


def key_of(known: APIClient) -> str:
    return str(known.cookies["sessionid"].value)


def about_who_asks(known: APIClient) -> list[str]:
    """Return the statements of one request that read the session or its person."""
    with CaptureQueriesContext(connection) as asked:
        known.get("/api/v1/unread")
    statements = [query["sql"] for query in asked.captured_queries]
    return [sql for sql in statements if "django_session" in sql or "core_user" in sql]


def test_session_and_person_are_one_query_from_the_second_request_on(known: APIClient) -> None:
    assert len(about_who_asks(known)) == 1


def test_row_of_the_session_decides_whose_it_is(
    camille: User, known: APIClient, odile: User
) -> None:
    # Even if the digest in the session fits both.
    User.objects.filter(pk=odile.pk).update(password=camille.password)
    sessions._whose[key_of(known)] = str(odile.pk)

    assert known.get(ME).json()["name"] == "Camille Morel"
    assert len(about_who_asks(known)) == 1


def deactivated(camille: User, known: APIClient) -> None:
    User.objects.filter(pk=camille.pk).update(is_active=False)


def with_another_password(camille: User, known: APIClient) -> None:
    camille.set_unusable_password()
    camille.save()


def logged_out(camille: User, known: APIClient) -> None:
    Session.objects.filter(session_key=key_of(known)).delete()


def expired(camille: User, known: APIClient) -> None:
    past = timezone.now() - timedelta(seconds=1)
    Session.objects.filter(session_key=key_of(known)).update(expire_date=past)


def altered(camille: User, known: APIClient) -> None:
    Session.objects.filter(session_key=key_of(known)).update(session_data="e30:1:x")


@pytest.mark.parametrize(
    "end", [deactivated, with_another_password, logged_out, expired, altered],
    ids=lambda end: end.__name__,
)  # fmt: skip
def test_known_session_ends_at_once(
    camille: User, known: APIClient, end: Callable[[User, APIClient], None]
) -> None:
    assert known.get("/client/messages").status_code == 200

    end(camille, known)

    page = known.get("/client/messages")
    assert (page.status_code, page.headers["Location"]) == (302, "/login?next=/client/messages")
    assert known.get(ME).status_code == 401


def test_name_is_as_it_is_now(camille: User, known: APIClient) -> None:
    User.objects.filter(pk=camille.pk).update(name="Camille Haddad")

    assert known.get(ME).json()["name"] == "Camille Haddad"


def test_session_of_an_earlier_signing_key_goes_on(camille: User, settings: Any) -> None:
    browser, former = APIClient(), settings.SECRET_KEY
    browser.force_login(camille)
    browser.get(ME)

    with override_settings(SECRET_KEY="k" * 60, SECRET_KEY_FALLBACKS=[former]):
        assert browser.get(ME).status_code == 200


def test_memory_is_bounded(known: APIClient, odile: User, monkeypatch: Any) -> None:
    monkeypatch.setattr(sessions, "REMEMBERED", 1)
    other = APIClient()
    other.force_login(odile)
    other.get(ME)

    assert list(sessions._whose) == [key_of(other)]
