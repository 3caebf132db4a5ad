"""Waiting, beside an open page, for what the worker makes of a message."""

import time
from typing import Any

from playwright.sync_api import Page

from messaging.models import Message
from notifications.models import Delivery


def wait_for(page: Page, condition: Any) -> None:
    for _ in range(400):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError("it never happened")


def wait_for_deliveries(message: Message) -> None:
    deadline = time.monotonic() + 20
    while not Delivery.objects.filter(message=message).exists():
        assert time.monotonic() < deadline, "nobody is to be told"
        time.sleep(0.05)
