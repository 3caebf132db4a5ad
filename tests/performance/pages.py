"""The pages that are measured, and when each counts as visible and as interactive."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import APIRequestContext, Browser, BrowserContext

from tests.performance.site_files import send_files

PROBE = (Path(__file__).parent / "probe.js").read_text()
CSRF = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
EMAIL = "camille@demo.test"
PASSWORD = "chantier-demo"
PHONE = {"width": 390, "height": 844}
# Of a text: a link or a telephone number further on is a node of its own.
WORDS_LENGTH = 16
# Only a machine with much else to do needs so long.
LIMIT_MS = 120_000


@dataclass(frozen=True)
class MeasuredPage:
    """A page is visible once `text` (or an element `shown`) is on the screen.

    It is interactive once its `elements` have rendered and one `control` can be used.
    """

    name: str
    path: str
    elements: tuple[str, ...]
    control: str
    text: str = ""
    shown: str = ""

    @property
    def probe(self) -> str:
        wanted = {
            "text": self.text,
            "shown": self.shown,
            "elements": self.elements,
            "control": self.control,
        }
        return PROBE.replace("/* wanted */ null", json.dumps(wanted))


def log_in(context: BrowserContext, email: str = EMAIL) -> None:
    """Open a session by requests alone: no page fills the cache."""
    form = context.request.get("/login").text()
    found = CSRF.search(form)
    assert found, "the login page has no form"
    fields = {"csrfmiddlewaretoken": found[1], "email": email, "password": PASSWORD}
    answer = context.request.post("/login", form=fields)
    assert "/login" not in answer.url, f"{email} cannot log in: is the demo data there?"


def new_phone(browser: Browser, url: str) -> BrowserContext:
    """Return a phone of Camille: logged in, nothing cached."""
    context = browser.new_context(
        base_url=url,
        locale="fr-FR",
        timezone_id="Europe/Paris",
        viewport=PHONE,  # type: ignore[arg-type]
        device_scale_factor=2,
        has_touch=True,
        is_mobile=True,
    )
    context.set_default_timeout(LIMIT_MS)
    log_in(context)
    return context


def measured_pages(browser: Browser, url: str) -> list[MeasuredPage]:
    """Return the list, a thread with photos and documents, the form of a new one, the library."""
    context = new_phone(browser, url)
    try:
        listed = _results(context.request, "/api/v1/conversations")
        thread = listed[0]
        if not _has_files(context.request, thread["id"]):
            send_files(context.request, thread["id"])
        words = next(_words(context.request, thread["id"]))
    finally:
        context.close()
    path = f"/client/messages/{thread['id']}"
    bubbles = ("client-inbox", "message-bubble", "message-composer")
    return [
        MeasuredPage(
            "list", "/client/messages", ("client-inbox", "conversation-list"), "a[href]",
            text=listed[0]["subject"],
        ),
        MeasuredPage("thread", path, bubbles, "textarea", text=words),
        MeasuredPage(
            "new", "/client/messages/new", ("client-inbox", "conversation-form"), "input, textarea",
            shown="input, textarea",
        ),
        MeasuredPage(
            "library", f"{path}/files", ("client-inbox", "attachment-library"), "button",
            shown="attachment-tile, s-attachment-tile",
        ),
    ]  # fmt: skip


def _results(request: APIRequestContext, path: str) -> list[dict[str, Any]]:
    answer = request.get(path).json()
    return list(answer["results"] if "results" in answer else answer["messages"])


def _has_files(request: APIRequestContext, conversation: str) -> bool:
    return bool(_results(request, f"/api/v1/conversations/{conversation}/attachments"))


def _words(request: APIRequestContext, conversation: str) -> Iterator[str]:
    """Yield the first words of each message, the newest first."""
    for message in reversed(_results(request, f"/api/v1/conversations/{conversation}/messages")):
        first = message["body"].split("\n")[0][:WORDS_LENGTH].strip()
        if len(first) > WORDS_LENGTH / 2:
            yield first
