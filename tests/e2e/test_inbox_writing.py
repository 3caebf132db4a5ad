"""What the company's people write: messages that close, notes, canned replies, warnings."""

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from core.ids import new_id
from core.models import User
from messaging.actions.conversations import open_conversation
from messaging.actions.notes import write_note
from messaging.conversation.idempotency import Opening
from messaging.models import CannedReply, Conversation, Message, Note
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.files import SCAN_MS, choose, chosen, file
from tests.e2e.screens import bubble, client_page, staff_page, write
from tests.e2e.waiting import wait_for


def field(page: Page, name: str = "Répondre au client…") -> Locator:
    return page.get_by_role("textbox", name=name)


def note(page: Page, text: str) -> Locator:
    return page.locator("internal-note").filter(has_text=text)


def desk_page(visit: Visit, person: User, conversation: Conversation) -> Page:
    """Open a conversation, and wait for what a page loads after its first screen."""
    page = staff_page(visit, person, conversation)
    expect(page.get_by_role("button", name="Clore ou mettre en pause")).to_be_visible()
    return page


def send_with(page: Page, text: str, choice: str) -> None:
    """Write a message and choose what is done with it."""
    field(page).fill(text)
    page.get_by_role("button", name="Clore ou mettre en pause").click()
    page.get_by_role("menuitem", name=choice).click()


def type_into(page: Page, place: Locator, text: str) -> None:
    place.click()
    page.keyboard.type(text)


@pytest.mark.cut
def test_message_closes_or_puts_off_its_conversation_once_also_without_network(
    visit: Visit, odile: User, camille: User, conversation: Conversation, say: Say
) -> None:
    say(camille, "Quand passez-vous ?")
    page = desk_page(visit, odile, conversation)
    page.context.set_offline(True)

    send_with(page, "Demain à 8 h.", "Envoyer et clore")
    expect(bubble(page, "Demain à 8 h.")).to_contain_text("En attente du réseau")
    page.context.set_offline(False)

    expect(page.get_by_text("Conversation close")).to_be_visible()
    expect(bubble(page, "Demain à 8 h.")).to_have_count(1)
    wait_for(page, lambda: Conversation.objects.get().status == "closed")
    assert Message.objects.filter(author=odile).count() == 1

    send_with(page, "Je vous rappelle.", "jusqu’à une date…")
    asked = page.get_by_role("dialog", name="Envoyer et mettre en pause")
    asked.get_by_label("Date et heure").fill("2020-01-01T08:00")
    asked.get_by_role("button", name="Envoyer").click()
    expect(asked).to_be_visible()
    asked.get_by_label("Date et heure").fill("2099-03-02T08:00")
    asked.get_by_role("button", name="Envoyer").click()

    expect(bubble(page, "Je vous rappelle.")).to_have_count(1)
    wait_for(page, lambda: Conversation.objects.get().snoozed_until is not None)
    put_off = Conversation.objects.get()
    assert put_off.status == "open"
    assert f"{put_off.snoozed_until:%Y-%m-%d %H:%M}" == "2099-03-02 07:00"


def test_message_is_held_back_when_others_have_written_since_it_was_begun(
    visit: Visit, odile: User, marc: User, camille: User, conversation: Conversation, say: Say
) -> None:
    say(camille, "Le carrelage est fendu.")
    page, his = desk_page(visit, odile, conversation), desk_page(visit, marc, conversation)
    type_into(page, field(page), "Nous passons demain.")
    say(camille, "En fait, c’est réglé.\nMerci !")
    his.get_by_role("button", name="Note interne").click()
    field(his, "Note pour l’équipe…").fill("Ne répondez pas, je l’appelle")
    his.get_by_role("button", name="Noter").click()
    expect(note(page, "je l’appelle")).to_be_visible()
    expect(bubble(page, "c’est réglé")).to_be_visible()

    page.get_by_role("button", name="Envoyer", exact=True).click()

    warning = page.get_by_role("alertdialog", name="2 nouvelles lignes")
    expect(warning).to_contain_text("Camille Morel")
    expect(warning).to_contain_text("En fait, c’est réglé.")
    expect(warning).to_contain_text("Marc Vidal, note interne")
    warning.get_by_role("button", name="Relire").click()
    expect(warning).to_be_hidden()
    expect(field(page)).to_have_value("Nous passons demain.")
    assert not Message.objects.filter(author=odile).exists()

    # Read, and changed: nothing is new any more.
    write(page, "Parfait, bonne journée.")
    expect(bubble(page, "Parfait, bonne journée.")).to_be_visible()
    type_into(page, field(page), "Je vous appelle.")
    his.get_by_role("button", name="Répondre", exact=True).click()
    write(his, "Je m’en occupe.")
    expect(bubble(page, "Je m’en occupe.")).to_be_visible()
    page.keyboard.press("Enter")
    expect(warning.or_(page.get_by_role("alertdialog"))).to_contain_text("Je m’en occupe.")
    page.get_by_role("button", name="Envoyer quand même").click()

    expect(bubble(page, "Je vous appelle.")).to_have_count(1)
    expect(field(page)).to_have_value("")


