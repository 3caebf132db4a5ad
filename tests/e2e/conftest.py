"""Browsers of people, on the running product.

An error in the console of a page fails the test that opened it. A violation of the content security
policy is such an error.
"""

import os
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Protocol

import pytest
from django.conf import settings
from django.test import Client as SessionMaker
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from core.models import User
from messaging.queries.conversations import pending_messages
from notifications.models import PushSubscription
from notifications.push import vapid
from tests.bundles import build_bundles
from tests.e2e.browser import CHROMIUM_ARGUMENTS, system_browser
from tests.e2e.firefox import Firefox
from tests.e2e.marionette import started_firefox
from tests.push_websocket import PushServer
from tests.site import Site

# playwright runs an event loop in this thread, where Django refuses queries without this variable.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# What Chromium logs of a request that fails: of a page, and of a new version of the service worker.
OF_A_CUT = ("Failed to load resource", "error occurred when fetching the script")
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

# Only a failing test waits for so long: everything is slow on a machine that is busy.
expect.set_options(timeout=30_000)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "cut: requests of this test fail on purpose, cut or refused",
    )


class Visit(Protocol):
    def __call__(
        self,
        person: User | None,
        path: str = "/",
        *,
        phone: bool = False,
        dark: bool = False,
        scripts: bool = True,
    ) -> Page: ...


@pytest.fixture(scope="session", autouse=True)
def published() -> None:
    """Let the pages load what is published, made of the sources as they are now."""
    build_bundles()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_type_launch_args,
        "executable_path": system_browser(),
        "args": CHROMIUM_ARGUMENTS,
    }


# The elements stand in the place of the server's HTML.
TAKEN_OVER = """() => document.readyState === "complete" && !document.querySelector(
  "client-inbox:not(:defined), staff-inbox:not(:defined), s-client-inbox, s-staff-inbox")"""


@pytest.fixture
def visit(
    browser: Browser, site: Site, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """Return `visit(camille, "/client/messages")`, which opens a page in a browser of her own."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    is_cut = request.node.get_closest_marker("cut") is not None

    def listen(message: ConsoleMessage) -> None:
        is_expected = is_cut and any(words in message.text for words in OF_A_CUT)
        if message.type == "error" and not is_expected:
            complaints.append(message.text)

    def open_page(
        person: User | None,
        path: str = "/",
        *,
        phone: bool = False,
        dark: bool = False,
        scripts: bool = True,
    ) -> Page:
        context = browser.new_context(
            base_url=site.url,
            locale="fr-FR",
            timezone_id="Europe/Paris",
            viewport=PHONE if phone else DESKTOP,  # type: ignore[arg-type]
            has_touch=phone,
            is_mobile=phone,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            java_script_enabled=scripts,
        )
        contexts.append(context)
        if person:
            context.add_cookies([session_of(person, site)])  # type: ignore[list-item]
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        if scripts:
            wait_for_elements(page)
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    wait_until_counted()
    assert complaints == [], site.said_last()


def wait_for_elements(page: Page) -> None:
    """Let `goto` and `reload` return once the elements stand in the place of the server's HTML.

    With `wait_until="commit"` they return at once.
    """
    for name in ("goto", "reload"):
        setattr(page, name, partial(_go_and_wait, page, getattr(page, name)))


def _go_and_wait(page: Page, go: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    answer = go(*arguments, **options)
    if options.get("wait_until") != "commit":
        page.wait_for_function(TAKEN_OVER)
    return answer


@pytest.fixture
def phone(odile: User) -> PushSubscription:
    """Create a device of Odile other than the browser of the test."""
    return PushSubscription.objects.create(
        user=odile, endpoint="https://fcm.googleapis.com/x", p256dh="x", auth="x", label="Téléphone"
    )


def wait_until_counted() -> None:
    """Wait up to 20 s for the worker: truncating the tables would deadlock with its work."""
    # The worker does not take a message without `due_at`: all its attempts have failed.
    pending = pending_messages().exclude(due_at=None)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and pending.exists():
        time.sleep(0.05)


def session_of(person: User, site: Site) -> dict[str, str]:
    maker = SessionMaker()
    maker.force_login(person)
    cookie = maker.cookies[settings.SESSION_COOKIE_NAME]
    return {"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": site.url}


@pytest.fixture(scope="session")
def running_firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    """Start Firefox and its push service, once a run."""
    folder = tmp_path_factory.mktemp("firefox")
    with PushServer().running() as push, started_firefox(folder, push) as marionette:
        yield Firefox(marionette, push)


@pytest.fixture(scope="module")
def pushing_site(running_site: Site, running_firefox: Firefox) -> Iterator[Site]:
    """Let the site push to the push service of Firefox."""
    running_site.stop()
    running_site.environment |= {
        "VAPID_PRIVATE_KEY": vapid.generate_private_key(),
        "PUSH_ALLOWED_HOSTS": running_firefox.push.origin,
    }
    yield running_site
    running_site.stop()
    for name in ("VAPID_PRIVATE_KEY", "PUSH_ALLOWED_HOSTS"):
        del running_site.environment[name]


@pytest.fixture
def firefox(running_firefox: Firefox, pushing_site: Site, site: Site) -> Iterator[Firefox]:
    """Return a Firefox that nobody has used yet."""
    running_firefox.start_anew(site)
    yield running_firefox
    # The next test empties the tables, under the streams of open pages.
    running_firefox.visit_nothing()
    wait_until_counted()
