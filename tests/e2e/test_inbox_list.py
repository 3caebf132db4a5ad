"""The list of the company is a place to work in: rows, folders, keys, and many rows at once."""

import re
from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Locator, Page, ViewportSize, expect

from core.models import Chantier, User
from messaging.actions.conversations import change_conversation, open_conversation
from messaging.conversation.idempotency import Draft, Opening
from messaging.models import Conversation, SavedFilter
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.screens import row, wait_until_live
from tests.e2e.waiting import wait_for

WIDE: ViewportSize = {"width": 1440, "height": 900}
# A screen of 1280 × 1024 at 400 %.
ZOOMED: ViewportSize = {"width": 320, "height": 256}


def inbox(visit: Visit, person: User, path: str = "") -> Page:
    page = visit(person, "/staff/messages")
    page.set_viewport_size(WIDE)
    page.goto(f"/staff/messages{path}")
    wait_until_live(page)
    return page


def folder(page: Page, name: str) -> Locator:
    return page.get_by_role("navigation", name="Dossiers").get_by_role("link", name=name)


def opened(opener: User, like: Conversation, subjects: list[str]) -> None:
    """Open conversations about the same chantier, so they are Odile's."""
    for subject in subjects:
        opening = Opening(
            subject=subject, client=like.client_id, chantier=like.chantier_id,
            message=Draft(body="Bonjour"),
        )  # fmt: skip
        open_conversation(opener=opener, opening=opening)


def subjects(page: Page) -> list[str]:
    return page.locator("conversation-list .title").all_inner_texts()


def focused(page: Page) -> Locator:
    return page.locator("conversation-list li:has(a:focus)")


def test_row_says_whose_it_is_what_waits_and_who_follows_it(
    visit: Visit, camille: User, odile: User, marc: User, conversation: Conversation, say: Say
) -> None:
    """Odile sees what comes in, and what Marc takes; she is late without a reload of anything."""
    page = inbox(visit, odile)
    shown = row(page, conversation.subject)
    expect(shown).to_contain_text("Famille Morel · Villa Lumière")
    expect(shown).to_contain_text("CH-2041")
    expect(shown).to_contain_text("Suivie par Odile Perrin")
    expect(shown).not_to_contain_text("À répondre")

    say(camille, "Quand vient le carreleur ?")

    expect(shown).to_contain_text("Camille : Quand vient le carreleur ?")
    expect(shown).to_contain_text(re.compile("À répondre avant"))
    expect(shown.locator("unread-badge")).to_have_text("1")
    # The team's question is said once, in words; the number is the reader's own.
    expect(shown.get_by_text("répondre")).to_have_count(1)
    expect(folder(page, "À répondre")).to_contain_text("1")
    expect(folder(page, "À moi")).to_contain_text("1")

    change_conversation(editor=marc, conversation=conversation, changes={"assigned_to_id": marc.pk})
    expect(shown).to_contain_text("Suivie par Marc Vidal")
    expect(folder(page, "À moi")).not_to_contain_text("1")

    Conversation.objects.update(
        answer_amber_at=timezone.now() - timedelta(hours=5),
        answer_due_at=timezone.now() - timedelta(hours=2, minutes=5),
    )
    page.reload()
    expect(row(page, conversation.subject)).to_contain_text("En retard de 2\u202fh")


def test_folders_and_kept_filters_are_addresses(
    visit: Visit, camille: User, odile: User, marc: User, conversation: Conversation
) -> None:
    opened(camille, conversation, ["Portail", "Devis"])
    change_conversation(editor=marc, conversation=conversation, changes={"assigned_to_id": marc.pk})
    page = inbox(visit, odile)
    expect(row(page, "Carrelage du séjour")).to_be_visible()

    folder(page, "À moi").click()
    expect(page.get_by_role("heading", name="À moi")).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?folder=mine$"))
    expect(row(page, "Portail")).to_be_visible()
    expect(row(page, "Carrelage du séjour")).to_have_count(0)

    page.get_by_role("button", name="Plus récentes").click()
    expect(page).to_have_url(re.compile(r"\?folder=mine&sort=answer_due$"))
    wait_for(page, lambda: subjects(page) == ["Portail", "Devis"])
    page.get_by_role("button", name="Enregistrer ce filtre").click()
    page.get_by_label("Nom du filtre").fill("Mes urgences")
    page.get_by_label("Partagé avec l’équipe").check()
    page.keyboard.press("Enter")
    expect(folder(page, "Mes urgences")).to_have_attribute("aria-current", "page")

    page.go_back()
    wait_for(page, lambda: subjects(page) == ["Devis", "Portail"])
    page.go_back()
    expect(row(page, "Carrelage du séjour")).to_be_visible()

    his = inbox(visit, marc)
    folder(his, "Mes urgences").click()
    expect(his).to_have_url(re.compile(r"\?folder=mine&sort=answer_due$"))
    expect(his.get_by_role("heading", name="À moi")).to_be_visible()
    his.get_by_role("button", name="Modifier le filtre Mes urgences").click()
    his.get_by_role("button", name="Supprimer ce filtre").click()
    expect(folder(his, "Mes urgences")).to_have_count(0)
    assert not SavedFilter.objects.exists()


