"""People in the admin: invited, deactivated, imported; a client with its people and chantiers."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from core.auth import invitations
from core.models import Chantier, Client, PasswordReset, User

pytestmark = pytest.mark.django_db
PEOPLE = reverse("admin:core_user_changelist")
IMPORT = reverse("admin:core_user_import")


@pytest.fixture
def ada(client: Browser) -> User:
    """A superuser, logged in."""
    ada = User.objects.create_superuser("ada@demo.test", "chantier-demo", name="Ada")
    client.force_login(ada)
    return ada


def text_of(answer: Any) -> str:
    return str(answer.content.decode()).replace("\u00a0", " ").replace("&#x27;", "'")


def act(browser: Browser, action: str, *people: User) -> str:
    chosen = {"action": action, "_selected_action": [str(person.pk) for person in people]}
    return text_of(browser.post(PEOPLE, chosen, follow=True))


def states(browser: Browser, **asked: str) -> dict[str, str]:
    rows = browser.get(PEOPLE, asked).context["cl"].result_list
    page = browser.get(PEOPLE, asked).context["cl"].model_admin
    return {person.name: page.state(person) for person in rows}


class TestStates:
    def test_list_says_who_is_invited_and_who_has_never_logged_in(
        self, client: Browser, ada: User, camille: User, bruno: User, yanis: User
    ) -> None:
        invitations.invite(camille)
        camille.refresh_from_db()
        bruno.is_active = False
        bruno.save()

        page = text_of(client.get(PEOPLE))

        assert "invitée le " in page
        assert states(client, state="inactive") == {"Bruno Morel": "désactivée"}
        assert states(client, state="never") == {"Yanis Haddad": "jamais connectée"}
        assert states(client, state="active") == {"Ada": "active"}
        assert list(states(client, state="invited")) == ["Camille Morel"]

    def test_invitation_leaves_from_the_page_of_a_person(
        self, client: Browser, ada: User, camille: User
    ) -> None:
        page = reverse("admin:core_user_change", args=[camille.pk])
        assert "Inviter par e-mail" in text_of(client.get(page))

        client.post(reverse("admin:core_user_invite", args=[camille.pk]))

        assert PasswordReset.objects.get().email == "camille@demo.test"
        again = text_of(client.get(page))
        assert "Inviter à nouveau" in again
        assert "Invitation envoyée : Camille Morel" in again

    def test_address_of_an_invitation_only_takes_a_form(
        self, client: Browser, ada: User, camille: User
    ) -> None:
        address = reverse("admin:core_user_invite", args=[camille.pk])

        assert client.get(address).status_code == 405
        assert Browser().post(address).status_code == 302
        assert Browser(enforce_csrf_checks=True).post(address).status_code in (302, 403)
        assert not PasswordReset.objects.exists()

    def test_many_are_invited_and_those_who_cannot_be_are_named(
        self, client: Browser, ada: User, camille: User, bruno: User
    ) -> None:
        bruno.is_active = False
        bruno.save()

        said = act(client, "invite", camille, bruno)

        assert "Bruno Morel: Cette personne est désactivée" in said
        assert [asked.email for asked in PasswordReset.objects.all()] == ["camille@demo.test"]


class TestDeactivation:
    def test_session_ends_at_once(self, client: Browser, ada: User, camille: User) -> None:
        hers = Browser()
        hers.force_login(camille)
        assert hers.get("/api/v1/me").status_code == 200

        act(client, "deactivate", camille)

        assert hers.get("/api/v1/me").status_code == 401

    def test_activated_person_is_back(self, client: Browser, ada: User, camille: User) -> None:
        act(client, "deactivate", camille)
        act(client, "activate", camille)

        camille.refresh_from_db()
        assert camille.is_active

    def test_nobody_deactivates_themself(self, client: Browser, ada: User) -> None:
        said = act(client, "deactivate", ada)

        assert "Vous ne pouvez pas vous désactiver" in said
        ada.refresh_from_db()
        assert ada.is_active


class TestClientPage:
    def test_page_of_a_client_shows_its_people_and_chantiers(
        self, client: Browser, ada: User, camille: User, villa: Chantier, yanis: User
    ) -> None:
        page = text_of(client.get(reverse("admin:core_client_change", args=[villa.client_id])))

        assert "camille@demo.test" in page
        assert "CH-2041" in page
        assert "yanis@demo.test" not in page
        assert reverse("admin:core_user_change", args=[camille.pk]) in page

    def test_person_is_added_from_the_page_of_the_client(
        self, client: Browser, ada: User, morel: Client
    ) -> None:
        page = text_of(client.get(reverse("admin:core_client_change", args=[morel.pk])))
        add = f"{reverse('admin:core_user_add')}?client={morel.pk}"
        assert add in page

        form = text_of(client.get(f"{add}&role=client"))

        assert f'value="{morel.pk}" selected' in form

    def test_list_of_clients_counts(
        self, client: Browser, ada: User, camille: User, bruno: User, villa: Chantier
    ) -> None:
        Chantier.objects.create(client=villa.client, name="Garage")
        Chantier.objects.create(client=villa.client, name="Auvent")

        page = text_of(client.get(reverse("admin:core_client_changelist")))

        assert f'{PEOPLE}?client__id__exact={villa.client_id}">2</a>' in page
        assert f'client__id__exact={villa.client_id}">3</a>' in page
        assert client.get(PEOPLE, {"client__id__exact": str(villa.client_id)}).status_code == 200


class TestImportPage:
    LIST = "Client;Nom;E-mail\nDupré;Lucie;lucie@exemple.fr\nDupré;Paul;paul@\n"

    def send(self, browser: Browser, text: str) -> Any:
        return browser.post(IMPORT, {"file": SimpleUploadedFile("liste.csv", text.encode())})

    def test_trial_stores_nothing_and_its_report_imports(self, client: Browser, ada: User) -> None:
        trial = self.send(client, self.LIST)

        assert "Ligne 3, colonne « E-mail »" in text_of(trial)
        assert not Client.objects.exists()

        done = client.post(IMPORT, {"content": trial.context["content"], "invite": "on"})

        assert "1 personne est invitée." in text_of(done)
        assert User.objects.get(email="lucie@exemple.fr").name == "Lucie"
        assert PasswordReset.objects.get().is_invitation

    @pytest.mark.parametrize(
        ("text", "said"),
        [("", "Le fichier est vide."), ("x;y\n1;2", "nomme les colonnes"), ("é" * 400_000, "700")],
    )
    def test_file_that_is_no_list_is_refused_in_words(
        self, client: Browser, ada: User, text: str, said: str
    ) -> None:
        answer = self.send(client, text)

        assert answer.status_code == 400
        assert said in text_of(answer)

    @pytest.mark.parametrize("content", ["", "é", "UEsDBA==", "YQ=="])
    def test_content_that_no_form_of_ours_sends_is_refused(
        self, client: Browser, ada: User, content: str
    ) -> None:
        assert client.post(IMPORT, {"content": content}).status_code == 400

    def test_page_is_closed_to_others(self, client: Browser, marc: User) -> None:
        client.force_login(marc)

        assert client.get(IMPORT).status_code == 302
        assert self.send(client, self.LIST).status_code == 302
        assert not Client.objects.exists()
