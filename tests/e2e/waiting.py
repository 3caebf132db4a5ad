"""Wait beside an open page for what the worker or the page does."""

import time
from collections.abc import Callable

from playwright.sync_api import Page

from messaging.models import Message
from notifications.models import Delivery
from tests.waiting import PATIENCE_SECONDS, until

CHECK_MS = 50


def wait_for(page: Page, condition: Callable[[], object]) -> None:
    """Check a condition again and again, while playwright handles the events of its pages.

    `tests.waiting.until` would sleep without handling them.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"the condition stays false, on {page.url}"
        page.wait_for_timeout(CHECK_MS)


def wait_for_deliveries(message: Message) -> None:
    until(Delivery.objects.filter(message=message).exists, "nobody is to be notified")
