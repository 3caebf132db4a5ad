"""What is photographed: who opens which page, and what they do there first."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from uuid import uuid4

from playwright.sync_api import Page

ACT_MS = 4000


@dataclass(frozen=True)
class Subject:
    """A page, or None to do nothing there. `{thread}` is a conversation of Camille, `{id}` its id.

    What is written for a picture goes into `{other}`.
    """

    name: str
    person: str | None
    path: str
    act: Callable[[Page], None] | None = None
    status: int = 200


def click(words: str) -> Callable[[Page], None]:
    """Click the first visible button or link whose name matches."""

    def act(page: Page) -> None:
        pattern = re.compile(words)
        buttons = page.get_by_role("button", name=pattern).or_(
            page.get_by_role("link", name=pattern)
        )
        buttons.locator("visible=true").first.click(timeout=ACT_MS)

    return act


def open_actions(page: Page) -> None:
    """Open the menu of the last message."""
    page.locator("message-bubble .opener").last.click(timeout=ACT_MS)


def ask_to_delete(page: Page) -> None:
    """Write a message, which can be deleted for some minutes, and ask to delete it."""
    page.get_by_role("textbox").locator("visible=true").first.fill("À demain.", timeout=ACT_MS)
    click("^(Envoyer|Send)$")(page)
    page.locator("message-bubble[changeable]").last.wait_for()
    open_actions(page)
    page.get_by_role("menuitem", name=re.compile("Supprimer|Delete")).click(timeout=ACT_MS)


def open_menu(page: Page) -> None:
    page.locator("thread-menu .toggle").click(timeout=ACT_MS)


def open_profile(page: Page) -> None:
    page.locator(".profile-button").click(timeout=ACT_MS)


def offer_install(page: Page) -> None:
    """Open the page as on a second visit, in a browser that can install it."""
    page.evaluate("localStorage.setItem('liaison:app-visits', '2')")
    offer = "dispatchEvent(new Event('beforeinstallprompt'))"
    page.add_init_script(f"addEventListener('DOMContentLoaded', () => {offer})")
    page.reload()
    page.locator("app-notice").wait_for()


def search(page: Page) -> None:
    page.get_by_role("searchbox").locator("visible=true").first.fill("carrelage", timeout=ACT_MS)


def search_in_thread(page: Page) -> None:
    direct = page.locator("thread-menu .direct")
    if not direct.is_visible():
        open_menu(page)
        direct = page.locator("thread-menu .find")
    direct.click(timeout=ACT_MS)
    page.locator("thread-search input").fill("merci", timeout=ACT_MS)


def send_nothing(page: Page) -> None:
    click("^(Envoyer|Send)$")(page)


def first_row(page: Page) -> None:
    page.locator("task-table a, task-list a, tr a").locator("visible=true").first.click(
        timeout=ACT_MS
    )


def go_offline(page: Page) -> None:
    """Open the page again without network, once its service worker has it."""
    page.evaluate("async () => { await navigator.serviceWorker?.ready; }")
    page.reload()
    page.context.set_offline(True)
    page.reload()


def lose_network(page: Page) -> None:
    page.context.set_offline(True)
    box = page.get_by_role("textbox").locator("visible=true").first
    box.fill("Je suis dans la cave : pas de réseau.", timeout=ACT_MS)
    click("^(Envoyer|Send)$")(page)


def wrong_password(page: Page, email: str = "camille@demo.test") -> None:
    page.locator("input[type=email], input[name=email]").fill(email)
    page.locator("input[name=password]").fill("pas le bon")
    page.locator("main button, form button").locator("visible=true").last.click()


def lose_the_form(page: Page) -> None:
    """Send a form whose token is of an earlier session."""
    page.context.clear_cookies()
    wrong_password(page)


def guess_often(page: Page) -> None:
    """Guess the password of nobody: the people of the demo must not be locked out."""
    stranger = f"{uuid4()}@demo.test"
    for _ in range(6):
        wrong_password(page, stranger)
        page.wait_for_load_state()


def end_session(page: Page) -> None:
    page.context.clear_cookies()
    page.get_by_role("textbox").locator("visible=true").first.fill("À jeudi.", timeout=ACT_MS)
    click("^(Envoyer|Send)$")(page)
    page.locator("dialog[open]").wait_for(timeout=ACT_MS)


def log_out_with_unsent(page: Page) -> None:
    lose_network(page)
    # A phone shows the profile beside the list only. The service worker has the page.
    page.goto("/client/messages")
    open_profile(page)
    click("^(Se déconnecter|Log out)$")(page)
    page.locator("dialog[open]").wait_for(timeout=ACT_MS)


SUBJECTS = [
    Subject("login", None, "/login"),
    Subject("login-wrong", None, "/login", wrong_password),
    Subject("error-403", None, "/login", lose_the_form),
    Subject("login-429", None, "/login", guess_often),
    Subject("password-forgotten", None, "/password"),
    Subject("error-404", None, "/nothing-here", status=404),
    Subject("client-list", "camille", "/client/messages"),
    Subject("client-install", "camille", "/client/messages", offer_install),
    Subject("client-list-search", "camille", "/client/messages", search),
    Subject("client-profile", "camille", "/client/messages", open_profile),
    Subject("client-thread", "camille", "{thread}"),
    Subject("client-thread-menu", "camille", "{thread}", open_menu),
    Subject("client-thread-actions", "camille", "{thread}", open_actions),
    Subject("client-thread-delete", "camille", "{other}", ask_to_delete),
    Subject("client-thread-print", "camille", "{thread}/print"),
    Subject("client-thread-search", "camille", "{thread}", search_in_thread),
    Subject("client-thread-offline", "camille", "{other}", lose_network),
    Subject("client-library", "camille", "{thread}/files"),
    Subject("client-lightbox", "camille", "{thread}", click("Agrandir|Enlarge|Open ")),
    Subject("client-new", "camille", "/client/messages/new"),
    Subject("client-new-errors", "camille", "/client/messages/new", send_nothing),
    Subject("client-notifications", "camille", "/client/notifications"),
    Subject("client-error-404", "camille", "/client/messages/nothing-here", status=404),
    Subject("client-offline-page", "camille", "/client/messages", go_offline),
    Subject("client-logout", "camille", "{other}", log_out_with_unsent),
    # The last of Camille's: it ends the session of her browser.
    Subject("client-session-ended", "camille", "{other}", end_session),
    Subject("staff-inbox", "odile", "/staff/messages"),
    Subject("staff-thread", "odile", "/staff/messages/{id}"),
    Subject("staff-note", "odile", "/staff/messages/{id}", click("Note interne|Internal note")),
    Subject("staff-details", "odile", "/staff/messages/{id}", click("^(Détails|Details)")),
    Subject("staff-new", "odile", "/staff/messages/new"),
    Subject("staff-emails", "odile", "/staff/emails"),
    Subject("staff-tasks", "odile", "/staff/tasks"),
    Subject("staff-task", "odile", "/staff/tasks", first_row),
    Subject("staff-notifications", "odile", "/staff/notifications"),
    Subject("staff-security", "odile", "/security"),
    Subject("admin", "odile", "/admin/"),
]
