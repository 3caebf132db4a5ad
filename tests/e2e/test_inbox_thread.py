"""What the company does with a conversation from its thread, as colleagues and client see it."""

import re
from datetime import time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, Route, expect

from core.company_hours import Presence, presence_of
from core.models import Availability, Chantier, Client, OwnWorkingPeriod, User
from messaging.actions.conversations import change_conversation, open_conversation
from messaging.conversation.idempotency import Opening
from messaging.models import Conversation
from notifications.models import ForwardedEmail
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.screens import bubble, client_page, row, staff_page, wait_until_live
from tests.e2e.waiting import wait_for


def bar(page: Page) -> Locator:
    return page.locator("desk-bar")


def event(page: Page, words: str) -> Locator:
    """Return a line of the history."""
    return page.locator("message-list .event, message-list .reopened").filter(has_text=words)


def choose(page: Page, item: str) -> None:
    page.locator("thread-menu").get_by_role("button", name="Autres actions").click()
    page.locator("thread-menu").get_by_role("button", name=item).click()


def works(person: User, weekday: int, starts_at: time, ends_at: time) -> None:
    OwnWorkingPeriod.objects.create(
        user=person, weekday=weekday, starts_at=starts_at, ends_at=ends_at
    )


@pytest.fixture
def invoice(camille: User, morel: Client) -> Conversation:
    """Another open conversation of the Morels'."""
    opening = Opening(subject="Facture de mars", client=morel.pk)
    return open_conversation(opener=camille, opening=opening).conversation


@pytest.mark.cut
def test_colleagues_see_each_other_and_hand_the_conversation_over(
    visit: Visit, odile: User, marc: User, camille: User, conversation: Conversation, say: Say
) -> None:
    say(camille, "Quand passez-vous ?")
    of_odile = staff_page(visit, odile, conversation)
    of_camille = client_page(visit, camille, conversation)
    expect(bar(of_odile)).to_contain_text("À moi")
    expect(event(of_odile, "Confiée à Odile Perrin, responsable du chantier")).to_be_visible()

    of_marc = staff_page(visit, marc, conversation)
    expect(bar(of_odile)).to_contain_text("Marc Vidal consulte")
    expect(bar(of_marc)).to_contain_text("Odile Perrin consulte")
    of_marc.get_by_role("button", name="Note interne").click()
    of_marc.get_by_role("textbox", name="Note pour l’équipe…").press_sequentially("Je prends")
    expect(of_odile.get_by_text("Marc Vidal écrit une note…")).to_be_visible()
    expect(of_camille.get_by_text("Marc Vidal écrit")).to_have_count(0)

    bar(of_marc).get_by_role("button", name="Prendre").click()
    asked = of_marc.get_by_role("alertdialog")
    expect(asked).to_contain_text("Odile Perrin suit cette conversation")
    asked.get_by_role("button", name="Reprendre").click()
    taken = "Marc Vidal a repris la conversation, que suivait Odile Perrin"
    expect(event(of_odile, taken)).to_be_visible()
    expect(bar(of_odile).get_by_role("button", name="Suivie par Marc Vidal")).to_be_visible()

    bar(of_odile).get_by_role("button", name="Suivie par Marc Vidal").click()
    field = of_odile.get_by_role("combobox", name="Nom d’un collègue")
    field.fill("ÓDÎL")
    expect(of_odile.get_by_role("option")).to_have_text([re.compile("Odile Perrin")])
    field.press("Enter")
    expect(event(of_marc, "Odile Perrin a pris la conversation").or_(
        event(of_marc, "Odile Perrin a repris la conversation, que suivait Marc Vidal")
    )).to_be_visible()  # fmt: skip
    expect(of_odile.get_by_role("dialog")).to_have_count(0)

    of_marc.goto("/staff/messages")
    expect(bar(of_odile)).not_to_contain_text("consulte")
    expect(event(of_camille, "Conversation ouverte par Camille Morel")).to_be_visible()
    expect(event(of_camille, "Marc Vidal")).to_have_count(0)


def test_conversation_is_put_off_closed_and_the_closing_undone_on_a_phone(
    visit: Visit, odile: User, camille: User, conversation: Conversation, say: Say
) -> None:
    say(camille, "Le joint est trop clair")
    page = staff_page(visit, odile, conversation, phone=True)
    client = client_page(visit, camille, conversation)

    bar(page).get_by_role("button", name="Mettre en pause").tap()
    page.get_by_role("button", name="Demain matin").tap()
    expect(event(page, "Mise en pause par Odile Perrin, retour")).to_contain_text("à 08:00")
    expect(bar(page)).to_contain_text("En pause, retour")
    bar(page).get_by_role("button", name="Reprendre maintenant").tap()
    expect(event(page, "Sortie de pause par Odile Perrin")).to_be_visible()

    bar(page).get_by_role("button", name="Clore").tap()
    expect(event(client, "Close par Odile Perrin")).to_be_visible()
    page.get_by_role("status").get_by_role("button", name="Annuler").tap()
    expect(event(client, "Rouverte par Odile Perrin")).to_be_visible()
    expect(page.get_by_role("button", name="Annuler")).to_have_count(0)
    expect(event(client, "ause")).to_have_count(0)

    page.reload()
    expect(event(page, "Rouverte par Odile Perrin")).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth") == 390