def test_folders_are_a_drawer_on_a_phone_and_rows_are_reached_at_400_percent(
    visit: Visit, camille: User, odile: User, conversation: Conversation
) -> None:
    opened(camille, conversation, ["Portail"])
    page = visit(odile, "/staff/messages", phone=True)
    wait_until_live(page)
    button = page.get_by_role("button", name="Ouvrir les dossiers")
    drawer = page.locator("dialog.of-folders")

    button.tap()
    expect(folder(page, "À répondre")).to_be_in_viewport()
    page.get_by_role("button", name="Fermer les dossiers").tap()
    expect(drawer).to_be_hidden()
    button.tap()
    page.keyboard.press("Escape")
    expect(drawer).to_be_hidden()
    button.tap()
    page.go_back()
    expect(drawer).to_be_hidden()
    expect(page).to_have_url(re.compile("/staff/messages$"))
    button.tap()
    page.touchscreen.tap(380, 400)
    expect(drawer).to_be_hidden()

    button.tap()
    folder(page, "À répondre").tap()
    expect(drawer).to_be_hidden()
    expect(row(page, "Portail")).to_be_visible()
    expect(row(page, conversation.subject)).to_have_count(0)
    page.go_back()
    expect(row(page, conversation.subject)).to_be_visible()
    expect(drawer).to_be_hidden()

    page.set_viewport_size(ZOOMED)
    shown = row(page, conversation.subject)
    shown.scroll_into_view_if_needed()
    expect(shown).to_be_in_viewport(ratio=0.9)


def test_a_day_of_keys_and_of_many_rows(
    visit: Visit, camille: User, odile: User, conversation: Conversation
) -> None:
    opened(camille, conversation, ["Portail", "Devis", "Planning"])
    page = inbox(visit, odile, "?folder=to_answer")
    wait_for(page, lambda: subjects(page) == ["Planning", "Devis", "Portail"])

    # The first link of the page leads to the first row.
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(focused(page)).to_contain_text("Planning")
    page.keyboard.press("j")
    expect(focused(page)).to_contain_text("Devis")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Devis")).to_be_visible()

    # Letters are letters where one writes.
    field = page.get_by_role("textbox", name="Répondre au client…")
    expect(field).to_be_focused()
    page.keyboard.type("je reviens ?")
    expect(field).to_have_value("je reviens ?")
    page.keyboard.press("F6")
    page.keyboard.press("F6")
    page.keyboard.press("n")
    expect(page.get_by_role("textbox", name="Note pour l’équipe…")).to_be_focused()
    page.keyboard.press("Alt+Shift+ArrowDown")
    expect(page.get_by_role("heading", name="Portail")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Devis")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("Choisissez une conversation")).to_be_visible()

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Raccourcis clavier")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.type("carrelage sejour")
    expect(page.get_by_role("option").first).to_contain_text("CH-2041")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=conversation.subject)).to_be_visible()
    page.go_back()

    # From one box to another with Shift; then close, and take it back.
    box = page.get_by_role("checkbox")
    row(page, "Planning").hover()
    box.first.check()
    box.last.click(modifiers=["Shift"])
    expect(page.get_by_text("3 sélectionnées")).to_be_visible()
    page.get_by_role("toolbar").get_by_role("button", name="Clore").click()
    expect(page.get_by_text("3 conversations closes.")).to_be_visible()
    expect(page.get_by_text("Personne n’attend de réponse.")).to_be_visible()
    assert Conversation.objects.filter(status="closed").count() == 3

    page.get_by_role("button", name="Annuler").click()
    expect(page.get_by_text("Annulé.")).to_be_visible()
    wait_for(page, lambda: subjects(page) == ["Planning", "Devis", "Portail"])
    assert not Conversation.objects.filter(status="closed").exists()
    assert Conversation.objects.filter(awaiting_reply_since__isnull=False).count() == 3


