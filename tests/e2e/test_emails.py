"""Emails that found no conversation are put there by a tap, and the original can be read."""

import pytest
from playwright.sync_api import Locator, Page, expect

from core.models import User
from messaging.models import Conversation
from notifications.inbound_email import intake
from notifications.models import InboundEmail
from notifications.outbound_email import reply_address
from tests.attachments.samples import pdf
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.files import expect_accessible
from tests.e2e.screens import bubble, client_page, staff_page, wait_until_live
from tests.notifications.inbound_email.letters import letter

UNKNOWN = f"reply+{'a' * 26}@reponse.demo.test"


def arrives(text: str, subject: str = "Fuite au garage", **headers: str) -> None:
    message = letter(UNKNOWN, text)
    del message["Subject"]
    message["Subject"] = subject
    for name, value in headers.items():
        del message[name]
        message[name] = value
    message.add_attachment(pdf(), maintype="application", subtype="pdf", filename="devis.pdf")
    intake.receive(message.as_bytes())


def right_edge(shown: Locator) -> float:
    box = shown.bounding_box()
    assert box is not None
    return box["x"] + box["width"]


def card(page: Page, subject: str) -> Locator:
    return page.locator("email-card").filter(has_text=subject)


class TestEmailsToSort:
    def test_email_is_put_in_its_conversation_by_one_tap_and_read_by_the_client(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        say(camille, "Bonjour")
        company = visit(odile, "/staff/messages")
        wait_until_live(company)
        expect(company.get_by_role("link", name="E-mails à ranger", exact=True)).to_be_visible()

        # It shows on the open screen.
        arrives("Il y a une fuite au garage, pouvez-vous passer ?")
        link = company.get_by_role("link", name="E-mails à ranger (1)")
        expect(link).to_be_visible()
        for width in (390, 800, 1366):
            company.set_viewport_size({"width": width, "height": 800})
            new = company.get_by_role("link", name="Nouvelle conversation")
            assert right_edge(new) <= right_edge(company.locator("conversation-list"))
        link.click()

        shown = card(company, "Fuite au garage")
        expect(shown).to_contain_text("Il ne répond à aucun de nos e-mails")
        expect(shown).to_contain_text("devis.pdf")
        expect(shown).to_contain_text("Au nom de Camille Morel.")
        expect_accessible(company)
        shown.get_by_role("button", name="Mettre dans cette conversation").click()
        expect(shown).to_contain_text("Rangé par Odile Perrin")
        expect(shown.get_by_role("link", name="Voir dans la conversation")).to_be_focused()
        client = client_page(visit, camille, conversation)
        expect(bubble(client, "Il y a une fuite")).to_contain_text("devis.pdf")
        expect(bubble(client, "Il y a une fuite")).to_contain_text("e-mail")

    def test_email_is_set_aside_and_brought_back_or_put_where_a_search_says(
        self, visit: Visit, odile: User, conversation: Conversation
    ) -> None:
        arrives("Le plan est prêt.", "Plan du séjour", From="Paul Roy <paul@archi.example>")
        company = visit(odile, "/staff/emails", phone=True)
        wait_until_live(company)
        shown = card(company, "Plan du séjour")

        shown.get_by_role("button", name="Mettre de côté").click()
        shown.get_by_role("button", name="Remettre dans la liste").click()
        shown.get_by_role("button", name="Choisir une conversation…").click()
        expect(shown.get_by_label("Chercher une conversation")).to_be_focused()
        company.keyboard.type("carrelage")
        expect_accessible(company)
        shown.get_by_role("button", name="Carrelage du séjour").click()

        shown.get_by_role("link", name="Voir dans la conversation").click()
        expect(bubble(company, "Le plan est prêt.")).to_contain_text(
            "E-mail de Paul Roy <paul@archi.example>"
        )


class TestOriginal:
    @pytest.mark.cut  # The 404 of an original that is no longer kept.
    def test_staff_and_author_read_the_original_of_a_message(
        self, visit: Visit, camille: User, odile: User, bruno: User, conversation: Conversation
    ) -> None:
        placed = made_message(camille, conversation)
        company = staff_page(visit, odile, conversation)
        opener = bubble(company, "Oui, jeudi").get_by_role("button", name="Voir l’e-mail d’origine")

        opener.focus()
        company.keyboard.press("Enter")

        dialog = company.get_by_role("dialog", name="E-mail d’origine")
        expect(dialog).to_contain_text("> Jeudi à 8 h vous convient ?")
        expect(dialog).to_contain_text("Camille Morel <camille@demo.test>")
        expect_accessible(company)
        company.keyboard.press("Escape")
        expect(dialog).to_be_hidden()
        expect(opener).to_be_focused()

        other = client_page(visit, bruno, conversation)
        expect(bubble(other, "Oui, jeudi")).to_be_visible()
        expect(other.get_by_role("button", name="Voir l’e-mail d’origine")).to_have_count(0)

        InboundEmail.objects.filter(pk=placed.pk).update(original_bytes=None)
        client = client_page(visit, camille, conversation, phone=True)
        client.get_by_role("button", name="Voir l’e-mail d’origine").click()
        expect(client.get_by_role("dialog")).to_contain_text("n’est plus conservé")


def made_message(camille: User, conversation: Conversation) -> InboundEmail:
    address = reply_address.address_for(camille, conversation)
    attribution = "Le 3 nov. 2026 à 14:02, Odile Perrin a écrit :"
    text = f"Oui, jeudi.\n\n{attribution}\n\n> Jeudi à 8 h vous convient ?\n"
    intake.receive(letter(address, text).as_bytes())
    return InboundEmail.objects.get()