@pytest.mark.cut
def test_note_mentions_a_colleague_has_files_and_earlier_texts_and_waits_for_the_network(
    visit: Visit, odile: User, marc: User, camille: User, conversation: Conversation, say: Say
) -> None:
    say(camille, "Bonjour")
    page, his = desk_page(visit, odile, conversation), desk_page(visit, marc, conversation)
    hers = client_page(visit, camille, conversation)
    page.get_by_role("button", name="Note interne").click()
    page.reload()
    expect(page.get_by_role("button", name="Noter")).to_be_visible()
    expect(page.get_by_role("button", name="Envoyer", exact=True)).to_have_count(0)

    written = field(page, "Note pour l’équipe…")
    type_into(page, written, "Vu avec @vid")
    expect(page.get_by_role("option", name="Marc Vidal")).to_be_visible()
    page.keyboard.press("Enter")
    expect(written).to_have_value("Vu avec @Marc Vidal ")
    choose(page, file("releve.txt", b"12 m"))
    expect(chosen(page)).to_have_count(1)
    page.keyboard.type("pour le devis")
    page.get_by_role("button", name="Noter").click()
    expect(note(his, "pour le devis").locator("mark")).to_have_text("@Marc Vidal")
    expect(note(his, "pour le devis").get_by_role("link", name="releve.txt")).to_be_visible(
        timeout=SCAN_MS
    )

    page.context.set_offline(True)
    note(page, "pour le devis").get_by_role("button", name="Modifier").click()
    page.get_by_role("textbox", name="Texte de la note").fill("Devis accepté @Marc")
    page.get_by_role("button", name="Enregistrer").click()
    expect(note(page, "Devis accepté")).to_contain_text("modification en attente")
    written.fill("Sans réseau")
    page.get_by_role("button", name="Noter").click()
    expect(note(page, "Sans réseau")).to_contain_text("En attente du réseau")
    page.context.set_offline(False)

    expect(note(his, "Sans réseau")).to_be_visible()
    note(his, "Devis accepté").get_by_role("button", name="versions précédentes").click()
    expect(note(his, "Devis accepté").get_by_role("list", name="Versions")).to_contain_text(
        "Vu avec @Marc Vidal pour le devis"
    )
    note(page, "Sans réseau").get_by_role("button", name="Supprimer").click()
    note(page, "Sans réseau").get_by_role("button", name="Supprimer").click()
    expect(note(his, "Sans réseau")).to_have_count(0)
    assert Note.objects.filter(deleted_at=None).count() == 1
    assert not Message.objects.filter(author=odile).exists()
    expect(bubble(hers, "Bonjour")).to_be_visible()
    expect(hers.get_by_text("devis")).to_have_count(0)


# The server refuses a text with a variable that nobody knows.
@pytest.mark.cut
def test_canned_reply_is_written_filled_in_changed_and_counted(
    visit: Visit, odile: User, marc: User, camille: User, conversation: Conversation, say: Say
) -> None:
    camille.locale = User.Locale.ENGLISH
    camille.save()
    say(camille, "When do you come?")
    his = visit(marc, "/staff/replies")
    his.get_by_role("button", name="Nouvelle réponse").click()
    his.get_by_label("Raccourci").fill("delai")
    his.get_by_label("Texte français").fill("Bonjour {prenom}, pour {chantierr}")
    his.get_by_label("Texte anglais").fill("Hello {prenom}, about {chantier}: tomorrow. {moi}")
    his.get_by_role("button", name="Enregistrer").click()
    expect(his.get_by_role("alert")).to_contain_text("{chantierr}")
    his.get_by_label("Texte français").fill("Bonjour {prenom}, pour {chantier} : demain.")
    his.get_by_role("button", name="Enregistrer").click()
    expect(his.get_by_role("listitem")).to_contain_text("jamais utilisée")

    page = desk_page(visit, odile, conversation)
    type_into(page, field(page), "/dé")
    expect(page.get_by_role("option", name="/delai")).to_be_visible()
    page.keyboard.press("Enter")
    expect(field(page)).to_have_value("Hello Camille, about Villa Lumière: tomorrow. Odile Perrin")
    assert not Message.objects.filter(author=odile).exists()
    page.keyboard.type(" (8 am)")
    page.keyboard.press("Enter")
    expect(bubble(page, "about Villa Lumière: tomorrow. Odile Perrin (8 am)")).to_be_visible()
    wait_for(page, lambda: CannedReply.objects.get().use_count == 1)

    # Of a free subject, the chantier is not known.
    opening = Opening(subject="Facture", client=conversation.client_id)
    free = open_conversation(opener=camille, opening=opening).conversation
    page = desk_page(visit, odile, free)
    type_into(page, field(page), "/delai")
    expect(page.get_by_role("option", name="/delai")).to_be_visible()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Envoyer", exact=True).click()
    expect(page.get_by_text("À compléter avant l’envoi : {chantier}")).to_be_visible()
    page.keyboard.type("votre facture")
    page.keyboard.press("Enter")
    # Nobody has written there: it is for the first of the client's people, in his language.
    expect(bubble(page, "Bonjour Bruno, pour votre facture : demain.")).to_be_visible()
    wait_for(page, lambda: CannedReply.objects.get().use_count == 2)

    his.reload()
    expect(his.get_by_role("listitem")).to_contain_text("utilisée 2 fois")
    his.get_by_role("button", name="Supprimer /delai").click()
    his.get_by_role("alertdialog").get_by_role("button", name="Supprimer").click()
    expect(his.get_by_text("Aucune réponse type")).to_be_visible()


