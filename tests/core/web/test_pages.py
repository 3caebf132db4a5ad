"""Home, login, logout and error pages, and the headers of every page."""

import re
from base64 import b64encode
from datetime import timedelta
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import pytest
from django.http import HttpResponseBase
from django.test import Client as Browser
from pytest_django import Settings

from core import pages
from core.models import User
from core.web.errors import TooMany
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


def policy_of(response: HttpResponseBase) -> dict[str, set[str]]:
    """Return the directives of a page's Content-Security-Policy; all nonces become 'nonce'."""
    said = re.sub(r"'nonce-[^']+'", "'nonce'", response["Content-Security-Policy"])
    parts = [directive.split() for directive in said.split(";") if directive.strip()]
    return {name: set(values) for name, *values in parts}


class Scripts(HTMLParser):
    """Collect what the policy blocks: inline handlers, styles and scripts without a nonce."""

    def __init__(self) -> None:
        super().__init__()
        self.blocked: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        is_data = given.get("type") == "application/json"
        if tag in ("style", "script") and not is_data and not given.get("nonce"):
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

    def test_home_sends_a_stranger_to_the_login(self, client: Browser, marc: User) -> None:
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
        assert policy["style-src"] <= {"'self'", "'nonce'"}
        assert policy["default-src"] == policy["base-uri"] == {"'none'"}
        assert policy["frame-ancestors"] == {"'none'"}
        assert policy["form-action"] == {"'self'"}
        assert policy["require-trusted-types-for"] == {"'script'"}

    @pytest.mark.parametrize("path", ["/login", "/staff/messages", "/api/docs", "/password"])
    def test_page_holds_nothing_that_its_policy_blocks(
        self, client: Browser, odile: User, path: str
    ) -> None:
        if path not in ("/login", "/password"):
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


class TestTheProfileMenu:
    def test_language_of_the_menu_is_the_persons_from_then_on(
        self, client: Browser, camille: User
    ) -> None:
        client.force_login(camille)
        page = "http://testserver/client/notifications?x=1"

        answer = client.post("/language", {"locale": "en"}, headers={"Referer": page})

        assert answer.headers["Location"] == page
        camille.refresh_from_db()
        assert camille.locale == "en"
        assert '<html lang="en">' in client.get("/client/messages").content.decode()

    @pytest.mark.parametrize("referer", ["https://evil.test/", "//evil.test", "javascript:x", ""])
    def test_language_never_leads_to_another_site(
        self, client: Browser, camille: User, referer: str
    ) -> None:
        client.force_login(camille)

        answer = client.post("/language", {"locale": "en"}, headers={"Referer": referer})

        assert answer.headers["Location"] == "/"

    def test_language_is_changed_by_no_link_no_stranger_and_no_other_site(
        self, client: Browser, camille: User
    ) -> None:
        assert client.post("/language", {"locale": "en"}).status_code == 302
        client.force_login(camille)
        assert client.get("/language?locale=en").status_code == 405
        assert client.post("/language", {"locale": "xx"}).status_code == 302
        strict = Browser(enforce_csrf_checks=True)
        strict.force_login(camille)
        assert strict.post("/language", {"locale": "en"}).status_code == 403

        camille.refresh_from_db()
        assert camille.locale == "fr"

    def test_menu_is_named_and_holds_what_a_person_sets(
        self, staff_page: HttpResponseBase, odile: User
    ) -> None:
        page = getattr(staff_page, "content").decode()  # noqa: B009

        for text in ("Odile Perrin, votre profil", "English", "/notifications#devices",
                     "/notifications#quiet-hours", "Se déconnecter"):  # fmt: skip
            assert text in page


def style_of(response: HttpResponseBase) -> str:
    """Return the source of the style in a page, as a policy names it."""
    page = getattr(response, "content").decode()  # noqa: B009
    digest = sha256(re.findall("<style>(.*)</style>", page, re.DOTALL)[0].encode()).digest()
    return f"'sha256-{b64encode(digest).decode()}'"


class TestThePageOfAnError:
    @pytest.mark.parametrize("is_debug", [False, True], ids=["production", "make run"])
    @pytest.mark.parametrize(
        ("locale", "asked", "said"),
        [("fr", "en", "Rien à cette adresse"), ("en", "fr", "Nothing at this address"),
         ("", "en", "Nothing at this address"), ("", "fr", "Rien à cette adresse")],
    )  # fmt: skip
    def test_error_page_speaks_the_persons_language_else_the_browsers(
        self, client: Browser, camille: User, settings: Settings, is_debug: bool, locale: str,
        asked: str, said: str,
    ) -> None:  # fmt: skip
        settings.DEBUG = is_debug
        if locale:
            User.objects.update(locale=locale)
            client.force_login(camille)

        answer = client.get("/nothing-here", headers={"Accept-Language": asked})

        assert answer.status_code == 404
        assert said in answer.content.decode()
        assert "urlconf" not in answer.content.decode().lower()

    @pytest.mark.parametrize("is_debug", [False, True], ids=["production", "make run"])
    def test_fault_shows_our_page_and_not_its_traceback(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch, is_debug: bool
    ) -> None:
        settings.DEBUG = is_debug
        monkeypatch.setattr(pages, "login_form", lambda request: 1 / 0)
        client = Browser(raise_request_exception=False)

        answer = client.get("/login")

        assert answer.status_code == 500
        assert "Réessayer" in answer.content.decode()
        assert "ZeroDivisionError" not in answer.content.decode()

    def test_developer_who_asks_sees_the_traceback(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.DEBUG = settings.TRACEBACKS = True
        monkeypatch.setattr(pages, "login_form", lambda request: 1 / 0)

        answer = Browser(raise_request_exception=False).get("/login")

        assert "ZeroDivisionError" in answer.content.decode()

    def test_unknown_host_reads_our_page_in_make_run(self, settings: Settings) -> None:
        settings.DEBUG = True

        answer = Browser().get("/login", headers={"Host": "evil.test"})

        assert answer.status_code == 400
        assert "INSTALLED_APPS" not in answer.content.decode()

    def test_limit_of_a_page_says_when_to_try_again(
        self, client: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(request: object) -> None:
            raise TooMany(timedelta(minutes=2))

        monkeypatch.setattr(pages, "login_form", refuse)

        answer = client.get("/login", headers={"Accept-Language": "en"})

        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "120"
        assert "Too many" in answer.content.decode()

    def test_stale_form_says_to_reload_it(self) -> None:
        answer = Browser(enforce_csrf_checks=True).post("/login", {"email": "a@b.fr"})

        assert answer.status_code == 403
        assert "restée ouverte trop longtemps" in answer.content.decode()

    def test_address_that_takes_no_get_is_no_empty_page(self, client: Browser) -> None:
        answer = client.get("/logout")

        assert answer.status_code == 405
        assert "Retour aux messages" in answer.content.decode()

    def test_error_page_has_a_policy_of_its_own_and_loads_nothing(self, client: Browser) -> None:
        answer = client.get("/nothing-here")

        policy = policy_of(answer)
        assert policy["style-src"] == {style_of(answer)}
        assert policy["default-src"] == {"'none'"}
        assert not re.search(r'(src|<link|href="/static)', answer.content.decode())

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
