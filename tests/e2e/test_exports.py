"""Exports on their page: asked for, followed, cancelled, downloaded, deleted; and the PDF."""

import io
import zipfile
from pathlib import Path

import pypdfium2
from playwright.sync_api import expect

from core.models import User
from messaging.models import Conversation, Export
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.files import expect_accessible
from tests.site import Site


class TestExportPage:
    def test_client_is_offered_all_of_their_conversations(
        self, visit: Visit, camille: User, conversation: Conversation, say: Say
    ) -> None:
        say(camille, "Bonjour")
        page = visit(camille, "/client/exports", phone=True)

        expect(page.get_by_role("radio", name="Toutes les conversations")).to_be_checked()
        expect(page.get_by_text("Tout le client")).to_have_count(0)
        expect(page.get_by_text("ouvrez-la et choisissez «\u00a0Exporter\u00a0»")).to_be_visible()

    def test_manager_exports_a_conversation_from_its_menu_and_downloads_the_zip(
        self, visit: Visit, camille: User, marc: User, conversation: Conversation, say: Say,
        tmp_path: Path,
    ) -> None:  # fmt: skip
        say(camille, "Le carrelage est fendu")
        page = visit(marc, f"/staff/messages/{conversation.pk}")
        page.get_by_role("button", name="Autres actions").click()
        page.get_by_role("link", name="Exporter").click()
        expect(page.get_by_role("heading", name="Exports", exact=True)).to_be_visible()
        expect(page.get_by_role("radio", name="Cette conversation")).to_be_checked()
        expect(page.get_by_role("radio", name="Tout le client")).to_be_visible()
        expect_accessible(page)

        page.get_by_role("checkbox", name="Avec les notes internes").check()
        expect(page.get_by_text("Le client ne doit pas recevoir cet export")).to_be_visible()
        page.get_by_role("button", name="Préparer l’export").click()

        row = page.locator("export-page li").filter(has_text="Carrelage du séjour")
        expect(row.get_by_text("Prêt", exact=True)).to_be_visible(timeout=20_000)
        expect(row.get_by_text("Notes internes")).to_be_visible()
        expect_accessible(page)
        with page.expect_download() as downloading:
            row.get_by_role("link", name="Télécharger").click()
        saved = tmp_path / downloading.value.suggested_filename
        downloading.value.save_as(saved)
        assert saved.name.startswith("Carrelage du séjour 20")
        with zipfile.ZipFile(saved) as archive:
            assert "Le carrelage est fendu" in archive.read("lire.html").decode()

        row.get_by_role("button", name="Supprimer").click()
        page.get_by_role("alertdialog").get_by_role("button", name="Supprimer").click()
        expect(row.get_by_text("Expiré", exact=True)).to_be_visible()

    def test_export_that_is_being_made_shows_n_of_total_and_is_cancelled(
        self, visit: Visit, site: Site, camille: User, conversation: Conversation, say: Say
    ) -> None:
        """Without a worker nothing ends it."""
        say(camille, "Bonjour")
        export = Export.objects.create(
            by=camille, kind="conversation", subject=conversation.pk, label="Carrelage du séjour",
            locale="fr", status="running", phase="files", done=312, total=4204, due_at=None,
        )  # fmt: skip
        page = visit(camille, "/client/exports", phone=True)

        row = page.locator("export-page li")
        expect(row.get_by_text("312 sur 4 204 · copie des fichiers")).to_be_visible()
        Export.objects.filter(pk=export.pk).update(done=2000)
        expect(row.get_by_text("2 000 sur 4 204")).to_be_visible()
        expect(page.get_by_role("checkbox", name="Avec les notes internes")).to_have_count(0)
        row.get_by_role("button", name="Annuler").click()

        expect(row.get_by_text("Annulé", exact=True)).to_be_visible()
        export.refresh_from_db()
        assert export.status == "cancelled"

    def test_client_saves_the_pdf_of_a_conversation_from_its_menu(
        self, visit: Visit, camille: User, conversation: Conversation, say: Say, tmp_path: Path
    ) -> None:
        say(camille, "L’escalier grince, c’est gênant 👍")
        page = visit(camille, f"/client/messages/{conversation.pk}")
        page.get_by_role("button", name="Autres actions").click()
        with page.expect_download() as downloading:
            page.get_by_role("link", name="Télécharger le PDF").click()

        downloading.value.save_as(tmp_path / "a.pdf")
        text = pdf_text((tmp_path / "a.pdf").read_bytes())
        assert "L’escalier grince, c’est gênant" in text
        assert "Fin de la conversation" in text

    def test_print_page_has_the_pdf_beside_its_button(
        self, visit: Visit, camille: User, conversation: Conversation, say: Say
    ) -> None:
        say(camille, "Bonjour")
        page = visit(camille, f"/client/messages/{conversation.pk}/print")

        with page.expect_download() as downloading:
            page.get_by_role("link", name="Télécharger le PDF").click()

        assert downloading.value.suggested_filename.endswith(".pdf")
        expect(page.get_by_role("button", name="Imprimer ou enregistrer en PDF")).to_be_enabled()


def pdf_text(content: bytes) -> str:
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    return "\n".join(page.get_textpage().get_text_range() for page in document)
