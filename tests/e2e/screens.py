"""What a person does and sees on the message pages, in their words."""

from playwright.sync_api import Locator, Page, expect

from core.models import User
from messaging.models import Conversation
from tests.e2e.conftest import Visit


def client_page(
    visit: Visit, person: User, conversation: Conversation, *, phone: bool = False
) -> Page:
    page = visit(person, f"/client/messages/{conversation.pk}", phone=phone)
    wait_until_live(page)
    return page


def staff_page(
    visit: Visit, person: User, conversation: Conversation, *, phone: bool = False
) -> Page:
    page = visit(person, f"/staff/messages/{conversation.pk}", phone=phone)
    wait_until_live(page)
    return page


def write(page: Page, text: str) -> None:
    page.get_by_role("textbox", name="Écrire un message…").or_(
        page.get_by_role("textbox", name="Répondre au client…")
    ).fill(text)
    page.get_by_role("button", name="Envoyer").click()


def pick(page: Page, label: str, typed: str) -> None:
    """Choose what a list with a search finds first."""
    field = page.get_by_role("combobox", name=label)
    field.fill(typed)
    expect(page.get_by_role("option").first).to_be_visible()
    field.press("Enter")


def bubble(page: Page, text: str) -> Locator:
    return page.locator("message-bubble").filter(has_text=text)


def row(page: Page, subject: str) -> Locator:
    return page.locator("conversation-list li").filter(has_text=subject)


def wait_until_live(page: Page) -> None:
    """Wait until the page reads its stream. Earlier events would come by catching up."""
    expect(page.locator("connection-banner:not([disconnected])")).to_be_attached()


def wait_for_a_frame(page: Page) -> None:
    page.evaluate("() => new Promise(requestAnimationFrame)")
