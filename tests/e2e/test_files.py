"""Photos and documents, from a phone to the screen of the other side."""

import re
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from attachments.models import Attachment
from core.models import User
from messaging.actions.conversations import open_conversation
from messaging.actions.messages import send_message
from messaging.conversation.idempotency import Draft, Opening
from messaging.models import Conversation, Message
from tests.attachments.samples import pdf, photo
from tests.e2e.conftest import Visit
from tests.e2e.files import (
    GIVE,
    SCAN_MS,
    choose,
    chosen,
    expect_accessible,
    expect_drawn,
    file,
    jpeg,
    open_photo,
    send,
    take_photo,
)
from tests.e2e.screens import bubble, client_page, row, staff_page, wait_until_live, write
from tests.site import Site


class TestPhotoFromPhone:
    def test_photo_from_a_phone_is_seen_opened_and_downloaded_by_the_company(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        company = staff_page(visit, odile, conversation)
        client = client_page(visit, camille, conversation, phone=True)
        sent = jpeg()
        expect(company.get_by_role("button", name="Prendre une photo")).to_be_hidden()

        take_photo(client, sent)
        expect_drawn(chosen(client).locator("img"))
        write(client, "La fissure du salon")

        theirs = bubble(company, "La fissure du salon")
        expect_drawn(theirs.locator("img.full"))
        expect(row(company, "Carrelage")).to_contain_text("La fissure du salon")
        theirs.get_by_role("button", name="Agrandir fissure.jpg").click()
        box = company.get_by_role("dialog", name="Photos")
        expect(box).to_contain_text("1 / 1")
        expect_drawn(box.get_by_role("img", name="fissure.jpg"))
        with company.expect_download() as download:
            box.get_by_role("link", name="Télécharger").click()
        assert download.value.suggested_filename == "fissure.jpg"
        assert Path(download.value.path()).read_bytes() == sent["buffer"]
        company.keyboard.press("Escape")
        expect(box).to_be_hidden()
        expect(theirs.get_by_role("button", name="Agrandir fissure.jpg")).to_be_focused()

        expect_drawn(bubble(client, "La fissure du salon").locator("img.full"))
        expect(chosen(client)).to_have_count(0)

    def test_photo_is_sent_without_a_text(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        company = staff_page(visit, odile, conversation)
        client = client_page(visit, camille, conversation, phone=True)

        choose(client, jpeg("un.jpg"), jpeg("deux.jpg"))
        expect(chosen(client)).to_have_count(2)
        chosen(client).first.get_by_role("button", name="Retirer un.jpg").tap()
        send(client)

        expect(company.get_by_role("button", name="Agrandir deux.jpg")).to_be_visible(
            timeout=SCAN_MS
        )
        expect(row(company, "Carrelage")).to_contain_text("1 fichier")
        assert Message.objects.get().body == ""

    def test_photo_keeps_its_location_if_the_sender_chooses_so(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        client = client_page(visit, camille, conversation)

        choose(client, jpeg("constat.jpg", gps=True), jpeg("vue.jpg", gps=True))
        expect(client.get_by_text("Le lieu (GPS) est retiré")).to_be_visible()
        client.get_by_label("Garder le lieu").check()
        expect(client.get_by_text("telles quelles, avec le lieu")).to_be_visible()
        send(client)

        open_photo(client, "constat.jpg")
        expect(client.get_by_role("dialog")).to_contain_text("Original, avec le lieu")
        shown = Message.objects.get().attachments
        assert [(f.name, f.location) for f in shown] == [
            ("constat.jpg", "kept"),
            ("vue.jpg", "kept"),
        ]

    def test_original_photo_can_be_downloaded_by_its_sender(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        client = client_page(visit, camille, conversation)
        sent = jpeg("vue.jpg", gps=True)

        choose(client, sent)
        send(client)

        open_photo(client, "vue.jpg")
        with client.expect_download() as download:
            client.get_by_role("link", name="Original avec le lieu").click()
        assert Path(download.value.path()).read_bytes() == sent["buffer"]


class TestBrowserWithoutSubtleCrypto:
    def test_file_is_sent_with_its_sha256_without_subtle_crypto(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        client = client_page(visit, camille, conversation)
        client.add_init_script(
            "Object.defineProperty(Crypto.prototype, 'subtle', { value: undefined })"
        )
        client.reload()
        wait_until_live(client)
        content = b"Relev\xc3\xa9 du chantier\n" * 100_000

        choose(client, file("releve.txt", content))
        send(client)

        expect(client.get_by_role("link", name=re.compile("releve.txt"))).to_be_visible(
            timeout=SCAN_MS
        )
        assert bytes(Attachment.objects.get().sha256) == sha256(content).digest()


class TestDocument:
    def test_document_shows_its_first_page_and_downloads(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        company = staff_page(visit, odile, conversation)
        client = client_page(visit, camille, conversation)
        content = pdf()

        choose(company, file("Devis n° 12.pdf", content, "application/pdf"))
        write(company, "Le devis")

        theirs = bubble(client, "Le devis")
        expect_drawn(theirs.locator("img.page"))
        with client.expect_download() as download:
            theirs.get_by_role("link", name="Télécharger Devis n° 12.pdf").click()
        assert download.value.suggested_filename == "Devis n° 12.pdf"
        assert Path(download.value.path()).read_bytes() == content

    def test_document_can_be_dropped_anywhere_on_the_page(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        client = client_page(visit, camille, conversation)
        dropped = ["plan.pdf", "application/pdf", list(pdf())]

        client.evaluate(GIVE, ["dragenter", *dropped])
        expect(client.get_by_text("Déposez vos fichiers ici")).to_be_visible()
        client.evaluate(GIVE, ["drop", *dropped])

        expect(client.get_by_text("Déposez vos fichiers ici")).to_be_hidden()
        expect(chosen(client)).to_contain_text("plan.pdf")

    def test_pasted_picture_is_chosen(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        client = client_page(visit, camille, conversation)

        client.evaluate(GIVE, ["paste", "image.png", "image/png", list(photo("PNG"))])

        expect_drawn(
            chosen(client).get_by_role("img", name=re.compile(r"image-\d\d-\d\d-\d\d\.png"))
        )


class TestRefusedFile:
    def test_refused_file_is_shown_before_any_upload(
        self, visit: Visit, camille: User, conversation: Conversation, tmp_path: Path
    ) -> None:
        client = client_page(visit, camille, conversation)
        heavy = tmp_path / "film.mp4"
        with heavy.open("wb") as sparse:
            sparse.truncate(51 * 1024 * 1024)

        choose(client, file("outil.exe", b"MZ"), file("vide.pdf", b""))
        alert = client.locator("message-composer").get_by_role("alert")
        expect(alert).to_contain_text("« outil.exe » : ce type de fichier")
        expect(alert).to_contain_text("« vide.pdf » est vide")
        client.locator("input.any").set_input_files(heavy)
        expect(alert).to_contain_text("« film.mp4 » pèse 51 Mo : 50 Mo au plus")
        choose(client, *[jpeg(f"{n}.jpg", size=(8, 8)) for n in range(21)])
        expect(alert).to_contain_text("20 fichiers au plus par message")
        expect(chosen(client)).to_have_count(20)
        assert not Attachment.objects.filter(name="outil.exe").exists()

    def test_file_refused_by_the_scan_is_shown(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        company = staff_page(visit, odile, conversation)
        client = client_page(visit, camille, conversation)
        hostile = file("facture.pdf", b"MZ" + b"\0" * 200, "application/pdf")

        choose(client, hostile)
        expect(chosen(client)).to_contain_text("Ne partira pas", timeout=SCAN_MS)
        write(client, "Sans la pièce")
        expect(bubble(company, "Sans la pièce").locator("attachment-tile")).to_have_count(0)

        choose(client, hostile)
        write(client, "Avec la pièce, envoyée aussitôt")
        theirs = bubble(company, "Avec la pièce")
        expect(theirs).to_contain_text("Bloqué", timeout=SCAN_MS)
        expect(theirs).to_contain_text("Ce fichier contient un programme")


class TestFileThatIsNotScanned:
    def test_file_that_waits_for_the_scan_is_shown_to_both_and_opens_after_it(
        self, visit: Visit, site: Site, camille: User, odile: User, conversation: Conversation
    ) -> None:
        company = staff_page(visit, odile, conversation)
        client = client_page(visit, camille, conversation, phone=True)
        site.stop_worker()

        choose(client, jpeg("mur.jpg"), file("plan.pdf", pdf(), "application/pdf"))
        write(client, "Le mur et son plan")

        bubbles = [bubble(page, "Le mur et son plan") for page in (client, company)]
        for shown in bubbles:
            expect(shown.get_by_role("button", name="mur.jpg – Analyse…")).to_be_disabled()
            expect(shown.get_by_role("listitem").filter(has_text="plan.pdf")).to_contain_text(
                "Analyse…"
            )
            expect(shown.get_by_role("link", name="Télécharger plan.pdf")).to_have_count(0)
            expect_accessible(shown.page)
        site.start_worker()

        for shown in bubbles:
            expect(shown.get_by_role("button", name="Agrandir mur.jpg")).to_be_enabled(
                timeout=SCAN_MS
            )
            expect(shown.get_by_role("link", name="Télécharger plan.pdf")).to_be_visible(
                timeout=SCAN_MS
            )
            expect(shown).not_to_contain_text("Analyse…")


class TestLibrary:
    def test_library_lists_the_files_of_a_conversation(
        self, visit: Visit, camille: User, odile: User, conversation: Conversation
    ) -> None:
        client = client_page(visit, camille, conversation)
        choose(client, jpeg("mur.jpg"), file("plan.pdf", pdf(), "application/pdf"))
        write(client, "Le mur et son plan")
        expect_drawn(bubble(client, "Le mur et son plan").locator("img.full"))

        client.get_by_role("button", name="Photos et documents").click()
        library = client.get_by_role("region", name="Photos et documents")
        expect_drawn(library.locator("img.full"))
        expect(library.get_by_role("link", name="Télécharger plan.pdf")).to_be_visible()
        library.get_by_role("button", name="Documents").click()
        expect(library.get_by_role("button", name="Agrandir mur.jpg")).to_be_hidden()
        library.get_by_role("button", name="Photos", exact=True).click()
        library.get_by_role("button", name="Agrandir mur.jpg").click()
        expect(client.get_by_role("dialog")).to_contain_text("1 / 1")
        client.keyboard.press("Escape")
        expect(client).to_have_url(re.compile("/files$"))

        client.reload()
        expect(library).to_be_visible()
        client.get_by_role("button", name="Photos et documents").click()
        expect(bubble(client, "Le mur et son plan")).to_be_visible()

    def test_page_of_the_files_shows_those_of_its_own_conversation_only(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        opening = Opening(subject="Peinture", client=conversation.client_id)
        open_conversation(opener=camille, opening=opening)
        files = (ready_text(camille, "note.txt"),)
        draft = Draft(body="", attachment_ids=files)
        send_message(author=camille, conversation_id=conversation.pk, draft=draft)
        client = visit(camille, f"/client/messages/{conversation.pk}/files")
        note = client.get_by_role("link", name="Télécharger note.txt")
        expect(note).to_be_visible()

        client.get_by_role("link", name="Peinture").click()
        client.get_by_role("button", name="Photos et documents").click()

        expect(client.get_by_text("Aucun fichier pour l’instant.")).to_be_visible()
        expect(note).to_have_count(0)

    def test_library_of_a_chantier_lists_all_its_conversations_by_pages(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        opening = Opening(
            subject="Peinture", client=conversation.client_id, chantier=conversation.chantier_id
        )
        other = open_conversation(opener=camille, opening=opening).conversation
        for place, count in ((other, 15), (conversation, 20), (conversation, 20)):
            files = tuple(ready_text(camille, f"note {number}.txt") for number in range(count))
            draft = Draft(body="", attachment_ids=files)
            send_message(author=camille, conversation_id=place.pk, draft=draft)

        client = client_page(visit, camille, conversation)
        client.get_by_role("button", name="Photos et documents").click()
        library = client.get_by_role("region", name="Photos et documents")
        links = library.get_by_role("link", name="Télécharger note")
        expect(links).to_have_count(40)
        library.get_by_role("button", name="Tout le chantier").click()
        expect(links).to_have_count(50)
        library.get_by_role("button", name="Afficher plus").click()
        expect(links).to_have_count(55)
        expect(library.get_by_role("button", name="Afficher plus")).to_have_count(0)


def ready_text(uploader: User, name: str) -> UUID:
    """Create a scanned file without any bytes in the bucket, and return its id."""
    file = Attachment(
        uploader=uploader, name=name, size=1, sha256=bytes(32), format="txt", kind="document",
        content_type="text/plain", status="ready", verdict="clean", uploaded_at=timezone.now(),
    )  # fmt: skip
    file.save()
    return file.pk


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
class TestEveryScreenWithFiles:
    def test_every_screen_with_files_is_accessible(
        self, visit: Visit, camille: User, conversation: Conversation, phone: bool, dark: bool
    ) -> None:
        page = visit(camille, f"/client/messages/{conversation.pk}", phone=phone, dark=dark)
        wait_until_live(page)
        choose(page, jpeg("mur.jpg", gps=True), file("plan.pdf", pdf()), file("outil.exe", b"MZ"))
        expect(chosen(page)).to_have_count(2)
        expect_accessible(page)
        send(page)
        for found in (
            page.get_by_role("button", name="Agrandir mur.jpg"),
            page.get_by_role("link", name="Télécharger plan.pdf"),
        ):
            expect(found).to_be_visible(timeout=SCAN_MS)
        expect_accessible(page)
        page.get_by_role("button", name="Agrandir mur.jpg").click()
        expect_drawn(page.get_by_role("dialog").locator("img.full"))
        expect_accessible(page)
        page.keyboard.press("Escape")
        page.get_by_role("button", name="Photos et documents").click()
        expect_drawn(page.locator("attachment-library img.full"))
        expect_accessible(page)