def test_enter_waits_for_the_choices_that_are_still_loading(
    visit: Visit, odile: User, camille: User, conversation: Conversation, morel: Client, say: Say
) -> None:
    Chantier.objects.create(client=morel, name="Garage", reference="CH-2099")
    say(camille, "Bonjour")
    page = staff_page(visit, odile, conversation)
    held: list[Route] = []
    page.route("**/api/v1/chantiers?**", lambda route: held.append(route))

    choose(page, "Changer de chantier")
    page.get_by_role("combobox").fill("2099")
    page.get_by_role("combobox").press("Enter")
    wait_for(page, lambda: held)
    expect(page.get_by_role("option")).to_have_count(0)
    for request in held:
        request.continue_()

    expect(event(page, "Déplacée vers Garage par Odile Perrin")).to_be_visible()


@pytest.mark.cut
def test_messages_are_forwarded_split_off_and_merged_again(
    visit: Visit, odile: User, camille: User, conversation: Conversation, villa: Chantier,
    morel: Client, invoice: Conversation, say: Say,
) -> None:  # fmt: skip
    Chantier.objects.create(client=morel, name="Garage", reference="CH-2099")
    say(camille, "La facture est fausse")
    say(camille, "Et le carrelage ?")
    page = staff_page(visit, odile, conversation)

    choose(page, "Transférer par e-mail")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Transférer", exact=True).click()
    expect(
        dialog.get_by_role("alert").filter(has_text="Choisissez au moins un message.")
    ).to_be_visible()
    dialog.get_by_role("checkbox", name="La facture est fausse").check()
    dialog.get_by_label("Adresse e-mail").fill("comptable")
    dialog.get_by_role("button", name="Transférer", exact=True).click()
    expect(dialog.get_by_role("alert").filter(has_text="adresse")).to_be_visible()
    dialog.get_by_label("Adresse e-mail").fill("comptable@cabinet.test")
    dialog.get_by_role("button", name="Transférer", exact=True).click()
    expect(event(page, "1 message transféré par e-mail à comptable@cabinet.test")).to_be_visible()
    assert ForwardedEmail.objects.get().address == "comptable@cabinet.test"

    choose(page, "Changer de chantier")
    page.get_by_role("combobox").fill("2099")
    page.get_by_role("combobox").press("Enter")
    expect(event(page, "Déplacée vers Garage par Odile Perrin")).to_be_visible()

    bubble(page, "La facture est fausse").hover()
    bubble(page, "La facture est fausse").get_by_role("button", name="Actions sur").click()
    page.get_by_role("menuitem", name="Détacher des messages").click()
    expect(dialog.get_by_role("checkbox", name="La facture est fausse")).to_be_checked()
    dialog.get_by_label("Sujet de la nouvelle conversation").fill("Facture contestée")
    dialog.get_by_role("button", name="Détacher", exact=True).click()
    expect(page.get_by_role("heading", name="Facture contestée")).to_be_visible()
    expect(event(page, "1 message venu de Carrelage du séjour")).to_be_visible()

    choose(page, "Fusionner")
    page.get_by_role("combobox").fill("mars")
    page.get_by_role("option", name="Facture de mars").click()
    expect(dialog).to_contain_text("Cela ne peut pas être annulé.")
    dialog.get_by_role("button", name="Fusionner", exact=True).click()
    expect(page.get_by_role("heading", name="Facture de mars")).to_be_visible()
    expect(bubble(page, "La facture est fausse")).to_be_visible()
    event(page, "1 message repris de").get_by_role("link", name="Facture contestée").click()
    expect(page.get_by_role("heading", name="Facture contestée")).to_be_visible()


def test_keys_open_what_they_mean_and_receipts_say_who_read_and_when(
    visit: Visit, odile: User, camille: User, conversation: Conversation, say: Say
) -> None:
    say(odile, "Nous passons mardi")
    say(camille, "Très bien, à mardi")
    page = staff_page(visit, odile, conversation)
    client = client_page(visit, camille, conversation)
    expect(bubble(client, "Nous passons mardi")).to_be_visible()

    receipt = bubble(page, "Nous passons mardi").get_by_role("button", name="Lu")
    receipt.focus()
    receipt.press("Enter")
    read_by = bubble(page, "Nous passons mardi").get_by_role("listitem").filter(has_text="Camille")
    expect(read_by).to_have_text(re.compile(r"Camille Morel.: Lu à \d\d:\d\d"))

    press(page, "note")
    expect(page.get_by_role("textbox", name="Note pour l’équipe…")).to_be_focused()
    press(page, "reply")
    expect(page.get_by_role("textbox", name="Répondre au client…")).to_be_focused()
    press(page, "assign")
    expect(page.get_by_role("dialog", name="Confier la conversation")).to_be_visible()
    expect(page.get_by_role("combobox")).to_be_focused()
    page.keyboard.press("Escape")
    press(page, "snooze")
    expect(page.get_by_role("dialog", name="Mettre en pause jusqu’à")).to_be_visible()
    page.keyboard.press("Escape")
    press(page, "close")
    expect(event(page, "Close par Odile Perrin")).to_be_visible()

    bubble(page, "Très bien").hover()
    bubble(page, "Très bien").get_by_role("button", name="Actions sur").click()
    page.get_by_role("menuitem", name="Non lu à partir d’ici").click()
    expect(page).to_have_url(re.compile("/staff/messages$"))
    expect(page.get_by_text("Marquée comme non lue.")).to_be_visible()
    conversation.refresh_from_db()
    assert conversation.participants.get(user=odile).unread_count == 1


