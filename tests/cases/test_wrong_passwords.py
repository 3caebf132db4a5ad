"""Forty wrong passwords at once, at every door, on the running site."""

import http.client
import json
from collections import Counter
from collections.abc import Callable
from email.message import Message
from functools import partial
from http.cookies import SimpleCookie
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from core.models import User
from tests.at_once import at_once
from tests.cast import PASSWORD
from tests.site import Site

TOO_MANY = 429
Answer = tuple[int, Message]
Door = Callable[[Site, str, str], Answer]


def ask(
    site: Site, method: str, path: str, body: str | None = None, **headers: str
) -> tuple[Answer, SimpleCookie]:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        response.read()
        cookies = SimpleCookie(response.headers.get("Set-Cookie", ""))
        return (response.status, response.headers), cookies
    finally:
        connection.close()


def csrf(site: Site) -> str:
    _, cookies = ask(site, "GET", "/login")
    return cookies["csrftoken"].value


def by_session_api(site: Site, email: str, password: str) -> Answer:
    token = csrf(site)
    draft = json.dumps({"email": email, "password": password})
    return ask(
        site, "POST", "/api/v1/session", draft,
        **{"Content-Type": "application/json", "Cookie": f"csrftoken={token}",
           "X-CSRFToken": token},
    )[0]  # fmt: skip


def by_form(path: str, name: str, site: Site, email: str, password: str) -> Answer:
    token = csrf(site)
    form = urlencode({name: email.capitalize(), "password": password, "csrfmiddlewaretoken": token})
    headers = {
        "Content-Type": "application/x-www-form-urlencoded", "Cookie": f"csrftoken={token}",
    }  # fmt: skip
    return ask(site, "POST", path, form, **headers)[0]


by_login_page = partial(by_form, "/login", "email")
by_admin = partial(by_form, "/admin/login/", "username")
DOORS: dict[str, list[Door]] = {
    "session": [by_session_api],
    "login": [by_login_page],
    "admin": [by_admin],
    "all doors": [by_session_api, by_login_page, by_admin],
}


@pytest.fixture
def camille(camille: User) -> User:
    camille.email = f"camille-{uuid4()}@demo.test"  # the site's processes count what they tried
    camille.set_password(PASSWORD)
    camille.is_superuser = True  # so that the admin would let her in
    camille.save()
    return camille


@pytest.mark.usefixtures("no_attempts")
class TestFortyWrongPasswordsAtOnce:
    @pytest.mark.parametrize("door", DOORS)
    def test_five_at_most_are_tried_and_the_others_told_to_wait(
        self, site: Site, camille: User, door: str
    ) -> None:
        doors = DOORS[door]

        answers = at_once(
            *(
                partial(doors[number % len(doors)], site, camille.email, "non")
                for number in range(40)
            )
        )

        told = Counter(status == TOO_MANY for status, _ in answers)
        # Fewer, if a counted attempt had no answer of Valkey on a machine with much else to do.
        assert 1 <= told[False] <= 5, Counter(status for status, _ in answers)
        waits = [int(head["Retry-After"]) for status, head in answers if status == TOO_MANY]
        assert all(800 < wait <= 900 for wait in waits)
        for other in DOORS["all doors"]:
            assert other(site, camille.email, PASSWORD)[0] == TOO_MANY

    def test_success_forgives(self, site: Site, camille: User) -> None:
        for _ in range(3):
            assert [by_admin(site, camille.email, "non")[0] for _ in range(4)] == [200] * 4
            assert by_admin(site, camille.email, PASSWORD)[0] == 302

    def test_admin_says_how_long_to_wait(self, site: Site, camille: User) -> None:
        for door in (by_session_api, by_login_page, by_admin, by_admin, by_admin):
            door(site, camille.email, "non")

        status, headers = by_admin(site, camille.email, PASSWORD)

        assert status == TOO_MANY
        assert 800 < int(headers["Retry-After"]) <= 900
