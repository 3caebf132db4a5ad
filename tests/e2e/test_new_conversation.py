"""The form of a new conversation, with its files."""

import pytest
from playwright.sync_api import Route, expect

from core.models import Chantier, User
from messaging.models import Conversation, Message
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
from tests.e2e.screens import bubble, pick, row, wait_for_a_frame, wait_until_live
from tests.e2e.waiting import wait_for


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
        # The photo is shown before the server has the message.
        wait_for(client, Message.objects.exists)
        message = Message.objects.get()
        assert (message.seq, message.body) == (1, "")
        assert [f.name for f in message.attachments] == ["fuite.jpg", "devis.pdf"]
        company = visit(odile, f"/staff/messages/{message.conversation_id}")
        open_photo(company, "fuite.jpg")
        expect(company.get_by_role("dialog")).to_contain_text("Lieu retiré")

    def test_focus_stays_where_the_person_writes_when_the_choices_come_late(
        self, visit: Visit, camille: User, villa: Chantier, conversation: Conversation
    ) -> None:
        client = visit(camille, "/client/messages")
        held: list[Route] = []
        client.route("**/api/v1/chantiers*", lambda route: held.append(route))
        client.get_by_role("link", name="Nouvelle conversation").first.click()
        subject = client.get_by_label("Sujet", exact=True)
        subject.fill("Fuite")
        wait_for(client, lambda: len(held) == 1)

        held[0].continue_()

        expect(client.get_by_role("option", name=villa.name)).to_be_attached()
        wait_for_a_frame(client)
        client.keyboard.type(" d’eau")
        expect(subject).to_have_value("Fuite d’eau")

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
        pick(company, "Client", "morel")
        # Emptied, it is another subject.
        about = company.get_by_role("combobox", name="De quoi s’agit-il ?")
        about.fill("")
        about.press("Tab")
        company.get_by_label("Sujet").fill("Remise des clés")
        company.get_by_label("Votre message").fill("Vendredi à 10 h ?")

        company.reload()

        wait_until_live(company)
        expect(company.get_by_role("combobox", name="Client")).to_have_value("Famille Morel")
        expect(about).to_have_value("")
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
    def test_refused_conversation_comes_back_to_its_form_with_its_files(
        self, visit: Visit, camille: User, villa: Chantier
    ) -> None:
        client = visit(camille, "/client/messages/new")
        wait_until_live(client)
        client.get_by_label("Sujet").fill("Fissure")
        client.get_by_label("Votre message").fill("Dans le séjour")
        choose(client, jpeg())
        expect(chosen(client)).to_have_count(1)
        client.context.set_offline(True)
        send(client)
        expect(bubble(client, "Dans le séjour")).to_contain_text("En attente du réseau")
        Chantier.objects.update(status=Chantier.Status.ARCHIVED)
        client.context.set_offline(False)

        failed = bubble(client, "Dans le séjour")
        expect(failed.get_by_role("alert")).to_contain_text("archivée")
        expect(row(client, "Fissure")).to_contain_text("Non envoyé")
        failed.get_by_role("button", name="Modifier").click()

        alert = client.locator("conversation-form").get_by_role("alert")
        expect(alert.filter(has_text="archivée")).to_be_visible()
        expect(client.get_by_label("Votre message")).to_have_value("Dans le séjour")
        expect(chosen(client)).to_have_count(1)
        client.get_by_label("De quoi s’agit-il ?").select_option("Autre sujet")
        send(client)
        wait_for(client, lambda: Message.objects.filter(body="Dans le séjour").exists())
