"""Pages of the portal call the API by a bearer token, and pages of other origins not at all."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.test import Client as Browser
from pytest_django import Settings

from core.auth.jwt_tokens import issue_development_token
from core.models import User
from tests.site import Site

pytestmark = pytest.mark.django_db

PORTAL = "https://portal.test"
HEADERS = ("authorization", "content-type", "if-match", "if-none-match", "accept-language")


@pytest.fixture(autouse=True)
def portal(settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = [PORTAL]


def preflight(path: str, *, method: str = "GET", origin: str = PORTAL) -> Any:
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": ",".join(HEADERS),
    }
    return Browser().options(path, headers=headers)


class TestPreflight:
    @pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
    def test_portal_may_ask_with_what_the_elements_send(self, method: str) -> None:
        answer = preflight("/api/v1/conversations", method=method)

        assert answer["Access-Control-Allow-Origin"] == PORTAL
        assert method in answer["Access-Control-Allow-Methods"]
        allowed = answer["Access-Control-Allow-Headers"].split(", ")
        assert {*HEADERS, "x-person"} <= set(allowed)
        assert answer["Access-Control-Max-Age"] == "86400"

    def test_csrf_token_of_another_origin_is_not_among_them(self) -> None:
        allowed = preflight("/api/v1/me")["Access-Control-Allow-Headers"]

        assert "csrf" not in allowed.lower()

    @pytest.mark.parametrize("path", ["/", "/login", "/client/messages", "/api/schema", "/livez"])
    def test_portal_reads_nothing_but_the_api(self, path: str) -> None:
        assert "Access-Control-Allow-Origin" not in preflight(path).headers

    @pytest.mark.parametrize(
        "origin",
        ["https://evil.test", "null", "https://portal.test.evil.test", "http://portal.test"],
    )
    def test_other_origin_is_not_answered(self, origin: str) -> None:
        assert "Access-Control-Allow-Origin" not in preflight("/api/v1/me", origin=origin).headers


class TestRequest:
    def test_bearer_of_the_portal_is_answered(self, client: Browser, camille: User) -> None:
        bearer = f"Bearer {issue_development_token(camille)}"

        answer = client.get("/api/v1/me", headers={"Origin": PORTAL, "Authorization": bearer})

        assert (answer.status_code, answer.json()["id"]) == (200, str(camille.pk))
        assert answer["Access-Control-Allow-Origin"] == PORTAL
        assert "Access-Control-Allow-Credentials" not in answer.headers
        exposed = set(answer["Access-Control-Expose-Headers"].split(", "))
        assert exposed >= {"ETag", "RateLimit", "Retry-After", "Sunset"}
        assert "origin" in answer["Vary"]

    def test_refusal_is_readable_for_the_portal(self, client: Browser) -> None:
        answer = client.get("/api/v1/me", headers={"Origin": PORTAL, "Authorization": "Bearer x"})

        assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (401, PORTAL)

    def test_session_does_not_count_on_a_page_of_the_portal(
        self, client: Browser, camille: User
    ) -> None:
        client.force_login(camille)

        assert client.get("/api/v1/me", headers={"Origin": PORTAL}).status_code == 401
        assert client.get("/api/v1/me").status_code == 200

    def test_session_counts_on_our_pages_although_their_origin_is_listed(
        self, client: Browser, camille: User, settings: Settings
    ) -> None:
        settings.CORS_ALLOWED_ORIGINS = ["http://testserver"]
        client.force_login(camille)

        assert client.get("/api/v1/me", headers={"Origin": "http://testserver"}).status_code == 200


class TestStream:
    @pytest.fixture
    def portal_site(self, site: Site) -> Iterator[Site]:
        """Run a site that lets the portal in."""
        site.stop_web()
        site.environment["CORS_ALLOWED_ORIGINS"] = PORTAL
        site.start_web()
        yield site
        del site.environment["CORS_ALLOWED_ORIGINS"]
        site.stop_web()

    def test_stream_of_the_portal_takes_a_bearer_and_no_session(
        self, portal_site: Site, client: Browser, camille: User
    ) -> None:
        client.force_login(camille)
        session = (
            f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"
        )

        with opened(
            portal_site, {"Authorization": f"Bearer {issue_development_token(camille)}"}
        ) as answer:
            assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (200, PORTAL)
            assert answer.readline().startswith(b"retry:")
        with opened(portal_site, {"Cookie": session}) as answer:
            assert (answer.status, answer.headers["Access-Control-Allow-Origin"]) == (401, PORTAL)


@contextmanager
def opened(site: Site, headers: dict[str, str]) -> Iterator[http.client.HTTPResponse]:
    asking = http.client.HTTPConnection("127.0.0.1", site.port, timeout=10)
    try:
        asking.request("GET", "/api/v1/stream", headers={"Origin": PORTAL, **headers})
        yield asking.getresponse()
    finally:
        asking.close()
