"""A message that the server refused, texts at the limit, and thanks on a closed conversation."""

import json
import os
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from attachments.models import Attachment
from core.models import User
from messaging.actions.conversations import change_conversation
from messaging.models import Conversation, Message
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.files import choose, chosen, jpeg, send
from tests.e2e.screens import bubble, client_page, row, staff_page, wait_until_live, write
from tests.e2e.waiting import wait_for

REASON = "Écrivez quelque chose"
TOUCH_PX = 44


def composer(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Écrire un message…")


def refuse_messages(page: Page) -> None:
    """Take the text out of each message on its way, so that the server itself refuses it."""

    def empty(route: Route) -> None:
        draft = {**json.loads(route.request.post_data or "{}"), "body": "\u200b", "attachments": []}
        route.continue_(post_data=json.dumps(draft))

    page.route("**/messages", lambda r: empty(r) if r.request.method == "POST" else r.continue_())


def take_picture(page: Page, name: str) -> None:
    """Keep a picture of the page where SCREENSHOTS says."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"{name}.png")


@pytest.mark.cut
class TestRefusedMessage:
    def test_refused_message_is_changed_beside_what_is_in_the_composer(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        page = client_page(visit, camille, conversation)
        refuse_messages(page)
        choose(page, jpeg("fissure.jpg"))
        expect(chosen(page)).to_have_count(1)
        write(page, "Voici la fissure.")
        failed = bubble(page, "Voici la fissure.")
        expect(failed).to_contain_text(REASON)
        composer(page).fill("Et autre chose.")
        page.unroute_all()

        edit = failed.get_by_role("button", name="Modifier")
        edit.focus()
        page.keyboard.press("Enter")

        expect(composer(page)).to_have_value("Voici la fissure.\n\nEt autre chose.")
        expect(composer(page)).to_be_focused()
        expect(chosen(page)).to_have_count(1)
        expect(page.locator("message-bubble")).to_have_count(0)
        page.reload()
        expect(composer(page)).to_have_value("Voici la fissure.\n\nEt autre chose.")
        expect(chosen(page)).to_have_count(1)

        send(page)
        wait_for(page, lambda: Message.objects.filter(attachment_count=1).exists())
        assert Message.objects.get().body == "Voici la fissure.\n\nEt autre chose."
        expect(chosen(page)).to_have_count(0)

    def test_list_says_what_waits_and_what_was_refused(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        page = client_page(visit, camille, conversation, phone=True)
        listed = row(page, conversation.subject)
        refuse_messages(page)
        page.context.set_offline(True)
        write(page, "Depuis la cave.")

        page.get_by_role("button", name="Retour aux conversations").click()
        expect(listed).to_contain_text("En attente du réseau")
        page.context.set_offline(False)
        expect(listed).to_contain_text("Non envoyé")
        page.unroute_all()
        listed.click()
        page.get_by_role("button", name="Réessayer").click()
        page.get_by_role("button", name="Retour aux conversations").click()

        expect(listed).to_contain_text("Vous : Depuis la cave.")

    def test_files_of_a_refused_message_come_back_after_their_scan_and_a_reload(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        page = client_page(visit, camille, conversation)
        choose(page, jpeg("fissure.jpg"))
        refuse_messages(page)
        send(page)
        failed = page.locator("message-bubble")
        expect(failed).to_contain_text("Écrivez quelque chose")
        wait_for(page, lambda: Attachment.objects.filter(status="ready").exists())
        page.unroute_all()

        page.reload()
        expect(failed.locator("attachment-tile")).to_have_count(1)
        failed.get_by_role("button", name="Modifier").click()
        expect(chosen(page)).to_have_count(1)
        page.reload()
        expect(chosen(page)).to_have_count(1)
        send(page)

        wait_for(page, lambda: Message.objects.filter(attachment_count=1).exists())

    def test_refused_message_is_copied_retried_and_deleted(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        page = client_page(visit, camille, conversation)
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        refuse_messages(page)
        write(page, "Bonjour 👷🏽‍♀️")
        failed = bubble(page, "Bonjour")
        expect(failed.get_by_role("alert")).to_contain_text(REASON)
        actions = failed.get_by_role("group", name="Message non envoyé").get_by_role("button")
        expect(actions).to_have_text(["Réessayer", "Modifier", "Copier", "Supprimer"])

        actions.filter(has_text="Copier").click()
        expect(page.get_by_text("Copié.")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == "Bonjour 👷🏽‍♀️"

        actions.filter(has_text="Supprimer").click()
        expect(failed).to_have_count(0)
        write(page, "Au revoir")
        expect(bubble(page, "Au revoir")).to_contain_text(REASON)
        page.unroute_all()
        page.get_by_role("button", name="Réessayer").click()
        wait_for(page, lambda: Message.objects.filter(body="Au revoir").exists())

    @pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
    def test_buttons_of_a_refused_message_fit_a_thumb_and_the_screen(
        self, visit: Visit, camille: User, conversation: Conversation, dark: bool
    ) -> None:
        page = visit(camille, f"/client/messages/{conversation.pk}", phone=True, dark=dark)
        wait_until_live(page)
        refuse_messages(page)
        write(page, "La fissure au-dessus de la fenêtre s’agrandit depuis hier matin.")
        buttons = bubble(page, "La fissure").get_by_role("group").get_by_role("button")
        expect(buttons).to_have_count(4)

        take_picture(page, f"failed-phone-{'dark' if dark else 'light'}")
        for button in buttons.all():
            box = button.bounding_box()
            assert box is not None
            assert box["height"] >= TOUCH_PX
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
        if not dark:
            desktop = client_page(visit, camille, conversation)
            refuse_messages(desktop)
            write(desktop, "La fissure au-dessus de la fenêtre s’agrandit depuis hier matin.")
            expect(bubble(desktop, "La fissure")).to_contain_text(REASON)
            take_picture(desktop, "failed-desktop-light")


class TestLimit:
    def test_page_counts_emoji_as_the_server_does(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        page = client_page(visit, camille, conversation)

        composer(page).fill("😀" * 9_000)
        expect(page.get_by_text("1 000 caractères restants")).to_be_visible()
        composer(page).fill("😀" * 10_001)
        expect(page.get_by_text("1 caractère de trop")).to_be_visible()
        composer(page).fill("😀" * 5_001)
        send(page)

        wait_for(page, lambda: Message.objects.filter(body="😀" * 5_001).exists())
        expect(page.locator("message-bubble .failure")).to_have_count(0)

    def test_text_too_long_for_the_form_or_an_edit_is_counted_and_never_cut(
        self, visit: Visit, camille: User, conversation: Conversation, say: Say
    ) -> None:
        say(camille, "Bonjour")
        page = client_page(visit, camille, conversation)
        bubble(page, "Bonjour").hover()
        page.get_by_role("button", name="Actions sur le message").click()
        page.get_by_role("menuitem", name="Modifier").click()
        editor = page.get_by_role("textbox", name="Texte du message")
        editor.fill("😀" * 10_002)
        expect(page.get_by_text("2 caractères de trop")).to_be_visible()
        expect(page.get_by_role("button", name="Enregistrer")).to_be_disabled()
        editor.fill("😀" * 5_001)
        # A page that is left before the answer sends the edit again, and the console logs the 412.
        with page.expect_response(lambda answer: answer.request.method == "PATCH"):
            page.get_by_role("button", name="Enregistrer").click()
        expect(bubble(page, "😀")).to_contain_text("modifié")

        page.goto("/client/messages/new")
        subject = page.get_by_label("Sujet", exact=True)
        subject.fill("😀" * 151)
        expect(page.get_by_text("1 caractère de trop")).to_be_visible()
        page.get_by_label("Votre message").fill("Bonjour")
        page.get_by_role("button", name="Envoyer").click()
        expect(subject).to_be_focused()
        subject.fill("😀" * 150)
        page.get_by_role("button", name="Envoyer").click()
        wait_for(page, lambda: Conversation.objects.filter(subject="😀" * 150).exists())


class TestThanks:
    def test_thanks_on_a_closed_conversation_are_marked_and_it_closes_again_in_one_tap(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        say(odile, "C’est fait.")
        change_conversation(editor=odile, conversation=conversation, changes={"status": "closed"})
        company = staff_page(visit, odile, conversation)
        client = client_page(visit, camille, conversation)

        write(client, "Merci !")

        expect(bubble(company, "Merci !")).to_contain_text("Remerciement")
        expect(row(company, conversation.subject)).to_contain_text("Remerciement")
        expect(row(company, conversation.subject)).not_to_contain_text("À répondre")
        expect(company.get_by_text("Rouverte par le message de Camille Morel")).to_be_visible()
        take_picture(company, "thanks-desktop-light")
        expect(bubble(client, "Merci !")).not_to_contain_text("Remerciement")
        expect(client.get_by_text("Rouverte par le message de Camille Morel")).to_be_visible()
        expect(client.get_by_role("button", name="Clore à nouveau")).to_have_count(0)

        company.get_by_role("button", name="Clore à nouveau").click()

        expect(company.get_by_text("Conversation close.")).to_be_visible()
        expect(company.get_by_role("button", name="Clore à nouveau")).to_have_count(0)
        assert Conversation.objects.get().status == Conversation.Status.CLOSED
