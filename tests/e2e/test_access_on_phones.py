"""The client's pages for people who zoom, tremble, see little, or get sick of movement.

axe looks at colours in light and dark (test_pages.py). Here is what it does not measure.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from core.models import User
from messaging.actions.fan_out import fan_out_message
from messaging.models import Conversation
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.files import choose, jpeg, open_photo, send
from tests.e2e.screens import bubble, row, wait_until_live

# All elements, also inside of custom elements.
ALL = """const all = (root) => [...root.querySelectorAll("*")].flatMap(
  (each) => [each, ...(each.shadowRoot ? all(each.shadowRoot) : [])]);
"""

# Targets under 24 px (WCAG 2.2, 2.5.8). A link in a line of text may be as high as its line, what
# is hidden until it has the focus is no target yet, and a label is part of its field.
SMALL_TARGETS = (
    "() => {"
    + ALL
    + """
  const targets = "a[href], button, input:not([type=hidden]), select, textarea, summary";
  const isTarget = (each) => each.matches(targets) && !each.disabled
    && each.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const boxOf = (each) => (each.labels?.[0] ?? each).getBoundingClientRect();
  // An invisible pseudo-element may make a target larger than it looks.
  const grown = (each, ...sides) => {
    const after = getComputedStyle(each, "::after");
    const grows = after.position === "absolute" && after.content !== "none";
    return grows ? sides.reduce((sum, side) => sum + Math.max(0, -parseFloat(after[side])), 0) : 0;
  };
  const widthOf = (each, box) => box.width + grown(each, "left", "right");
  const heightOf = (each, box) => box.height + grown(each, "top", "bottom");
  const isHidden = ({ width, height, bottom, right }) =>
    width <= 1 || height <= 1 || bottom <= 0 || right <= 0;
  const isInText = (each) => each.localName === "a" && getComputedStyle(each).display === "inline";
  const nameOf = (each) =>
    each.ariaLabel || each.textContent.trim().slice(0, 30) || each.name || each.className;
  return all(document).filter(isTarget)
    .map((each) => [each, boxOf(each), each.getBoundingClientRect()])
    .filter(([each, box, own]) => !isHidden(box) && !isInText(each)
      && (Math.max(widthOf(each, own), box.width) < 24
        || Math.max(heightOf(each, own), box.height) < 24))
    .map(([each, box]) =>
      `${each.localName} "${nameOf(each)}" ${Math.round(box.width)}×${Math.round(box.height)}`);
}"""
)

# Elements that move for longer than a blink although movement is unwanted.
MOVING = (
    "() => {"
    + ALL
    + """
  const seconds = (text) => Math.max(...text.split(",").map(parseFloat));
  const moves = (style) =>
    (style.animationName !== "none" && seconds(style.animationDuration) > 0.01)
    || (style.transitionProperty !== "none" && seconds(style.transitionDuration) > 0.01);
  const parts = [null, "::before", "::after"];
  return all(document).filter((each) => parts.some((part) => moves(getComputedStyle(each, part))))
    .map((each) => `${each.localName}.${each.className}`);
}"""
)

# Texts that keep our colours when a person chose a few of their own (contrast themes). axe cannot
# tell: it reads the colours of before.
OWN_COLOURS = (
    "() => {"
    + ALL
    + """
  const hasText = (each) => [...each.childNodes].some(({ nodeType, data }) =>
    nodeType === Node.TEXT_NODE && data.trim());
  return all(document.body)
    .filter((each) => hasText(each) && getComputedStyle(each).forcedColorAdjust === "none")
    .map((each) => `${each.localName}.${each.className}`);
}"""
)

# What is wider than a window of 320 px, as of a laptop at 400 % zoom (WCAG 2.2, 1.4.10).
TOO_WIDE = "() => [document.documentElement, document.body].map((each) => each.scrollWidth)"


@pytest.fixture
def talk(camille: User, odile: User, say: Say) -> None:
    fan_out_message(say(camille, "Voir https://exemple.fr/" + "a" * 120 + " ou 06 12 34 56 78.").pk)
    fan_out_message(say(odile, "Je regarde.").pk)
    fan_out_message(say(camille, "Merci").pk)


def show_list(page: Page, _conversation: Conversation) -> None:
    page.goto("/client/messages")
    expect(row(page, "Carrelage")).to_be_visible()


def show_thread(page: Page, conversation: Conversation) -> None:
    page.goto(f"/client/messages/{conversation.pk}")
    expect(bubble(page, "Merci")).to_be_visible()
    wait_until_live(page)


def show_photo(page: Page, conversation: Conversation) -> None:
    show_thread(page, conversation)
    choose(page, jpeg())
    send(page)
    open_photo(page, "fissure.jpg")
    expect(page.get_by_role("dialog")).to_be_visible()


def show_files(page: Page, conversation: Conversation) -> None:
    page.goto(f"/client/messages/{conversation.pk}/files")
    expect(page.locator("attachment-library")).to_be_visible()


def show_form(page: Page, _conversation: Conversation) -> None:
    page.goto("/client/messages/new")
    page.get_by_role("button", name="Envoyer").click()
    expect(page.get_by_text("Donnez un sujet")).to_be_visible()


def show_preferences(page: Page, _conversation: Conversation) -> None:
    page.goto("/client/notifications")
    expect(page.get_by_role("heading", name="Cet appareil", exact=True)).to_be_visible()


SCREENS = {
    "list": show_list,
    "thread": show_thread,
    "photo": show_photo,
    "files": show_files,
    "form": show_form,
    "preferences": show_preferences,
}


@pytest.mark.usefixtures("talk")
@pytest.mark.parametrize("show", SCREENS.values(), ids=SCREENS)
def test_screen_fits_320_px_has_large_targets_and_stands_still(
    visit: Visit,
    camille: User,
    conversation: Conversation,
    show: Callable[[Page, Conversation], None],
) -> None:
    page = visit(camille, "/client/messages/new", phone=True)
    page.set_viewport_size({"width": 320, "height": 640})

    show(page, conversation)

    assert page.evaluate(TOO_WIDE) == [320, 320]
    assert page.evaluate(SMALL_TARGETS) == []
    assert page.evaluate(MOVING) == []
    page.emulate_media(forced_colors="active")
    assert page.evaluate(OWN_COLOURS) == []
