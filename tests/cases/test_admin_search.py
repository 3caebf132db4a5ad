"""The admin finds people, clients and chantiers however a name is typed."""

import pytest
from django.test import Client as Browser
from django.urls import reverse

from core.database.folding import fold
from core.models import Chantier, Client, User


def found(browser: Browser, model: str, text: str) -> list[str]:
    answer = browser.get(reverse(f"admin:core_{model}_changelist"), {"q": text})
    return sorted(row.name for row in answer.context["cl"].result_list)


@pytest.mark.django_db
class TestSearchOfTheAdmin:
    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("dupre", "Lucie Dupré"),
            ("DUPRÉ", "Lucie Dupré"),
            ("Dupre\u0301", "Lucie Dupré"),
            ("elodie", "Élodie Œuvrard"),
            ("oeuvrard elodie", "Élodie Œuvrard"),
            ("œuvrard", "Élodie Œuvrard"),
            ("lukasz", "Łukasz d’Ornano"),
            ("d'ornano", "Łukasz d’Ornano"),
            ("strasse", "Straße"),
            ("duprè", "Lucie Dupré"),
        ],
    )
    def test_person_is_found_whatever_the_accents(
        self, client: Browser, ada: User, text: str, name: str
    ) -> None:
        for number, known in enumerate(
            ["Lucie Dupré", "Élodie Œuvrard", "Łukasz d’Ornano", "Straße"]
        ):
            User.objects.create_user(f"p{number}@exemple.fr", name=known, role=User.Role.STAFF)

        assert found(client, "user", text) == [name]

    def test_decomposed_name_is_found(self, client: Browser, ada: User) -> None:
        User.objects.create_user("p@exemple.fr", name="Dupre\u0301", role=User.Role.STAFF)

        assert found(client, "user", "dupré") == ["Dupre\u0301"]

    def test_client_and_chantier_are_found_without_accents(
        self, client: Browser, ada: User
    ) -> None:
        dupre = Client.objects.create(name="Famille Dupré")
        Chantier.objects.create(client=dupre, name="Étanchéité")
        Client.objects.create(name="SCI Haddad")

        assert found(client, "client", "dupre") == ["Famille Dupré"]
        assert found(client, "chantier", "etancheite") == ["Étanchéité"]
        assert found(client, "chantier", "dupre") == ["Étanchéité"]

    def test_wildcards_of_sql_are_letters(self, client: Browser, ada: User) -> None:
        User.objects.create_user("p@exemple.fr", name="100% bois", role=User.Role.STAFF)

        assert found(client, "user", "100%") == ["100% bois"]
        assert found(client, "user", "0% b_is") == []

    def test_choice_of_a_client_is_found_without_accents(self, client: Browser, ada: User) -> None:
        Client.objects.create(name="Famille Dupré")
        asked = {
            "term": "dupre", "app_label": "core", "model_name": "user", "field_name": "client",
        }  # fmt: skip

        answer = client.get(reverse("admin:autocomplete"), asked).json()

        assert [row["text"] for row in answer["results"]] == ["Famille Dupré"]

    def test_letters_are_folded_alike_in_sql_and_in_python(self) -> None:
        text = "".join(map(chr, (*range(0xC0, 0x250), *range(0x1E00, 0x1F00))))
        person = User.objects.create_user("p@exemple.fr", name="Lucie Dupré", role=User.Role.STAFF)
        for start in range(0, len(text), 100):
            part = text[start : start + 100]
            User.objects.filter(pk=person.pk).update(name=part)

            for typed in (part, fold(part)):
                found: dict[str, str] = {"name__folded": typed}
                assert User.objects.filter(**found).exists(), typed
