"""Each page by its address: who may open it, and whether it is accessible."""

import re

import pytest
from playwright.sync_api import expect

from core.models import User
from messaging.actions import notes
from messaging.actions.fan_out import fan_out_message
from messaging.models import Conversation
from tests.cast import Say
from tests.e2e.conftest import Visit
from tests.e2e.files import expect_accessible
from tests.e2e.screens import bubble, row

PASSWORD = "chantier-demo"


class TestLogin:
    def test_login_leads_to_the_requested_page(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        camille.set_password(PASSWORD)
        camille.save()
        page = visit(None, f"/client/messages/{conversation.pk}")

        page.get_by_label("Adresse électronique").fill("camille@demo.test")
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.get_by_role("button", name="Se connecter").click()

        expect(page).to_have_url(re.compile(f"/client/messages/{conversation.pk}$"))

    def test_login_never_leads_to_another_site(self, visit: Visit, camille: User) -> None:
        camille.set_password(PASSWORD)
        camille.save()
        page = visit(None, "/login?next=https://exemple.fr/")

        page.get_by_label("Adresse électronique").fill("camille@demo.test")
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.get_by_role("button", name="Se connecter").click()

        expect(page).to_have_url(re.compile("/client/messages$"))

    # The browser logs the status 400 in its console.
    @pytest.mark.cut
    def test_failed_login_says_what_is_wrong(self, visit: Visit, camille: User) -> None:
        page = visit(None, "/login")

        page.get_by_label("Adresse électronique").fill("camille@demo.test")
        page.get_by_label("Mot de passe").fill("autre chose")
        page.get_by_role("button", name="Se connecter").click()

        expect(page.get_by_role("alert")).to_contain_text("ne vont pas ensemble")
        expect(page.get_by_label("Adresse électronique")).to_have_value("camille@demo.test")

    # What the page had asked just before is answered with a 401.
    @pytest.mark.cut
    def test_logout_leaves_nothing_on_the_device(
        self, visit: Visit, camille: User, conversation: Conversation
    ) -> None:
        page = visit(camille, f"/client/messages/{conversation.pk}")
        page.get_by_role("textbox").fill("Brouillon privé")

        page.get_by_role("button", name="Camille Morel, votre profil").click()
        page.get_by_role("button", name="Se déconnecter").click()

        expect(page).to_have_url(re.compile("/login$"))
        assert page.evaluate("() => Object.keys(localStorage)") == []

    @pytest.mark.cut
    def test_conversation_of_another_client_is_not_shown(
        self, visit: Visit, yanis: User, conversation: Conversation
    ) -> None:
        page = visit(yanis, f"/client/messages/{conversation.pk}")

        expect(page.get_by_role("heading", name="Rien à cette adresse")).to_be_visible()
        expect(page.get_by_text("Carrelage")).to_have_count(0)

    def test_client_cannot_open_the_companys_pages(self, visit: Visit, camille: User) -> None:
        page = visit(camille, "/staff/messages")

        expect(page).to_have_url(re.compile("/client/messages$"))


class TestNavigation:
    def test_every_screen_has_an_address(
        self, visit: Visit, camille: User, conversation: Conversation, say: Say
    ) -> None:
        say(camille, "Bonjour")
        page = visit(camille, "/client/messages", phone=True)

        row(page, "Carrelage").tap()
        expect(page).to_have_url(re.compile(f"/client/messages/{conversation.pk}$"))
        expect(bubble(page, "Bonjour")).to_be_visible()
        page.go_back()
        expect(row(page, "Carrelage")).to_be_visible()
        expect(bubble(page, "Bonjour")).to_be_hidden()
        page.go_forward()
        expect(bubble(page, "Bonjour")).to_be_visible()
        page.get_by_role("button", name="Retour aux conversations").tap()
        expect(page).to_have_url(re.compile("/client/messages$"))

    def test_companys_list_is_searched(
        self, visit: Visit, odile: User, camille: User, conversation: Conversation, say: Say
    ) -> None:
        say(camille, "Le joint est trop clair")
        page = visit(odile, "/staff/messages")

        page.get_by_role("searchbox").fill("introuvable")
        expect(page.get_by_text("Rien ne correspond à «")).to_be_visible()
        page.get_by_role("searchbox").fill("joint")
        expect(page.get_by_role("link", name="Le joint est trop clair")).to_be_visible()
        page.reload()
        expect(page.get_by_role("searchbox")).to_have_value("joint")


class TestNarrowScreen:
    """A window of 320 px, as of a laptop at 400 % zoom (WCAG 2.2, 1.4.10)."""

    def test_narrow_screen_never_scrolls_sideways(
        self, visit: Visit, odile: User, camille: User, conversation: Conversation, say: Say
    ) -> None:
        say(camille, "https://exemple.fr/" + "a" * 200)
        page = visit(odile, "/staff/messages", phone=True)
        page.set_viewport_size({"width": 320, "height": 640})

        row(page, "Carrelage").tap()
        expect(bubble(page, "exemple.fr")).to_be_visible()

        for name in ("Note interne", "Détails"):
            page.get_by_role("button", name=name).tap()
            assert page.evaluate("() => document.documentElement.scrollWidth") == 320
        expect(page.get_by_role("button", name="Fermer la fiche")).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
class TestEveryScreen:
    """Each screen has no violation of axe, in light and dark, on desktop and phone."""

    def test_login_screen_is_accessible(self, visit: Visit, phone: bool, dark: bool) -> None:
        expect_accessible(visit(None, "/login", phone=phone, dark=dark))

    def test_empty_client_inbox_is_accessible(
        self, visit: Visit, camille: User, phone: bool, dark: bool
    ) -> None:
        page = visit(camille, "/client/messages", phone=phone, dark=dark)
        expect(
            page.get_by_role("link", name="Écrire à l’entreprise").locator("visible=true")
        ).to_have_count(1)
        expect_accessible(page)

    def test_form_of_a_new_conversation_is_accessible(
        self, visit: Visit, camille: User, phone: bool, dark: bool
    ) -> None:
        page = visit(camille, "/client/messages/new", phone=phone, dark=dark)
        page.get_by_role("button", name="Envoyer").click()
        expect(page.get_by_text("Donnez un sujet")).to_be_visible()
        expect_accessible(page)

    def test_client_inbox_is_accessible(
        self,
        visit: Visit,
        camille: User,
        bruno: User,
        odile: User,
        conversation: Conversation,
        say: Say,
        phone: bool,
        dark: bool,
    ) -> None:
        talk(camille, bruno, odile, say)
        page = visit(camille, "/client/messages", phone=phone, dark=dark)
        expect(row(page, "Carrelage")).to_be_visible()
        expect_accessible(page)
        row(page, "Carrelage").click()
        expect(bubble(page, "Merci")).to_be_visible()
        expect_accessible(page)

    def test_staff_inbox_is_accessible(
        self,
        visit: Visit,
        camille: User,
        bruno: User,
        odile: User,
        marc: User,
        conversation: Conversation,
        say: Say,
        phone: bool,
        dark: bool,
    ) -> None:
        talk(camille, bruno, odile, say)
        notes.write_note(
            author=marc, conversation=conversation, body="À rappeler", note_id=conversation.pk
        )
        page = visit(odile, "/staff/messages", phone=phone, dark=dark)
        expect(row(page, "Carrelage")).to_be_visible()
        expect_accessible(page)
        row(page, "Carrelage").click()
        expect(page.locator("internal-note")).to_be_visible()
        expect_accessible(page)
        page.get_by_role("button", name="Note interne").click()
        expect(page.get_by_text("jamais du client")).to_be_visible()
        expect_accessible(page)
        page.goto("/staff/messages/new")
        expect(page.get_by_role("combobox", name="Client")).to_be_visible()
        expect_accessible(page)


def talk(camille: User, bruno: User, odile: User, say: Say) -> None:
    say(camille, "Bonjour, voir https://exemple.fr/plan ou le 06 12 34 56 78.")
    fan_out_message(say(odile, "Je regarde.").pk)
    fan_out_message(say(bruno, "Merci").pk)
