"""People at their browsers, on the running product.

Every page is watched: an error in its console, a violation of the content security policy included,
fails the test that opened it.
"""

import os
import time
from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest
from django.conf import settings
from django.test import Client as SessionMaker
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, expect

from core.models import User
from messaging.queries.conversations import pending_messages
from notifications.models import PushSubscription
from tests.e2e.browser import system_browser
from tests.site import Site

# playwright keeps an event loop running in this thread, and Django would refuse to talk to the
# database beside one.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

# A second and a half of a processor for each window: the popups of an address bar that nobody sees
# are web pages, and the process of the next page is started beforehand.
OF_THE_WINDOW = ["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess"]
# Chromium hears the last list only: what playwright turns off stays off.
OF_PLAYWRIGHT = [
    "AimEnabled", "AvoidCorsURLLoaderRestartOnRedirect", "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose", "HttpsFirstBalancedModeAutoEnable", "HttpsUpgrades",
    "LensOverlay", "MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding",
    "PreconnectToSearch", "ThirdPartyStoragePartitioning",
]  # fmt: skip

DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}

# What is expected comes in a moment, and not so soon on a machine that is busy with other things.
expect.set_options(timeout=30_000)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers", "cut: the test cuts the network, or is refused something, on purpose"
    )


class Visit(Protocol):
    def __call__(
        self, person: User | None, path: str = "/", *, phone: bool = False, dark: bool = False
    ) -> Page: ...


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {
        **browser_type_launch_args,
        "executable_path": system_browser(),
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-features=" + ",".join(OF_PLAYWRIGHT + OF_THE_WINDOW),
        ],
    }


@pytest.fixture
def visit(
    browser: Browser, site: Site, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Page]]:
    """`visit(camille, "/client/messages")` opens the page in a browser of her own."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []
    is_cut = request.node.get_closest_marker("cut") is not None

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and not (is_cut and "Failed to load resource" in message.text):
            complaints.append(message.text)

    def open_page(
        person: User | None, path: str = "/", *, phone: bool = False, dark: bool = False
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
        )
        contexts.append(context)
        if person:
            context.add_cookies([session_of(person, site)])  # type: ignore[list-item]
        page = context.new_page()
        page.on("console", listen)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
    wait_until_counted()
    assert complaints == [], site.said_last()


@pytest.fixture
def phone(odile: User) -> PushSubscription:
    """A device of Odile's that is not this browser."""
    return PushSubscription.objects.create(
        user=odile, endpoint="https://fcm.googleapis.com/x", p256dh="x", auth="x", label="Téléphone"
    )


def wait_until_counted() -> None:
    """Let the worker finish: emptying the tables between tests would deadlock with it."""
    # One without `due_at` is left alone: all its attempts have failed.
    pending = pending_messages().exclude(due_at=None)
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline and pending.exists():
        time.sleep(0.05)


def session_of(person: User, site: Site) -> dict[str, str]:
    maker = SessionMaker()
    maker.force_login(person)
    cookie = maker.cookies[settings.SESSION_COOKIE_NAME]
    return {"name": settings.SESSION_COOKIE_NAME, "value": cookie.value, "url": site.url}
