"""Home, login, logout and error pages, and the headers of every page."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client as Browser

from core.models import User
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


def policy_of(response: HttpResponseBase) -> dict[str, set[str]]:
    """Return the directives of a page's Content-Security-Policy; all nonces become 'nonce'."""
    said = re.sub(r"'nonce-[^']+'", "'nonce'", response["Content-Security-Policy"])
    parts = [directive.split() for directive in said.split(";") if directive.strip()]
    return {name: set(values) for name, *values in parts}


class Scripts(HTMLParser):
    """Collect what the policy blocks: inline handlers and styles, scripts without a nonce."""

    def __init__(self) -> None:
        super().__init__()
        self.blocked: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_data = given.get("type") == "application/json"
        if tag == "style" or (tag == "script" and not is_data and not given.get("nonce")):
            self.blocked.append(tag)
        self.blocked += [name for name in given if name == "style" or name.startswith("on")]


def blocked_by_policy(response: HttpResponseBase) -> list[str]:
    scripts = Scripts()
    scripts.feed(getattr(response, "content").decode())  # noqa: B009
    return scripts.blocked


@pytest.fixture
def staff_page(client: Browser, odile: User) -> HttpResponseBase:
    client.force_login(odile)
    return client.get("/staff/messages")


class TestHome:
    def test_home_sends_each_side_to_its_messages(
        self, client: Browser, camille: User, odile: User
    ) -> None:
        for person, page in ((camille, "/client/messages"), (odile, "/staff/messages")):
            client.force_login(person)
            assert client.get("/").headers["Location"] == page

    def test_home_sends_a_stranger_to_the_login(self, client: Browser) -> None:
        assert client.get("/").headers["Location"] == "/login"


class TestTheLoginPage:
    @pytest.fixture(autouse=True)
    def with_password(self, camille_with_password: User) -> None: ...

    def log_in(self, client: Browser, **changes: str) -> Any:
        form = {"email": "camille@demo.test", "password": PASSWORD, **changes}
        return client.post("/login", form)

    def test_login_page_opens_a_session(self, client: Browser) -> None:
        assert self.log_in(client).headers["Location"] == "/"
        assert client.get("/api/v1/me").status_code == 200

    def test_login_page_leads_to_the_page_that_was_asked_for(self, client: Browser) -> None:
        wanted = client.get("/client/messages/new").headers["Location"]
        assert wanted == "/login?next=/client/messages/new"

        answer = self.log_in(client, next="/client/messages/new")

        assert answer.headers["Location"] == "/client/messages/new"

    @pytest.mark.parametrize(
        "elsewhere",
        ["https://evil.test/", "//evil.test", "/\\evil.test", "javascript:alert(1)", "http:///x"],
    )
    def test_login_page_never_leads_to_another_site(self, client: Browser, elsewhere: str) -> None:
        assert self.log_in(client, next=elsewhere).headers["Location"] == "/"

    def test_login_page_says_what_is_wrong_and_keeps_the_email(self, client: Browser) -> None:
        answer = self.log_in(client, password="non")

        assert answer.status_code == 400
        assert 'value="camille@demo.test"' in answer.content.decode()
        assert 'role="alert"' in answer.content.decode()

    def test_login_page_shows_typed_html_as_text(self, client: Browser) -> None:
        answer = self.log_in(client, email='"><script>alert(1)</script>', password="non")

        assert "<script>alert" not in answer.content.decode()

    def test_login_page_needs_a_csrf_token(self) -> None:
        strict = Browser(enforce_csrf_checks=True)

        assert self.log_in(strict).status_code in (400, 403)
        assert strict.get("/api/v1/me").status_code == 401


class TestLogout:
    def test_logout_ends_the_session_and_clears_the_browser_cache(
        self, client: Browser, camille: User
    ) -> None:
        client.force_login(camille)

        answer = client.post("/logout")

        assert answer.headers["Location"] == "/login"
        assert answer.headers["Clear-Site-Data"] == '"cache"'
        assert client.get("/api/v1/me").status_code == 401

    def test_logout_is_not_done_by_a_link(self, client: Browser, camille: User) -> None:
        client.force_login(camille)

        assert client.get("/logout").status_code == 405
        assert client.get("/api/v1/me").status_code == 200

    def test_logout_is_not_done_by_another_site(self, camille: User) -> None:
        strict = Browser(enforce_csrf_checks=True)
        strict.force_login(camille)

        strict.post("/logout")

        assert strict.get("/api/v1/me").status_code == 200


