"""A person reads who they are and lists chantiers, clients and staff."""

import pytest
from django.test import Client as SessionClient
from rest_framework.test import APIClient

from core.models import Chantier, Client, User
from core.queries import current_epoch
from core.version import VERSION
from messaging.limits import limits
from tests.cast import Call

pytestmark = pytest.mark.django_db


def names(api: Call, person: User, path: str) -> list[str]:
    return [row["name"] for row in api(person).get(f"/api/v1/{path}").json()["results"]]


class TestWhoAmI:
    def test_me_shows_a_clients_user_with_their_client(
        self, api: Call, camille: User, morel: Client
    ) -> None:
        shown = api(camille).get("/api/v1/me").json()

        # Who answers now depends on the hour: tests/messaging/queries/test_answers.py.
        assert shown.pop("answers")["person"] is None
        assert shown == {
            "id": str(camille.pk),
            "name": "Camille Morel",
            "email": "camille@demo.test",
            "role": "client",
            "locale": "fr",
            "client": {"id": str(morel.pk), "name": "Famille Morel"},
            "epoch": current_epoch(),
            "unread_total": 0,
            "limits": limits(),
            "version": VERSION,
            "time_zone": "Europe/Paris",
        }

    def test_me_shows_a_person_of_the_company_without_a_client(self, api: Call, marc: User) -> None:
        me = api(marc).get("/api/v1/me").json()

        assert (me["role"], me["client"]) == ("manager", None)


class TestChantiers:
    def test_clients_user_sees_their_own_chantiers(
        self, api: Call, camille: User, yanis: User, villa: Chantier
    ) -> None:
        assert names(api, camille, "chantiers") == ["Villa Lumière"]
        assert names(api, yanis, "chantiers") == []

    def test_company_sees_all_chantiers_by_name(
        self, api: Call, odile: User, villa: Chantier, haddad: Client
    ) -> None:
        Chantier.objects.create(client=haddad, name="Bureaux Haddad")

        assert names(api, odile, "chantiers") == ["Bureaux Haddad", "Villa Lumière"]

    def test_chantiers_are_filtered_by_client_and_status(
        self, api: Call, odile: User, villa: Chantier, haddad: Client
    ) -> None:
        Chantier.objects.create(client=haddad, name="Vieux", status=Chantier.Status.ARCHIVED)

        assert names(api, odile, "chantiers?status=archived") == ["Vieux"]
        assert names(api, odile, f"chantiers?client={villa.client_id}") == ["Villa Lumière"]
        assert names(api, odile, f"chantiers?client={haddad.pk}&status=open") == []

    def test_chantiers_of_another_client_are_not_found_by_the_filter(
        self, api: Call, yanis: User, villa: Chantier
    ) -> None:
        assert names(api, yanis, f"chantiers?client={villa.client_id}") == []

    def test_chantier_shows_its_responsible_person_without_email(
        self, api: Call, camille: User, villa: Chantier
    ) -> None:
        shown = api(camille).get("/api/v1/chantiers").json()["results"][0]

        assert shown["reference"] == "CH-2041"
        assert shown["responsible"]["name"] == "Odile Perrin"
        assert "email" not in shown["responsible"]

    def test_chantiers_come_in_pages_that_follow_each_other(
        self, api: Call, odile: User, morel: Client
    ) -> None:
        Chantier.objects.bulk_create(
            Chantier(client=morel, name=f"Lot {number:02}") for number in range(7)
        )
        found, page = [], "/api/v1/chantiers?limit=3"

        while page:
            answer = api(odile).get(page).json()
            found += [row["name"] for row in answer["results"]]
            page = answer["next"]

        assert found == [f"Lot {number:02}" for number in range(7)]


DICTIONARY = [
    "Boulangerie Fournier", "Ecole Jules-Ferry", "École Sainte-Anne", "Élevage du Pré",
    "Famille Morel", "Hélène et Paul Lacroix", "hôtel de la Plage", "Pépinières Caradec",
    "SCI Haddad", "Zingueurs de Loire",
]  # fmt: skip


class TestClients:
    def test_clients_user_sees_their_own_client(
        self, api: Call, camille: User, haddad: Client
    ) -> None:
        assert names(api, camille, "clients") == ["Famille Morel"]

    def test_company_sees_all_clients(
        self, api: Call, odile: User, morel: Client, haddad: Client
    ) -> None:
        assert names(api, odile, "clients") == ["Famille Morel", "SCI Haddad"]

    def test_names_come_in_the_order_of_a_dictionary_whatever_the_page(
        self, api: Call, odile: User
    ) -> None:
        """PostgreSQL's own order puts É after Z, and small letters after capitals."""
        Client.objects.bulk_create(Client(name=name) for name in reversed(DICTIONARY))
        found, page = [], "/api/v1/clients?limit=3"

        while page:
            answer = api(odile).get(page).json()
            found += [row["name"] for row in answer["results"]]
            page = answer["next"]

        assert found == DICTIONARY

    def test_admin_lists_clients_in_the_order_of_a_dictionary(
        self, client: SessionClient, marc: User
    ) -> None:
        User.objects.filter(pk=marc.pk).update(is_superuser=True)
        Client.objects.bulk_create(Client(name=name) for name in reversed(DICTIONARY))
        marc.refresh_from_db()
        client.force_login(marc)

        # As it is, and after a click on the heading of the column.
        for page in ("/admin/core/client/", "/admin/core/client/?o=1"):
            shown = client.get(page).context["cl"].result_list
            assert [row.name for row in shown] == DICTIONARY


class TestStaff:
    def test_names_of_colleagues_come_in_the_order_of_a_dictionary(
        self, api: Call, odile: User, marc: User
    ) -> None:
        for name in ("Zoé Aubin", "élodie Roux", "Éric Petit", "Œdipe Roy"):
            User.objects.create(name=name, email=f"{name[:1]}{len(name)}@demo.test", role="staff")

        assert names(api, odile, "staff") == [
            "élodie Roux", "Éric Petit", "Marc Vidal", "Odile Perrin", "Œdipe Roy", "Zoé Aubin",
        ]  # fmt: skip

    def test_staff_are_the_active_people_of_the_company(
        self, api: Call, odile: User, marc: User, camille: User
    ) -> None:
        assert names(api, odile, "staff") == ["Marc Vidal", "Odile Perrin"]

        User.objects.filter(pk=marc.pk).update(is_active=False)
        assert names(api, odile, "staff") == ["Odile Perrin"]

    def test_staff_are_not_listed_for_a_clients_user(
        self, api: Call, camille: User, odile: User
    ) -> None:
        assert names(api, camille, "staff") == []


class TestAStranger:
    @pytest.mark.parametrize("path", ["me", "chantiers", "clients", "staff"])
    def test_stranger_is_answered_401(self, path: str, villa: Chantier) -> None:
        assert APIClient().get(f"/api/v1/{path}").status_code == 401
