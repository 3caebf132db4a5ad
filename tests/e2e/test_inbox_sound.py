"""The quiet sound of a new message: off until it is wanted, and never for what is being read."""

from playwright.sync_api import Page, expect

from core.models import User
from messaging.models import Conversation
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.screens import bubble, row, staff_page, wait_until_live
from tests.e2e.waiting import wait_for

# The page makes its notes with oscillators: two a sound.
COUNT_NOTES = """(() => {
  window.notes = 0;
  const { start } = OscillatorNode.prototype;
  OscillatorNode.prototype.start = function (...when) {
    window.notes += 1;
    return start.apply(this, when);
  };
})()"""
A_SOUND = 2


def notes(page: Page) -> int:
    count: int = page.evaluate("() => window.notes")
    return count


def switch_sound(page: Page, *, on: bool) -> None:
    page.get_by_role("button", name="Odile Perrin, votre profil").click()
    page.get_by_label("Son à l’arrivée d’un message").set_checked(on)
    page.keyboard.press("Escape")


def lose_focus(page: Page) -> None:
    """Leave for another tab. Playwright keeps the focus of a page until it is told not to."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setFocusEmulationEnabled", {"enabled": False})
    page.context.new_page().bring_to_front()
    wait_for(page, lambda: not page.evaluate("() => document.hasFocus()"))


def test_sound_is_off_until_wanted_and_never_for_ones_own_or_the_open_conversation(
    visit: Visit, odile: User, camille: User, conversation: Conversation, say: Say
) -> None:
    page = visit(odile, "/staff/messages")
    page.add_init_script(COUNT_NOTES)
    page.goto("/staff/messages")
    wait_until_live(page)
    say(camille, "Un")
    expect(row(page, conversation.subject)).to_contain_text("Un")
    assert notes(page) == 0

    switch_sound(page, on=True)
    # Once, so that one knows it.
    wait_for(page, lambda: notes(page) == A_SOUND)
    say(camille, "Deux")
    wait_for(page, lambda: notes(page) == 2 * A_SOUND)

    page.goto(f"/staff/messages/{conversation.pk}")
    wait_until_live(page)
    say(odile, "De mon téléphone")
    expect(bubble(page, "De mon téléphone")).to_be_visible()
    say(camille, "Trois")
    expect(bubble(page, "Trois")).to_be_visible()
    page.wait_for_timeout(500)
    assert notes(page) == 0

    # The conversation is open, but in a window that nobody looks at.
    lose_focus(page)
    say(camille, "Quatre")
    wait_for(page, lambda: notes(page) == A_SOUND)


def test_sound_that_was_switched_off_is_not_played_again(
    visit: Visit, odile: User, camille: User, conversation: Conversation, say: Say
) -> None:
    page = staff_page(visit, odile, conversation)
    page.add_init_script(COUNT_NOTES)
    page.goto("/staff/messages")
    wait_until_live(page)
    switch_sound(page, on=True)
    wait_for(page, lambda: notes(page) == A_SOUND)
    switch_sound(page, on=False)

    say(camille, "Un")

    expect(row(page, conversation.subject)).to_contain_text("Un")
    page.wait_for_timeout(500)
    assert notes(page) == A_SOUND
