"""The form of a new conversation, with its files."""

import pytest
from playwright.sync_api import expect

from core.models import Chantier, User
from messaging.models import Message
from tests.attachments.samples import pdf, photo
from tests.e2e.conftest import Visit
from tests.e2e.files import (
    GIVE,
    choose,
    chosen,
    expect_accessible,
    expect_drawn,
    file,
    jpeg,
    open_photo,
    send,
)
from tests.e2e.screens import wait_until_live


class TestNewConversation:
    def test_new_conversation_begins_with_photos_and_a_document(
        self, visit: Visit, camille: User, odile: User, villa: Chantier
    ) -> None:
        client = visit(camille, "/client/messages/new", phone=True)
        wait_until_live(client)
        sent = jpeg("fuite.jpg", gps=True)

        choose(client, sent, file("devis.pdf", pdf(), "application/pdf"), file("outil.exe", b"MZ"))
        expect(client.get_by_role("alert").filter(has_text="outil.exe")).to_be_visible()
        expect_drawn(chosen(client).locator("img"))
        expect(client.get_by_text("Le lieu (GPS) est retiré")).to_be_visible()
        expect_accessible(client)
        client.get_by_label("Sujet").fill("Fuite sous l’évier")
        send(client)

        expect_drawn(client.locator("attachment-tile img.full").first)
        message = Message.objects.get()
        assert (message.seq, message.body) == (1, "")
        assert [f.name for f in message.attachments] == ["fuite.jpg", "devis.pdf"]
        company = visit(odile, f"/staff/messages/{message.conversation_id}")
        open_photo(company, "fuite.jpg")
        expect(company.get_by_role("dialog")).to_contain_text("Lieu retiré")

    def test_form_takes_dropped_and_pasted_files(self, visit: Visit, odile: User) -> None:
        company = visit(odile, "/staff/messages/new")
        wait_until_live(company)

        company.evaluate(GIVE, ["drop", "plan.pdf", "application/pdf", list(pdf())])
        company.evaluate(GIVE, ["paste", "image.png", "image/png", list(photo("PNG"))])
        expect(chosen(company)).to_have_count(2)
        company.get_by_role("button", name="Retirer plan.pdf").click()
        expect(chosen(company)).to_have_count(1)
        company.get_by_role("button", name="Annuler").click()
        company.goto("/staff/messages/new")
        wait_until_live(company)

        expect(chosen(company)).to_have_count(0)

    def test_form_keeps_its_text_until_it_is_sent_or_cancelled(
        self, visit: Visit, odile: User, villa: Chantier
    ) -> None:
        company = visit(odile, "/staff/messages/new")
        wait_until_live(company)
        company.get_by_label("Client", exact=True).select_option("Famille Morel")
        company.get_by_label("De quoi s’agit-il ?").select_option("Autre sujet")
        company.get_by_label("Sujet").fill("Remise des clés")
        company.get_by_label("Votre message").fill("Vendredi à 10 h ?")

        company.reload()

        wait_until_live(company)
        expect(company.get_by_label("Client", exact=True)).to_have_value(str(villa.client_id))
        expect(company.get_by_label("De quoi s’agit-il ?")).to_have_value("")
        expect(company.get_by_label("Votre message")).to_have_value("Vendredi à 10 h ?")
        send(company)
        expect(company.get_by_role("heading", name="Remise des clés")).to_be_visible()
        company.goto("/staff/messages/new")
        expect(company.get_by_label("Sujet")).to_have_value("")
        company.get_by_label("Sujet").fill("À abandonner")
        company.get_by_role("button", name="Annuler").click()
        company.goto("/staff/messages/new")
        expect(company.get_by_label("Sujet")).to_have_value("")

    @pytest.mark.cut
    def test_form_keeps_its_files_while_it_cannot_be_sent(
        self, visit: Visit, camille: User, villa: Chantier
    ) -> None:
        client = visit(camille, "/client/messages/new")
        wait_until_live(client)
        client.get_by_label("Sujet").fill("Fissure")
        client.context.set_offline(True)

        choose(client, jpeg())
        send(client)
        alert = client.locator("conversation-form").get_by_role("alert")
        expect(alert.filter(has_text="réseau")).to_be_visible(timeout=20_000)
        client.context.set_offline(False)
        expect(chosen(client)).to_have_count(1)
        send(client)

        expect_drawn(client.locator("attachment-tile img.full"))
        assert Message.objects.count() == 1
