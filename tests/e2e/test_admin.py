"""A new company makes its people in the admin, in a real browser."""

import re

import pytest
from django.contrib.auth.hashers import check_password
from playwright.sync_api import expect

from core.models import Chantier, User
from tests.e2e.conftest import Visit
from tests.e2e.files import expect_accessible

PASSWORD = "un-long-chantier"


class TestNewCompany:
    # The admin's pages name no icon, so the browser asks for /favicon.ico.
    @pytest.mark.cut
    def test_first_manager_makes_a_person_who_logs_in(
        self, visit: Visit, transactional_db: None
    ) -> None:
        User.objects.create_superuser("Ada@Exemple.fr", PASSWORD, name="Ada")
        page = visit(None, "/admin/")
        page.get_by_label("Adresse électronique").fill("Ada@Exemple.fr")
        page.get_by_label("Mot de passe").fill(PASSWORD)
        page.locator("input[type=submit]").click()
        page.goto("/admin/core/user/add/")
        page.get_by_label("Adresse électronique").fill(" Lucie.Dupre@Exemple.fr")
        page.locator("#id_name").fill("Lucie Dupré")
        page.locator("#id_role").select_option("staff")
        page.get_by_label("Activée", exact=True).check()
        page.locator("#id_password1").fill(PASSWORD)
        page.locator("#id_password2").fill(PASSWORD)
        page.locator("input[name=_save]").click()

        page.goto("/admin/core/user/?q=dupre")
        page.get_by_role("link", name="Lucie Dupré").click()
        expect(page.locator("input[name=password]")).to_have_count(0)
        expect(page.get_by_text("argon2id")).to_be_visible()
        page.locator("a[href='../password/']").click()
        page.locator("#id_password1").fill("tout-autre-chantier")
        page.locator("#id_password2").fill("tout-autre-chantier")
        page.locator("input[name=set-password]").click()
        expect(page.locator(".messagelist")).to_be_visible()

        lucie = visit(None, "/login")
        lucie.get_by_label("Adresse électronique").fill("Lucie.Dupre@Exemple.fr")
        lucie.get_by_label("Mot de passe").fill("tout-autre-chantier")
        lucie.get_by_role("button", name="Se connecter").click()
        expect(lucie).to_have_url(re.compile("/staff/messages"))
        assert check_password("tout-autre-chantier", User.objects.get(name="Lucie Dupré").password)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
class TestAccessible:
    """The pages of people and clients have no violation of axe."""

    @pytest.mark.cut
    def test_pages_of_people_and_clients_are_accessible(
        self, visit: Visit, camille: User, bruno: User, villa: Chantier, phone: bool, dark: bool
    ) -> None:
        ada = User.objects.create_superuser("ada@exemple.fr", PASSWORD, name="Ada")
        page = visit(ada, "/admin/", phone=phone, dark=dark)
        expect_accessible(page)
        for path in (
            "user/", f"user/{camille.pk}/change/", "user/add/", "user/import/", "client/",
            f"client/{villa.client_id}/change/", "client/add/", "chantier/",
            f"chantier/{villa.pk}/change/",
        ):  # fmt: skip
            page.goto(f"/admin/core/{path}")
            expect_accessible(page)
        page.goto("/admin/core/user/?q=morel")
        page.locator("#action-toggle").check()
        page.locator("select[name=action]").select_option("merge")
        page.get_by_role("button", name="Envoyer").click()
        expect(page.get_by_role("group", name="Qui garde-t-on")).to_be_visible()
        expect_accessible(page)
