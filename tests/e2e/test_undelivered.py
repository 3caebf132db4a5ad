"""A message that could not be delivered: its author reads it, and nothing moves for it."""

from typing import Any

import pytest
from django.db import transaction
from playwright.sync_api import Locator, Page, expect

from core.models import User
from messaging.models import Conversation, Message
from notifications import queries
from notifications.delivery import events
from notifications.models import Delivery
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.screens import bubble, row, wait_for_a_frame, wait_until_live
from tests.e2e.waiting import wait_for_deliveries

# The icon of the tab does not come with the first page.
pytestmark = pytest.mark.cut

# Chromium's own measure (Layout Instability API). The rest of the page moves by less than this.
MOST_SHIFT = 0.001
SHIFTS = """new PerformanceObserver((list) => {
  window.shifts = [...(window.shifts ?? []), ...list.getEntries().map(({ value }) => value)];
}).observe({ type: "layout-shift", buffered: true });"""
# Where each message and its time stand.
PLACES = """(bubbles) => bubbles.map(({ shadowRoot }) =>
  [".bubble", "time"].map((part) => {
    const box = shadowRoot.querySelector(part)?.getBoundingClientRect();
    return box && [box.x, box.y, box.width, box.height].map(Math.round);
  }))"""


def refuse(messages: list[Message], person: User, error: str = "550 No such mailbox") -> None:
    """Let every delivery to a person fail."""
    for message in messages:
        wait_for_deliveries(message)
    refused = Delivery.objects.filter(message__in=messages, recipient=person)
    with transaction.atomic():
        # Locked in the order in which a worker locks them, since it may send them now.
        queries.locked(refused).update(status="failed", due_at=None, last_error=error)


def alarms(page: Page) -> Locator:
    return page.get_by_role("button", name="Non remis : Camille Morel")


def places(page: Page) -> list[Any]:
    found: list[Any] = page.locator("message-bubble").evaluate_all(PLACES)
    return found


@pytest.fixture
def talk(odile: User, camille: User, say: Say) -> list[Message]:
    """Return what Odile wrote: alone, in a group, and at the end."""
    first = say(odile, "Bonjour, le carreau est fendu.")
    say(camille, "Lequel ?")
    return [first, *[say(odile, text) for text in ("Celui de l’entrée.", "Et le joint.", "Voilà.")]]


def test_nothing_moves_when_a_page_tells_what_was_not_delivered(
    visit: Visit, camille: User, odile: User, conversation: Conversation, talk: list[Message]
) -> None:
    refuse(talk, camille)
    page = visit(odile, "/livez", phone=True)
    page.add_init_script(SHIFTS)

    page.goto(f"/staff/messages/{conversation.pk}")
    expect(alarms(page)).to_have_count(4)
    wait_until_live(page)
    wait_for_a_frame(page)

    assert sum(page.evaluate("() => window.shifts ?? []")) < MOST_SHIFT


def test_nothing_moves_when_a_message_turns_out_not_delivered(
    visit: Visit, camille: User, odile: User, conversation: Conversation, talk: list[Message]
) -> None:
    page = visit(odile, "/staff/messages", phone=True)
    row(page, conversation.subject).click()
    expect(bubble(page, "Voilà.").get_by_role("button", name="Envoyé")).to_be_visible()
    wait_until_live(page)
    before = places(page)

    refuse(talk, camille)
    events.publish_deliveries(talk)
    expect(alarms(page)).to_have_count(4)
    wait_for_a_frame(page)

    assert places(page) == before