class TestEveryPage:
    @pytest.mark.parametrize("path", ["/login", "/nothing-here"])
    def test_page_has_its_security_headers(self, client: Browser, path: str) -> None:
        headers = client.get(path).headers

        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert "geolocation=()" in headers["Permissions-Policy"]

    def test_page_runs_only_our_scripts(self, staff_page: HttpResponseBase) -> None:
        policy = policy_of(staff_page)

        assert policy["script-src"] <= {"'self'", "'nonce'"}
        assert policy["style-src"] == {"'self'"}
        assert policy["default-src"] == policy["base-uri"] == {"'none'"}
        assert policy["frame-ancestors"] == {"'none'"}
        assert policy["form-action"] == {"'self'"}
        assert policy["require-trusted-types-for"] == {"'script'"}

    @pytest.mark.parametrize("path", ["/login", "/staff/messages", "/api/docs", "/nothing-here"])
    def test_page_holds_nothing_that_its_policy_blocks(
        self, client: Browser, odile: User, path: str
    ) -> None:
        if path != "/login":
            client.force_login(odile)

        assert blocked_by_policy(client.get(path)) == []

    def test_page_has_a_nonce_of_its_own(self, client: Browser, odile: User) -> None:
        client.force_login(odile)
        nonces = {
            re.findall(r"'nonce-([^']+)'", client.get(path)["Content-Security-Policy"])[0]
            for path in ("/staff/messages", "/staff/messages", "/staff/messages/new")
        }

        assert len(nonces) == 3

    def test_page_of_a_person_is_cached_by_nobody(self, staff_page: HttpResponseBase) -> None:
        assert "no-store" in staff_page["Cache-Control"]
        assert "private" in staff_page["Cache-Control"]

    def test_api_is_not_read_by_another_site(self, client: Browser, odile: User) -> None:
        client.force_login(odile)

        answer = client.get("/api/v1/me", headers={"Origin": "https://evil.test"})

        assert "Access-Control-Allow-Origin" not in answer.headers


class TestLanguages:
    def test_page_is_in_the_language_that_the_person_chose(
        self, client: Browser, odile: User
    ) -> None:
        client.force_login(odile)
        assert '<html lang="fr">' in client.get("/staff/messages").content.decode()

        User.objects.update(locale="en")

        page = client.get("/staff/messages", headers={"Accept-Language": "fr"})
        assert '<html lang="en">' in page.content.decode()

    @pytest.mark.parametrize(("asked", "shown"), [("en", "en"), ("fr", "fr"), ("de", "fr")])
    def test_login_page_is_in_the_language_of_the_browser(
        self, client: Browser, asked: str, shown: str
    ) -> None:
        page = client.get("/login", headers={"Accept-Language": asked})

        assert f'<html lang="{shown}">' in page.content.decode()
        assert ("Adresse" in page.content.decode()) == (shown == "fr")


class TestThePageOfAnError:
    def test_error_page_is_ours_and_in_the_language_of_the_browser(self, client: Browser) -> None:
        french = client.get("/nothing-here", headers={"Accept-Language": "fr"})
        english = client.get("/nothing-here", headers={"Accept-Language": "en"})

        assert french.status_code == english.status_code == 404
        assert "Nothing at this address" in english.content.decode()
        assert "Nothing at this address" not in french.content.decode()


class TestTheDocumentationOfTheApi:
    @pytest.mark.parametrize("path", ["/api/docs", "/api/redoc", "/api/schema"])
    def test_api_documentation_is_served(self, client: Browser, odile: User, path: str) -> None:
        client.force_login(odile)

        assert client.get(path).status_code == 200

    def test_api_documentation_runs_only_our_scripts(self, client: Browser, odile: User) -> None:
        client.force_login(odile)

        policy = policy_of(client.get("/api/docs"))

        assert policy["script-src"] <= {"'self'", "'nonce'"}
