"""CASES 5, errors: whatever is wrong under `/api/`, the answer is JSON in the one shape."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client as Browser
from django.test import override_settings
from rest_framework.test import APIClient

from core.models import User
from core.serializers import MeSerializer
from tests.cases.operations import (
    OPERATIONS,
    READING,
    World,
    differing,
    error_of,
    world,
)
from tests.wire import STREAM

__all__ = ["world"]

UNKNOWN_PATHS = (
    "/api", "/api/", "/api/v1", "/api/v1/", "/api/v2/me", "/api/v1/unknown", "/api/v1/me/",
    "/api/v1/conversations/", "/api/v1/conversations/nonsense", "/api/v1/conversations/1/messages",
    "/api/v1//me", "/api/v1/me/é", "/api/v1/me/%00", "/api/v1/me/%ff%fe", "/api/v1/../v1/me",
    "/api/v1/me.json", "/api/v1/ME", "/api/" + "a" * 3000, "/api/schema/", "/api/docs/x",
    "/api/v1/attachments/0198b7a0-0000-7000-8000-000000000000/preview/x",
    "/api/v1/attachments/0198b7a0-0000-7000-8000-000000000000/preview/" + "9" * 5000,
)  # fmt: skip
WRONG_HOSTS = (
    "evil.example", "localhost:port", "a b", "", "[::1", "é.example",
    "localhost\0", "127.0.0.1, evil.example", "a" * 5000, "-", "..",
)  # fmt: skip


@pytest.fixture
def visitor(marc: User) -> Browser:
    """Marc at a browser, as the server sees it: errors are answers."""
    browser = Browser(raise_request_exception=False)
    browser.force_login(marc)
    return browser


@pytest.fixture(params=[False, True], ids=["in production", "with DEBUG"])
def debug(request: pytest.FixtureRequest) -> Iterator[None]:
    with override_settings(DEBUG=request.param):
        yield


@pytest.mark.django_db
@pytest.mark.usefixtures("debug")
class TestWhatNeverReachesAView:
    @pytest.mark.parametrize("path", UNKNOWN_PATHS, ids=lambda path: path[:40])
    def test_unknown_path_is_json(self, visitor: Browser, path: str) -> None:
        for caller in (visitor, Browser()):
            for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"):
                answer = caller.generic(method, path, headers={"Accept": "text/html"})
                assert error_of(answer)[0] == 404

    @pytest.mark.parametrize("host", WRONG_HOSTS, ids=lambda host: repr(host)[:20])
    def test_wrong_host_is_json(self, visitor: Browser, host: str) -> None:
        with override_settings(ALLOWED_HOSTS=["localhost", "127.0.0.1", "testserver"]):
            for path in ("/api/v1/me", "/api/v1/unknown", "/api/schema"):
                answer = visitor.get(path, headers={"Host": host, "Accept": "text/html"})
                assert error_of(answer)[0] == 400

    def test_fault_of_ours_is_json(self, visitor: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*args: object) -> None:
            raise RuntimeError("secret")

        monkeypatch.setattr(MeSerializer, "get_version", fail)
        answer = visitor.get("/api/v1/me", headers={"Accept-Language": "en"})

        assert error_of(answer)[0] == 500
        assert "secret" not in answer.content.decode()

    def test_fault_outside_of_a_view_is_json(
        self, visitor: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*args: object) -> None:
            raise RuntimeError("secret")

        monkeypatch.setattr("core.web.middleware.RequestLog.bind_ip", fail)
        answer = visitor.get("/api/v1/me")

        assert error_of(answer)[0] == 500
        assert "secret" not in answer.content.decode()

    def test_page_keeps_its_own_error(self, visitor: Browser) -> None:
        answer = visitor.get("/unknown", headers={"Accept": "application/json"})

        assert answer.status_code == 404
        assert answer["Content-Type"].startswith("text/html")


@pytest.mark.django_db
class TestWrongMethods:
    def test_wrong_method_is_json_and_says_which_are_allowed(self, world: World) -> None:
        allowed: dict[str, set[str]] = {}
        for operation in OPERATIONS:
            allowed.setdefault(operation.path, set()).add(operation.method)
        answers = {}
        for operation in {each.path: each for each in OPERATIONS}.values():
            for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "FOO"}:
                if method in allowed[operation.path]:
                    continue
                answer = world.caller(operation).generic(method, world.address(operation), "{}")
                names = set(answer.get("Allow", "").split(", ")) - {"HEAD", "OPTIONS"}
                answers[f"{method} {operation.path}"] = (
                    error_of(answer)[0],
                    names == allowed[operation.path],
                )

        assert differing(answers, (405, True)) == {}

    def test_head_is_a_get_without_its_body(self, world: World) -> None:
        answers = {
            str(operation): (
                world.caller(operation)
                .head(world.address(operation), operation.required_query())
                .status_code
                == world.call(operation).status_code
            )
            for operation in READING
        }

        assert differing(answers, True) == {}

    @pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "FOO"])
    def test_wrong_method_on_the_stream_is_json(self, visitor: Browser, method: str) -> None:
        answer = visitor.generic(method, STREAM)

        assert error_of(answer)[0] == 405
        assert answer["Allow"] == "GET"

    def test_unknown_parameter_of_the_stream_is_json(self, visitor: Browser) -> None:
        assert error_of(visitor.get(STREAM, {"tikcet": "x"})) == (400, "tikcet")


@pytest.mark.django_db
class TestHeaders:
    @pytest.mark.parametrize(
        "accept",
        [
            "text/html", "image/*", "application/xml", "nonsense", "a/b/c", ";;;", "application/",
            "text/html;q=1,application/xhtml+xml", "\0", "é", ",".join(["text/html"] * 100),
            "application/json;q=x, text/html", "a" * 9000,
        ],
        ids=lambda accept: repr(accept)[:30],
    )  # fmt: skip
    def test_bad_accept_header_is_json(self, world: World, accept: str) -> None:
        answers = {
            str(operation): world.call(operation, Accept=accept)
            for operation in READING
            if operation.path in ("/api/v1/me", "/api/v1/conversations", "/api/v1/staff/tasks")
        }

        for answer in answers.values():
            if answer.status_code != 200:
                assert error_of(answer)[0] == 406
            assert answer["Content-Type"] == "application/json"

    def test_file_and_export_do_not_mind_what_is_accepted(self, world: World) -> None:
        for accept in ("text/csv", "image/webp", "text/html"):
            caller = APIClient()
            caller.force_authenticate(world.marc)
            export = caller.get("/api/v1/staff/tasks/export", headers={"Accept": accept})
            assert (export.status_code, export["Content-Type"]) == (200, "text/csv; charset=utf-8")
            content = f"/api/v1/attachments/{world.file.pk}/content"
            assert error_of(caller.get(content, headers={"Accept": accept}))[0] == 409

    @pytest.mark.parametrize(
        "headers",
        [
            {"X-CSRFToken": "wrong"}, {}, {"X-CSRFToken": "\0"}, {"X-CSRFToken": "é" * 64},
            {"Origin": "https://evil.example"}, {"Referer": "nonsense"},
        ],
        ids=str,
    )  # fmt: skip
    def test_missing_csrf_token_is_json(self, marc: User, headers: dict[str, str]) -> None:
        browser = Browser(enforce_csrf_checks=True)
        browser.force_login(marc)

        for path in ("/api/v1/presence", "/api/v1/stream-tickets", "/api/v1/session"):
            answer = browser.post(path, "{}", content_type="application/json", headers=headers)
            assert error_of(answer)[0] == 403

    def test_large_form_without_csrf_token_is_json(self, marc: User) -> None:
        browser = Browser(enforce_csrf_checks=True, raise_request_exception=False)
        browser.force_login(marc)
        # Sets the cookie. The token itself is then looked for in the form.
        browser.get("/api/v1/me")
        large = b"a=" + b"b" * 2 * 1024 * 1024

        for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=é"):
            answer = browser.post("/api/v1/presence", large, content_type=kind)
            assert error_of(answer)[0] in (403, 413, 415)

    @pytest.mark.parametrize(
        "headers",
        [
            {"Accept-Language": "\0"}, {"Accept-Language": "a" * 9000}, {"Accept-Language": ";q="},
            {"X-Forwarded-For": "\0"}, {"X-Forwarded-Proto": "\0"}, {"User-Agent": "\0é"},
            {"If-None-Match": "\0"}, {"If-Modified-Since": "never"}, {"Range": "bytes=a-"},
            {"X-Request-Id": "\0" * 300}, {"Cookie": "a=\0; csrftoken=\0; django_language=\0"},
            {"Cookie": 'messages="\\000"; django_language="\\000"'}, {"Content-Length": "-1"},
            {"Content-Length": "nonsense"}, {"Origin": "null"}, {"X-HTTP-Method-Override": "PUT"},
        ],
        ids=str,
    )  # fmt: skip
    def test_odd_header_is_no_fault(self, world: World, headers: dict[str, str]) -> None:
        browser = Browser(raise_request_exception=False)
        browser.force_login(world.marc)
        for path in ("/api/v1/me", "/api/v1/conversations", "/login", "/livez"):
            answer = browser.get(path, headers=headers)
            assert answer.status_code < 500, answer.content[:300]


@pytest.mark.django_db
class TestTheLanguage:
    @pytest.mark.parametrize(
        ("language", "words"), [("fr", "Il n’y a rien"), ("en-GB", "There is nothing")]
    )
    def test_error_from_outside_of_a_view_follows_accept_language(
        self, visitor: Browser, language: str, words: str
    ) -> None:
        answer = visitor.get("/api/v1/unknown", headers={"Accept-Language": language})

        detail: Any = json.loads(answer.content)["errors"][0]["detail"]
        assert detail.replace("'", "’").startswith(words)