def test_kept_filter_is_renamed_and_its_colleagues_read_the_new_name(
    visit: Visit, odile: User, marc: User, conversation: Conversation
) -> None:
    SavedFilter.objects.create(
        owner=odile, name="Urgences", query={"folder": "mine"}, is_shared=True
    )
    page = inbox(visit, odile)

    page.get_by_role("button", name="Modifier le filtre Urgences").click()
    name = page.get_by_label("Nom du filtre")
    expect(name).to_have_value("Urgences")
    expect(page.get_by_label("Partagé avec l’équipe")).to_be_checked()
    name.fill("À finir avant vendredi")
    page.get_by_role("button", name="Enregistrer").click()

    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(folder(page, "À finir avant vendredi")).to_be_visible()
    expect(folder(page, "Urgences")).to_have_count(0)
    his = inbox(visit, marc)
    expect(folder(his, "Urgences")).to_have_count(0)
    folder(his, "À finir avant vendredi").click()
    expect(his).to_have_url(re.compile(r"\?folder=mine$"))


def test_show_more_after_a_change_of_folder_loads_the_next_page_of_the_new_one(
    visit: Visit, odile: User, marc: User, conversation: Conversation, villa: Chantier
) -> None:
    """Of 130 conversations every second one is Odile's: 65, on two pages."""
    for number in range(130):
        opening = Opening(
            subject=f"Lot {number}", client=villa.client_id, chantier=villa.pk,
            assigned_to=(odile, marc)[number % 2].pk,
        )  # fmt: skip
        open_conversation(opener=marc, opening=opening)
    page = inbox(visit, odile)
    more = page.get_by_role("button", name="Afficher plus")
    expect(row(page, "Lot 129")).to_be_visible()
    # Scrolling to the end of the first page loads the second one; a third is to come.
    page.get_by_role("link", name="Lot 129").focus()
    page.keyboard.press("End")
    expect(focused(page)).to_contain_text("Lot 80")
    expect(row(page, "Lot 79")).to_be_attached()
    expect(more).to_have_count(1)

    folder(page, "À moi").click()
    expect(row(page, "Lot 128")).to_be_in_viewport()
    expect(row(page, "Lot 129")).to_have_count(0)
    # Without scrolling, as a screen reader does it.
    more.dispatch_event("click")

    expect(more).to_have_count(0)
    # Lots 0, 2 … 128, and the conversation of the other tests.
    expect(page.locator("conversation-list li").first).to_have_attribute("aria-setsize", "66")
    page.get_by_role("link", name="Lot 128").focus()
    page.keyboard.press("End")
    expect(focused(page)).to_contain_text(conversation.subject)
    page.keyboard.press("ArrowUp")
    expect(focused(page)).to_contain_text("Lot 0")


def test_conversation_is_read_and_answered_at_400_percent(
    visit: Visit, odile: User, camille: User, conversation: Conversation, say: Say
) -> None:
    for number in range(30):
        say(camille, f"Question {number} sur le joint de la terrasse")
    page = visit(odile, "/staff/messages")
    page.set_viewport_size(ZOOMED)
    page.goto(f"/staff/messages/{conversation.pk}")
    wait_until_live(page)
    shown = page.locator("message-list").bounding_box()
    assert shown is not None
    assert shown["height"] > 0.7 * ZOOMED["height"]

    last = page.locator("message-bubble").filter(has_text="Question 29 ")
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport(ratio=0.9)
    # All that scrolls around the messages is the heading and the field.
    thread = page.locator("conversation-thread")
    assert thread.evaluate("(thread) => thread.scrollHeight") < 3 * ZOOMED["height"]
    page.get_by_role("textbox", name="Répondre au client…").fill("Nous regardons")
    page.get_by_role("button", name="Envoyer", exact=True).click()
    expect(page.locator("message-bubble").filter(has_text="Nous regardons")).to_be_visible()
    page.locator("thread-menu").get_by_role("button", name="Autres actions").click()
    printing = page.locator("thread-menu").get_by_role("link", name="Imprimer", exact=True)
    printing.scroll_into_view_if_needed()
    expect(printing).to_be_in_viewport(ratio=0.9)