def press(page: Page, action: str) -> None:
    """Do what the keyboard of the inbox does."""
    page.locator("conversation-thread").evaluate(
        "(thread, action) => thread.dispatchEvent("
        "new CustomEvent('shortcut', { detail: { action } }))",
        action,
    )


def test_escape_closes_the_open_menu_and_leaves_the_conversation_open(
    visit: Visit, odile: User, conversation: Conversation
) -> None:
    page = staff_page(visit, odile, conversation)
    menu = page.locator("thread-menu")
    toggle = menu.get_by_role("button", name="Autres actions")
    first = menu.get_by_role("button", name="Confier à…")
    toggle.click()
    # A key before it is open scrolls the page.
    expect(first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(first).to_be_focused()

    page.keyboard.press("Escape")

    expect(menu.get_by_role("button", name="Confier à…")).to_have_count(0)
    expect(toggle).to_be_focused()
    expect(page).to_have_url(re.compile(str(conversation.pk)))
    page.get_by_role("button", name="Odile Perrin, votre profil").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("group", name="Votre profil")).to_be_hidden()
    expect(page).to_have_url(re.compile(str(conversation.pk)))
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("/staff/messages$"))


def test_follower_is_counted_and_no_more_after_leaving(
    visit: Visit, odile: User, marc: User, camille: User, conversation: Conversation, say: Say
) -> None:
    """Odile follows what is Marc's. Camille's next message then counts for her."""
    change_conversation(editor=marc, conversation=conversation, changes={"assigned_to_id": marc.pk})
    page = staff_page(visit, odile, conversation)
    choose(page, "Ne plus suivre")
    expect(page.get_by_text("Vous ne serez plus prévenu")).to_be_visible()
    page.goto("/staff/messages")
    wait_until_live(page)
    say(camille, "Le joint est trop clair")
    expect(row(page, conversation.subject)).to_contain_text("Le joint est trop clair")
    count = row(page, conversation.subject).get_by_role("img", name="non lu")
    expect(count).to_have_count(0)

    page.goto(f"/staff/messages/{conversation.pk}")
    wait_until_live(page)
    choose(page, "Suivre")
    expect(page.get_by_text("Vous serez prévenu")).to_be_visible()
    page.locator("thread-menu").get_by_role("button", name="Autres actions").click()
    expect(page.locator("thread-menu").get_by_role("button", name="Ne plus suivre")).to_be_visible()
    page.keyboard.press("Escape")
    page.goto("/staff/messages")
    wait_until_live(page)
    say(camille, "Et le seuil ?")
    expect(count).to_have_text("1")


def test_who_is_asked_to_take_over_is_said_to_be_there_absent_or_off_duty(
    visit: Visit, odile: User, marc: User, conversation: Conversation
) -> None:
    """Marc works at every hour, Nadia is absent, Julien works on another day of the week."""
    nadia = User.objects.create(email="nadia@demo.test", name="Nadia Benali", role=User.Role.STAFF)
    julien = User.objects.create(email="julien@demo.test", name="Julien Roux", role=User.Role.STAFF)
    today = timezone.localtime().weekday()
    for weekday in range(7):
        works(marc, weekday, time(0), time(23, 59))
    works(julien, (today + 3) % 7, time(9), time(10))
    back = timezone.now() + timedelta(days=20)
    Availability.objects.create(user=nadia, is_absent=True, absent_until=back)
    there = "Disponible" if presence_of(marc) == Presence.PRESENT else "Hors horaires"

    page = staff_page(visit, odile, conversation)
    bar(page).get_by_role("button", name="Suivie par Odile Perrin").click()
    expect(page.get_by_role("option", name="Marc Vidal")).to_contain_text(there)
    away = page.get_by_role("option", name="Nadia Benali")
    expect(away).to_contain_text("Absence, retour")
    expect(page.get_by_role("option", name="Julien Roux")).to_contain_text("Hors horaires, retour")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)

    # The same where several rows are given to somebody, and as it is at that moment.
    Availability.objects.filter(user=nadia).update(is_absent=False)
    works(nadia, (today + 3) % 7, time(9), time(10))
    page.goto("/staff/messages")
    wait_until_live(page)
    row(page, conversation.subject).get_by_role("link").focus()
    page.keyboard.press("a")
    expect(page.get_by_role("option", name="Marc Vidal")).to_contain_text(there)
    expect(page.get_by_role("option", name="Nadia Benali")).to_contain_text("Hors horaires, retour")
