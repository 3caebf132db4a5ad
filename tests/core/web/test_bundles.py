"""Pages load what `make bundles` published, else the modules of the sources."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client, override_settings
from structlog.testing import capture_logs

from core.models import User
from core.web import bundles
from messaging.models import Conversation
from tests.bundles import build_bundles

FORM, LIBRARY = "conversation-form", "attachment-library"
YEAR = "max-age=31536000, public, immutable"


@pytest.fixture(scope="module", autouse=True)
def published() -> None:
    build_bundles()


@pytest.fixture(autouse=True)
def read_anew() -> Iterator[None]:
    forget()
    yield
    forget()


def forget() -> None:
    bundles._manifest_of.cache_clear()
    bundles._manifest_at_start.cache_clear()


def page_of(client: Client, person: User, path: str = "/client/messages") -> str:
    client.force_login(person)
    return client.get(path).content.decode()


def after_paint_in(page: str) -> list[str]:
    """Return what an inbox loads after its first paint, in order."""
    found: list[str] = re.findall(r'<script nonce="[^"]+" data-modules="([^"]+)">', page)
    (modules,) = found
    return modules.split()


def bundles_text(addresses: list[str]) -> str:
    """Return the published scripts at these addresses, one after the other."""
    folder = settings.BUNDLES_MANIFEST.parent
    return "".join((folder / address.rpartition("/")[2]).read_text() for address in addresses)


def scripts_in(page: str) -> list[str]:
    return re.findall(r'<script type="module" src="([^"]+)" nonce="[^"]+"></script>', page)


def preloads_in(page: str) -> list[str]:
    return re.findall(r'<link rel="modulepreload" href="([^"]+)" nonce="[^"]+">', page)


@pytest.mark.django_db
class TestPublished:
    def test_page_runs_one_script_of_its_language_and_no_import_map(
        self, client: Client, camille: User
    ) -> None:
        found = {}
        for locale in ("fr", "en"):
            camille.locale = locale
            camille.save()
            page = page_of(client, camille)
            assert "importmap" not in page
            entry = bundles.entry("client-messages", locale)
            assert entry
            assert after_paint_in(page) == list(entry.in_order)
            assert entry.in_order[-1] == entry.script
            assert (scripts_in(page), preloads_in(page)) == ([], [])
            found[locale] = entry.script

        assert found["fr"] != found["en"]

    def test_page_begins_with_the_script_that_has_what_it_shows(
        self, client: Client, camille: User, conversation: Conversation
    ) -> None:
        first = {
            path: bundles_text(after_paint_in(page_of(client, camille, f"/client/messages{path}")))
            for path in ("", f"/{conversation.pk}", "/new", f"/{conversation.pk}/files")
        }

        defined = {
            path: tuple(f'define("{tag}"' in text for tag in (FORM, LIBRARY, "message-bubble"))
            for path, text in first.items()
        }
        assert list(defined.values()) == [
            (False, False, True), (False, False, True), (True, False, True), (False, True, True),
        ]  # fmt: skip

    def test_page_without_words_of_its_own_loads_its_script_at_once(
        self, client: Client, odile: User
    ) -> None:
        page = page_of(client, odile, "/staff/tasks")
        entry = bundles.entry("tasks", "fr")

        assert entry
        assert (scripts_in(page), preloads_in(page)) == ([entry.script], list(entry.preloads))

    @pytest.mark.parametrize(
        ("path", "name"),
        [
            ("/staff/notifications", "notifications"),
            ("/staff/emails", "emails"),
            ("/staff/tasks", "tasks"),
        ],
    )
    def test_each_page_has_a_script_of_its_own(
        self, client: Client, odile: User, path: str, name: str
    ) -> None:
        (script,) = scripts_in(page_of(client, odile, path))

        assert re.fullmatch(rf"/static/bundles/{name}-[A-Z0-9]{{8}}\.js", script)

    def test_all_that_a_page_loads_is_there_compressed_and_kept_for_good(
        self, client: Client
    ) -> None:
        pages = ("client-messages", "staff-messages", "notifications")
        addresses = bundles.published_files(pages, "fr")

        assert len(addresses) == len(set(addresses)) > 10
        for address in addresses:
            answer = client.get(address, headers={"Accept-Encoding": "gzip, br"})
            assert answer.status_code == 200, address
            if address.startswith("/static/bundles/"):
                assert (answer["Cache-Control"], answer["Content-Encoding"]) == (YEAR, "br")

    def test_hash_of_another_version_is_a_404_that_is_not_kept(self, client: Client) -> None:
        answer = client.get("/static/bundles/client-messages-AAAAAAAA.js")

        assert (answer.status_code, answer["Cache-Control"]) == (404, "no-cache")

    def test_styles_are_one_sheet(self, client: Client) -> None:
        sheets = re.findall(
            r'rel="stylesheet" href="([^"]+)"', client.get("/login").content.decode()
        )

        assert sheets == list(bundles.styles())
        assert len(sheets) == 1

    def test_language_without_texts_gets_those_of_the_site(self) -> None:
        assert bundles.entry("tasks", "de") == bundles.entry("tasks", "fr")

    def test_readyz_is_content(self, client: Client) -> None:
        assert client.get("/readyz").json()["browser files"] == "ok"


@pytest.mark.django_db
class TestModules:
    @pytest.fixture(params=["not built", "cut", "asked for"])
    def why(self, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
        manifest = tmp_path / "manifest.json"
        if request.param == "cut":
            manifest.write_text('{"langu')
        asked: dict[str, Any] = {"JS_MODULES": True}
        absent: dict[str, Any] = {"BUNDLES_MANIFEST": manifest}
        changes = asked if request.param == "asked for" else absent
        with override_settings(**changes):
            yield request.param

    def test_page_loads_the_modules_of_the_sources_and_says_why(
        self, client: Client, camille: User, why: str
    ) -> None:
        with capture_logs() as lines:
            page = page_of(client, camille)
            page_of(client, camille)

        assert "importmap" in page
        assert scripts_in(page) == [
            "/static/notifications/start.js",
            "/static/messaging/pages/client-messages.js",
            "/static/notifications/rest.js",
            "/static/messaging/pages/inbox-rest.js",
            "/static/messaging/components/conversation-form.js",
            "/static/attachments/components/attachment-library.js",
        ]
        said = [line["event"] for line in lines if line["event"] == "browser_files_not_built"]
        assert len(said) == (0 if why == "asked for" else 1)
        told = client.get("/readyz").json()["browser files"]
        assert told == ("modules, as JS_MODULES asks" if why == "asked for" else bundles.NOT_BUILT)
        assert "make bundles" in bundles.NOT_BUILT

    def test_files_to_keep_are_the_modules(self, client: Client, why: str) -> None:
        addresses = bundles.published_files(("client-messages",), "fr")

        assert "/static/messaging/pages/client-messages.js" in addresses
        assert len(addresses) > 80
        assert {client.get(address).status_code for address in addresses[:8]} == {200}
