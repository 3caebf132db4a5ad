"""A company without a portal begins: first start, import of its list, invitation, first message."""

import re

import pytest
from playwright.sync_api import Page, expect

from core.models import Chantier, Client, User
from messaging.models import Message
from notifications.outbound_email.demo_mailbox import StoredEmail, stored_emails
from tests.e2e.conftest import Visit
from tests.e2e.files import expect_accessible, file, send
from tests.e2e.waiting import wait_for
from tests.site import Site

PASSWORD = "trois gravillons bleus"
LIST = """\
Client;Nom;E-mail;Téléphone;Chantier;Référence;Adresse
Famille Dupré;Lucie Dupré;lucie@exemple.fr;06 12 34 56 78;Maison;CH-1;3 rue du Port, Vertou
SCI Haddad;Yanis Haddad;yanis@;;Immeuble;CH-2;4 rue des Carmes, Nantes
;Odile Perrin;odile@exemple.fr
"""


def setup_code(site: Site) -> str:
    """Read the code in the log of the web process, as those who run the server do."""
    (*_earlier, code) = re.findall(
        r'setup_code"?[=:]\s*"?([A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4})',
        (site.logs / "web.log").read_text(),
    )
    return str(code)


def give(page: Page, text: str) -> None:
    page.locator("#id_file").set_input_files([file("liste.csv", text.encode(), "text/csv")])
    page.get_by_role("button", name="Essayer sans rien enregistrer").click()


def email_to(address: str) -> StoredEmail | None:
    return next((mail for mail in stored_emails() if address in mail.recipient), None)


class TestNewCompany:
    # The browser logs a status of 400, and asks for /favicon.ico in the admin.
    @pytest.mark.cut
    def test_new_company_goes_from_the_first_start_to_the_first_message(
        self, visit: Visit, site: Site
    ) -> None:
        page = visit(None, "/")
        expect(page).to_have_url(re.compile("/start$"))
        expect_accessible(page)
        page.get_by_label("Votre nom").fill("Ada Martin")
        page.get_by_label("Adresse électronique").fill("ada@exemple.fr")
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.get_by_label("Code d’installation").fill("AAAA-BBBB-CCCC")
        page.get_by_role("button", name="Devenir responsable").click()
        expect(page.get_by_role("alert")).to_contain_text("pas le bon code")
        expect_accessible(page)
        expect(page.get_by_label("Votre nom")).to_have_value("Ada Martin")
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.get_by_label("Code d’installation").fill(setup_code(site))
        page.get_by_role("button", name="Devenir responsable").click()

        page.get_by_label("Adresse électronique").fill("ada@exemple.fr")
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.get_by_role("button", name="Se connecter").click()
        expect(page).to_have_url(re.compile("/admin/$"))
        assert page.request.get(f"{site.url}/start").status == 404

        page.get_by_role("link", name="Personnes", exact=True).first.click()
        page.get_by_role("link", name="Importer une liste").click()
        expect_accessible(page)
        give(page, LIST)
        report = page.get_by_role("status")
        expect(report).to_contain_text("Ligne 3, colonne « E-mail »")
        expect(report).to_contain_text("Personnes : 2 en plus")
        expect_accessible(page)
        assert not Client.objects.exists()
        give(page, LIST.replace("yanis@;", "yanis@exemple.fr;"))
        expect(page.get_by_role("status")).to_contain_text("Personnes : 3 en plus")
        page.get_by_role("button", name="Importer").click()
        expect(page.get_by_role("status")).to_contain_text("C’est importé")
        assert Chantier.objects.count() == 2

        page.get_by_role("link", name="Voir les personnes").click()
        page.get_by_role("row", name="Lucie Dupré").get_by_role("checkbox").check()
        page.locator("select[name=action]").select_option("invite")
        page.get_by_role("button", name="Envoyer").click()
        expect(page.get_by_text("Invitation envoyée : Lucie Dupré")).to_be_visible()
        expect(page.get_by_role("row", name="Lucie Dupré")).to_contain_text("invitée le")
        expect(page.get_by_role("row", name="Odile Perrin")).to_contain_text("jamais connectée")

        wait_for(page, lambda: email_to("lucie@exemple.fr") is not None)
        mail = email_to("lucie@exemple.fr")
        assert mail is not None
        (link,) = set(re.findall(r"http://\S+/password/\S+", mail.text))
        lucie = visit(None, link, phone=True)
        expect(lucie.get_by_text("Bienvenue, Lucie Dupré.")).to_be_visible()
        expect_accessible(lucie)
        lucie.get_by_label("Mot de passe").fill(PASSWORD)
        lucie.get_by_role("button", name="Enregistrer ce mot de passe").click()
        expect(lucie.get_by_text("Votre mot de passe est enregistré")).to_be_visible()
        lucie.get_by_label("Adresse électronique").fill("lucie@exemple.fr")
        lucie.get_by_label("Mot de passe").fill(PASSWORD)
        lucie.get_by_role("button", name="Se connecter").click()
        lucie.get_by_role("link", name="Écrire à l’entreprise").locator("visible=true").click()
        lucie.get_by_label("Sujet", exact=True).fill("Carrelage")
        lucie.get_by_label("Votre message").fill("Bonjour, quand commencez-vous ?")
        send(lucie)

        wait_for(lucie, Message.objects.exists)
        assert Message.objects.get().author == User.objects.get(email="lucie@exemple.fr")
        page.reload()
        expect(page.get_by_role("row", name="Lucie Dupré").get_by_text("active")).to_be_visible()