@pytest.mark.cut
def test_note_deleted_without_network_leaves_once_when_the_network_is_back(
    visit: Visit, odile: User, marc: User, camille: User, conversation: Conversation, say: Say
) -> None:
    say(camille, "Bonjour")
    written = write_note(
        author=odile, conversation=conversation, body="Rappeler avant midi", note_id=new_id()
    ).note
    page, his = desk_page(visit, odile, conversation), desk_page(visit, marc, conversation)
    expect(note(his, "avant midi")).to_be_visible()
    removals: list[str] = []

    def keep(request: Request) -> None:
        if request.method == "DELETE":
            removals.append(request.url)

    page.on("requestfinished", keep)

    page.context.set_offline(True)
    note(page, "avant midi").get_by_role("button", name="Supprimer").click()
    note(page, "avant midi").get_by_role("button", name="Supprimer").click()
    expect(note(page, "avant midi")).to_contain_text("suppression en attente")
    page.reload()
    expect(note(page, "avant midi")).to_contain_text("suppression en attente")
    expect(note(his, "avant midi")).to_be_visible()
    page.context.set_offline(False)

    expect(note(his, "avant midi")).to_have_count(0)
    expect(note(page, "avant midi")).to_have_count(0)
    written.refresh_from_db()
    assert written.deleted_at is not None
    page.reload()
    expect(bubble(page, "Bonjour")).to_be_visible()
    expect(note(page, "avant midi")).to_have_count(0)
    assert [url.split("/")[-1] for url in removals] == [str(written.pk)]


def test_canned_reply_is_changed_on_its_page_and_colleagues_write_with_the_new_text(
    visit: Visit, odile: User, marc: User, camille: User, conversation: Conversation, say: Say
) -> None:
    say(camille, "Quand venez-vous ?")
    CannedReply.objects.create(owner=marc, shortcut="delai", text_fr="Demain.", is_shared=True)
    CannedReply.objects.create(owner=odile, shortcut="merci", text_fr="Merci.", is_shared=True)
    his = visit(marc, "/staff/replies")
    his.get_by_role("button", name="Modifier /delai").click()
    shortcut = his.get_by_label("Raccourci")
    expect(shortcut).to_be_focused()
    expect(shortcut).to_have_value("delai")
    shortcut.fill("passage")
    his.get_by_label("Texte français").fill("Bonjour {prenom}, nous passons lundi.")
    his.get_by_role("button", name="Enregistrer").click()

    expect(his.get_by_text("Réponse enregistrée.")).to_be_visible()
    expect(his.get_by_role("listitem")).to_have_count(2)
    changed = his.get_by_role("listitem").filter(has_text="/passage")
    expect(changed).to_contain_text("Bonjour {prenom}, nous passons lundi.")
    # A manager also puts a colleague's shared reply right.
    his.get_by_role("button", name="Modifier /merci").click()
    his.get_by_label("Texte français").fill("Merci beaucoup.")
    his.get_by_role("button", name="Annuler").click()
    expect(his.get_by_role("listitem").filter(has_text="/merci")).to_contain_text("Merci.")

    page = desk_page(visit, odile, conversation)
    type_into(page, field(page), "/pass")
    expect(page.get_by_role("option", name="/passage")).to_be_visible()
    page.keyboard.press("Enter")
    expect(field(page)).to_have_value("Bonjour Camille, nous passons lundi.")
    field(page).fill("/del")
    expect(page.get_by_text("Aucune réponse pour").last).to_be_visible()
    hers = visit(odile, "/staff/replies")
    expect(hers.get_by_role("button", name="Modifier /merci")).to_be_visible()
    expect(hers.get_by_role("button", name="Modifier /passage")).to_have_count(0)
