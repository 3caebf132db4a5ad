"""Finding words, long lists, and a whole conversation on paper, as people see them."""

import io
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pypdfium2
import pytest
from django.db.models import F
from django.utils import timezone
from playwright.sync_api import Page, expect

from attachments.models import Attachment
from core.models import Chantier, Client, User
from messaging.actions.conversations import open_conversation
from messaging.actions.fan_out import fan_out_message
from messaging.actions.notes import write_note
from messaging.conversation.idempotency import Draft, Opening
from messaging.models import Conversation, Message, MessageAttachment, Note
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.files import SCAN_MS, choose, expect_accessible, jpeg, send
from tests.e2e.screens import bubble, client_page, pick, row
from tests.e2e.threads import long_thread
from tests.e2e.waiting import wait_for

MANY = 300


def search_field(page: Page) -> Any:
    return page.locator(".list-search").get_by_role("searchbox", name="Rechercher")


def told(messages: list[Message]) -> None:
    for message in messages:
        fan_out_message(message.pk)


class TestSearch:
    # The test is without network for a while.
    @pytest.mark.cut
    def test_client_finds_a_word_and_comes_back_to_what_was_found(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        told([say(odile, "Le béton est coulé, repère B-12."), say(camille, "Merci !")])
        page = visit(camille, "/client/messages", phone=True)

        search_field(page).fill("BETON b12")
        expect(page.locator("search-results mark")).to_have_text(["béton", "B-12"])
        expect_accessible(page)
        page.locator("search-results a").click()
        expect(page.locator("message-list li.pointed")).to_contain_text("Le béton est coulé")

        page.go_back()
        expect(search_field(page)).to_have_value("BETON b12")
        expect(page.locator("search-results a")).to_be_in_viewport()

        page.reload()
        expect(page.locator("search-results mark")).to_have_text(["béton", "B-12"])

        page.go_back()
        expect(row(page, "Carrelage du séjour")).to_be_visible()
        expect(page).to_have_url(re.compile("/client/messages$"))
        page.go_forward()
        search_field(page).fill("moquette")
        expect(page.get_by_text("Essayez un seul mot")).to_be_visible()
        page.context.set_offline(True)
        search_field(page).fill("merci")
        expect(page.get_by_text("Sans réseau")).to_be_visible()
        expect(page.locator("search-results mark")).to_have_text(["Merci"])
        page.context.set_offline(False)

    def test_hits_of_a_conversation_are_visited_one_by_one(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        long_thread(conversation, odile, camille, count=400)
        page = client_page(visit, camille, conversation)

        page.get_by_role("button", name="Rechercher dans la conversation").first.click()
        page.keyboard.type('"numéro 7" ')
        place = page.locator("thread-search").get_by_role("status")
        expect(place).to_have_text("1 sur 1")
        expect(bubble(page, "Message numéro 7.")).to_be_in_viewport()

        page.locator("thread-search").get_by_role("searchbox").fill('"numero 39')
        expect(place).to_have_text("1 sur 11")
        expect(bubble(page, "Message numéro 399.")).to_be_in_viewport()
        page.keyboard.press("Enter")
        expect(place).to_have_text("2 sur 11")
        page.get_by_role("button", name="Résultat plus récent").click()
        page.get_by_role("button", name="Résultat plus récent").click()
        expect(place).to_have_text("11 sur 11")
        expect(bubble(page, "Message numéro 39.")).to_be_in_viewport()
        expect_accessible(page)

        page.keyboard.press("Escape")
        expect(page.locator("thread-search")).to_have_count(0)

    def test_closed_conversation_is_folded_and_found(
        self, visit: Visit, camille: User, morel: Client, conversation: Conversation
    ) -> None:
        opening = Opening(subject="Portail du garage", client=morel.pk)
        closed = open_conversation(opener=camille, opening=opening).conversation
        Conversation.objects.filter(pk=closed.pk).update(status="closed")
        page = visit(camille, "/client/messages", phone=True)

        expect(page.get_by_text("Conversations closes (1)")).to_be_visible()
        expect(row(page, "Portail du garage")).to_be_hidden()
        page.get_by_text("Conversations closes (1)").click()
        expect(row(page, "Portail du garage")).to_be_visible()

        search_field(page).fill("portails")
        expect(page.get_by_text("1 résultat · 1 dans une conversation close")).to_be_visible()
        page.locator("search-results a").click()
        expect(page.get_by_role("heading", name="Portail du garage")).to_be_visible()
        expect(page).to_have_url(re.compile(f"/client/messages/{closed.pk}"))


class TestStaffSearch:
    def test_what_is_found_is_narrowed_and_leads_to_the_message(
        self, visit: Visit, camille: User, yanis: User, odile: User, morel: Client,
        haddad: Client, conversation: Conversation, say: Say,
    ) -> None:  # fmt: skip
        """Words, kind, client and days, all in the address; then the message itself."""
        long_thread(conversation, odile, camille, count=60)
        told([say(camille, "Le portail de l’entrée grince")])
        early = Message.objects.get(seq=5, conversation=conversation)
        march = datetime(2025, 3, 14, 12, tzinfo=UTC)
        Message.objects.filter(pk=early.pk).update(body="Portail reçu", created_at=march)
        write_note(author=odile, conversation=conversation, body="Portail cher", note_id=uuid4())
        draft = Draft(body="Portail bleu")
        opening = Opening(subject="Garage", client=haddad.pk, message=draft)
        closed = open_conversation(opener=yanis, opening=opening).conversation
        Conversation.objects.filter(pk=closed.pk).update(status="closed")
        page = visit(odile, "/staff/messages?folder=mine")
        results = page.locator("search-results a")

        page.get_by_role("searchbox", name="Rechercher").first.fill("portails")
        expect(page.get_by_text("4 résultats · 1 dans une conversation close")).to_be_visible()
        expect(results).to_contain_text(["bleu", "cher", "grince", "reçu"])
        expect(results.locator("mark")).to_have_text(["Portail", "Portail", "portail", "Portail"])
        expect(results.first).to_contain_text("SCI Haddad")
        expect(results.first).to_contain_text("Close")
        expect(results.nth(1)).to_contain_text("Note interne")
        expect_accessible(page)

        page.get_by_role("button", name="Messages", exact=True).click()
        expect(results).to_contain_text(["bleu", "grince", "reçu"])
        page.get_by_text("Filtres", exact=True).click()
        pick(page, "Client", "morel")
        expect(results).to_contain_text(["grince", "reçu"])
        days = page.get_by_label("Date")
        days.fill("un jour")
        days.press("Enter")
        expect(page.get_by_text("Date non comprise.")).to_be_visible()
        days.fill("mars 2025")
        days.press("Enter")
        expect(results).to_contain_text(["reçu"])
        expect(page.get_by_text("Filtres (2 actifs)")).to_be_visible()
        expect_accessible(page)

        page.reload()
        expect(results).to_contain_text(["reçu"])
        expect(page.get_by_role("combobox", name="Client")).to_have_value("Famille Morel")
        expect(days).to_have_value("mars 2025")
        results.click()
        expect(bubble(page, "Portail reçu")).to_be_in_viewport()
        page.go_back()
        expect(results).to_have_count(1)
        page.get_by_role("button", name="Effacer les filtres").click()
        expect(results).to_have_count(3)
        page.get_by_role("button", name="Quitter la recherche").click()
        expect(page.get_by_role("heading", name="À moi")).to_be_visible()
        expect(page).to_have_url(re.compile(r"/staff/messages\?folder=mine$"))


class TestSearchWithoutWords:
    def test_client_lists_the_files_of_a_month_and_comes_back_to_the_list(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        plan, quote = say(odile, "Voici le plan"), say(odile, "Et le devis")
        joined(plan, "plan.pdf", datetime(2025, 11, 12, 9, tzinfo=UTC))
        joined(quote, "devis.pdf", datetime(2025, 10, 12, 9, tzinfo=UTC))
        told([plan, quote])
        page = visit(camille, "/client/messages", phone=True)
        results = page.locator("search-results a")

        page.get_by_role("button", name="Rechercher par client, date ou fichier").click()
        expect(page.get_by_text("Tapez un mot, ou choisissez un filtre.")).to_be_visible()
        expect_accessible(page)
        page.get_by_role("button", name="Fichiers", exact=True).click()
        expect(results).to_contain_text(["plan.pdf", "devis.pdf"])
        days = page.get_by_label("Date")
        days.fill("novembre 2025")
        days.press("Enter")
        expect(results).to_contain_text(["plan.pdf"])
        expect(page.get_by_text("1 résultat", exact=True)).to_be_visible()
        expect_accessible(page)

        # The address is enough for somebody else of the client.
        page.reload()
        expect(results).to_contain_text(["plan.pdf"])
        results.click()
        expect(bubble(page, "Voici le plan")).to_be_in_viewport()
        page.go_back()
        expect(results).to_contain_text(["plan.pdf"])
        page.go_back()
        expect(row(page, "Carrelage du séjour")).to_be_visible()
        expect(page).to_have_url(re.compile("/client/messages$"))

    def test_file_of_an_old_note_leads_the_company_to_the_note(
        self, visit: Visit, camille: User, odile: User, villa: Chantier, conversation: Conversation
    ) -> None:
        """Chosen by chantier and kind; the note is far above what the thread loads first."""
        long_thread(conversation, odile, camille, count=400)
        file = file_of(odile, "marge.pdf")
        note = write_note(
            author=odile, conversation=conversation, body="", note_id=uuid4(),
            attachment_ids=[file.pk],
        ).note  # fmt: skip
        began = timezone.now() - timedelta(days=1)
        Message.objects.update(created_at=began + F("seq") * timedelta(minutes=1))
        moment = began + timedelta(minutes=37, seconds=30)
        Note.objects.filter(pk=note.pk).update(created_at=moment)
        page = visit(odile, "/staff/messages?folder=mine")
        results = page.locator("search-results a")

        page.get_by_role("button", name="Rechercher par client, date ou fichier").click()
        pick(page, "Chantier", "lumiere")
        expect(results.first).to_be_visible()
        page.get_by_role("button", name="Fichiers", exact=True).click()
        expect(results).to_have_count(1)
        expect(results).to_contain_text("Note interne")
        expect(results).to_contain_text("marge.pdf")
        assert f"chantier={villa.pk}" in page.url
        expect_accessible(page)

        results.click()
        pointed = page.locator("message-list li.pointed")
        expect(pointed).to_contain_text("marge.pdf")
        expect(pointed).to_be_in_viewport()
        for number in (37, 38):
            expect(bubble(page, f"Message numéro {number}.")).to_be_in_viewport()
        page.reload()
        expect(pointed).to_contain_text("marge.pdf")
        expect(bubble(page, "Message numéro 37.")).to_be_in_viewport()
        page.get_by_role("button", name="Quitter la recherche").click()
        expect(page.get_by_role("heading", name="À moi")).to_be_visible()

    # The test is without network for a while.
    @pytest.mark.cut
    def test_filters_alone_say_that_the_device_cannot_answer_without_network(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        told([say(odile, "Bonjour")])
        page = visit(camille, "/client/messages", phone=True)
        page.get_by_role("button", name="Rechercher par client, date ou fichier").click()
        expect(page.get_by_label("Date")).to_be_visible()

        page.context.set_offline(True)
        page.get_by_role("button", name="Fichiers", exact=True).click()

        expect(page.get_by_text("les filtres seuls ne trouvent rien")).to_be_visible()
        page.context.set_offline(False)


class TestLongList:
    def test_only_rows_near_the_screen_are_rendered_and_all_are_reached(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        many_conversations(camille)
        page = visit(odile, "/staff/messages")
        rows = page.locator("conversation-list li:not(.gap)")
        expect(row(page, "Suivi 1 du")).to_be_visible()

        scroller = page.locator(".side > .window")
        shown = page.locator("conversation-list")

        def has_all() -> bool:
            scroller.evaluate("(window) => window.scrollTo(0, 1e7)")
            return not shown.evaluate("(list) => list.hasMore")

        wait_for(page, has_all)

        expect(row(page, f"Suivi {MANY} du")).to_be_in_viewport()
        assert rows.count() < 60
        expect(rows.last).to_have_attribute("aria-posinset", str(MANY + 1))
        expect(rows.last).to_have_attribute("aria-setsize", str(MANY + 1))
        heights = rows.evaluate_all(
            "(rows) => rows.map((row) => row.getBoundingClientRect().height)"
        )
        assert max(heights) - min(heights) < 1, heights

        place = scroller.evaluate("(window) => window.scrollTop")
        row(page, f"Suivi {MANY - 3} ").get_by_role("link").click()
        expect(page.get_by_role("heading", name=f"Suivi {MANY - 3} ")).to_be_visible()
        page.go_back()
        expect(row(page, f"Suivi {MANY - 3} ").get_by_role("link")).to_be_focused()
        assert scroller.evaluate("(window) => window.scrollTop") == place

        page.keyboard.press("Home")
        expect(rows.first.get_by_role("link")).to_be_focused()
        expect(rows.first).to_be_in_viewport()
        page.keyboard.press("ArrowDown")
        expect(rows.nth(1).get_by_role("link")).to_be_focused()
        # The row with the focus stays, wherever the list is scrolled to.
        scroller.evaluate("(window) => window.scrollTo(0, 1e7)")
        expect(row(page, f"Suivi {MANY} ")).to_be_in_viewport()
        expect(page.locator("conversation-list li a:focus")).to_have_count(1)


class TestPrint:
    def test_pdf_has_all_messages_and_photos(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        long_thread(conversation, odile, camille, count=250)
        page = client_page(visit, camille, conversation, phone=True)
        choose(page, jpeg("fissure.jpg"))
        send(page)
        expect(page.locator("attachment-tile .picture:enabled")).to_be_visible(timeout=SCAN_MS)

        page.get_by_role("button", name="Autres actions").click()
        with page.context.expect_page() as opened:
            page.get_by_role("link", name="Imprimer", exact=True).click()
        paper = opened.value
        paper.emulate_media(color_scheme="dark")
        expect(paper.get_by_role("button", name="Imprimer ou enregistrer en PDF")).to_be_enabled()
        document = pypdfium2.PdfDocument(io.BytesIO(paper.pdf(prefer_css_page_size=True)))

        pages = [each.get_textpage().get_text_range() for each in document]
        text = re.sub(r"\s+", " ", " ".join(pages))
        numbers = re.findall(r"Message numéro (\d+)\.", text)
        assert numbers == [str(number) for number in range(1, 251)]
        assert "fissure.jpg" in text
        assert "Fin de la conversation : 251 messages." in text
        assert "Autres actions" not in text
        assert f"1 / {len(document)}" in pages[0]
        images = [each for sheet in document for each in sheet.get_objects(filter=[IMAGE])]
        assert len(images) == 1
        corner = document[0].render(scale=0.2).to_pil().getpixel((2, 2))
        assert corner == (255, 255, 255)

    def test_print_of_the_browser_leads_to_the_whole_conversation(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        long_thread(conversation, odile, camille, count=60)
        page = client_page(visit, camille, conversation)

        with page.context.expect_page() as opened:
            page.keyboard.press("Control+p")
        expect(opened.value).to_have_url(re.compile(f"/client/messages/{conversation.pk}/print$"))
        opened.value.close()

        page.emulate_media(media="print")
        leads = page.get_by_text("Pour imprimer toute la conversation")
        expect(leads).to_contain_text(f"/client/messages/{conversation.pk}/print")
        expect(leads).to_be_visible()
        expect(bubble(page, "Message numéro 60.")).to_be_hidden()


IMAGE = 3  # FPDF_PAGEOBJ_IMAGE


def file_of(uploader: User, name: str) -> Attachment:
    return Attachment.objects.create(
        uploader=uploader, name=name, size=9, sha256=bytes(32), content_type="application/pdf",
        kind=Attachment.Kind.PDF,
    )  # fmt: skip


def joined(message: Message, name: str, at: datetime) -> None:
    """Add a file to a message that was sent at a moment."""
    MessageAttachment.objects.create(
        message=message, attachment=file_of(message.author, name), position=0,
        conversation=message.conversation,
    )  # fmt: skip
    Message.objects.filter(pk=message.pk).update(attachment_count=1, created_at=at)


def many_conversations(camille: User) -> None:
    """Add conversations with a message each, a minute apart."""
    now = timezone.now() - timedelta(hours=1)
    for number in range(1, MANY + 1):
        at = now - timedelta(minutes=number)
        opening = Opening(
            subject=f"Suivi {number} du chantier", client=camille.own_client_id,
            message=Draft(body=f"Bonjour {number}") if number % 2 else None,
        )  # fmt: skip
        made = open_conversation(opener=camille, opening=opening).conversation
        Conversation.objects.filter(pk=made.pk).update(last_activity_at=at, changed_at=at)
    Message.objects.update(fanned_out_at=now, due_at=None)
