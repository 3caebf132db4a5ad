"""Rules of people, clients and chantiers, most of them held by the database."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection

from core.models import Chantier, Client, User

pytestmark = pytest.mark.django_db


class TestUser:
    @pytest.mark.parametrize("role", [User.Role.STAFF, User.Role.MANAGER])
    def test_person_of_the_company_has_no_client(self, morel: Client, role: User.Role) -> None:
        with pytest.raises(IntegrityError, match="user_of_a_client_or_of_the_company"):
            User.objects.create(email="a@demo.test", name="A", role=role, client=morel)

    def test_person_of_a_client_has_one(self) -> None:
        with pytest.raises(IntegrityError, match="user_of_a_client_or_of_the_company"):
            User.objects.create(email="a@demo.test", name="A", role=User.Role.CLIENT)

    def test_person_has_one_of_the_three_roles(self) -> None:
        with pytest.raises(IntegrityError, match="user_of_a_client_or_of_the_company"):
            User.objects.create(email="a@demo.test", name="A", role="director")

    def test_email_in_other_capitals_is_the_same_email(self, camille: User) -> None:
        with pytest.raises(IntegrityError, match="core_user_email"):
            User.objects.create(email="Camille@Demo.test", name="B", role=User.Role.STAFF)

    def test_address_with_capitals_is_refused_from_raw_sql(self, camille: User) -> None:
        with (
            pytest.raises(IntegrityError, match="user_email_in_one_spelling"),
            connection.cursor() as cursor,
        ):
            cursor.execute("UPDATE core_user SET email = 'Camille@demo.test'")

    def test_superuser_without_a_password_is_refused_in_words(self) -> None:
        with pytest.raises(ValidationError, match="nobody can log in"):
            User.objects.create_superuser("ada@demo.test", name="Ada")

    def test_person_is_found_by_email_whatever_its_capitals_and_space(self, camille: User) -> None:
        assert User.objects.get_by_natural_key(" CAMILLE@demo.test ") == camille

    def test_password_is_kept_as_argon2id(self) -> None:
        odile = User.objects.create_user(
            "Odile@Demo.test", "chantier-demo", name="Odile", role=User.Role.STAFF
        )

        assert odile.password.startswith("argon2$argon2id$")
        assert odile.email == "odile@demo.test"

    def test_superuser_is_a_manager_who_may_enter_the_admin(self) -> None:
        ada = User.objects.create_superuser("ada@demo.test", "chantier-demo", name="Ada")

        assert (ada.role, ada.is_staff, ada.is_company) == (User.Role.MANAGER, True, True)

    def test_manager_may_not_enter_the_admin(self, marc: User) -> None:
        assert not marc.is_staff


class TestExternalIds:
    def test_external_id_belongs_to_one_row(self, morel: Client) -> None:
        Client.objects.create(name="Un", external_id="crm-1")

        with pytest.raises(IntegrityError, match="external_id"):
            Client.objects.create(name="Deux", external_id="crm-1")

    def test_external_id_may_be_missing_on_many_rows(self, morel: Client, haddad: Client) -> None:
        assert Client.objects.filter(external_id=None).count() == 2


class TestChantier:
    def test_chantier_outlives_its_responsible_person(self, villa: Chantier, odile: User) -> None:
        odile.delete()

        villa.refresh_from_db()
        assert villa.responsible is None

    def test_chantier_is_open_until_archived(self, villa: Chantier) -> None:
        assert not villa.is_archived
        villa.status = Chantier.Status.ARCHIVED
        assert villa.is_archived
