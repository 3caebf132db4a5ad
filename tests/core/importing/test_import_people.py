"""A list of people: read as people write it, wrong lines named, twice the same."""

from collections.abc import Callable
from email.utils import parseaddr
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from core.importing.people import Imported, import_people
from core.importing.report import sentences, told
from core.importing.tables import UnreadableFile
from core.models import Chantier, Client, PasswordReset, User
from core.provisioning.rows import put
from notifications import actions

pytestmark = pytest.mark.django_db

HEADERS = "Client;Nom;E-mail;Téléphone;Langue;Chantier;Référence;Adresse"
DUPRE = (
    "Famille Dupré;Lucie Dupré;Lucie.Dupre@Exemple.fr;06 12 34 56 78;français;Maison;CH-1;Vertou"
)


def csv(*lines: str, headers: str = HEADERS) -> bytes:
    return "\n".join([headers, *lines]).encode()


def xlsx(*rows: list[Any]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def imported(content: bytes) -> Imported:
    return import_people(content, is_dry_run=False)


def wrong(content: bytes) -> list[str]:
    return [told(line).replace("\u00a0", " ") for line in imported(content).wrong]


def counts() -> tuple[int, int, int]:
    return Client.objects.count(), User.objects.count(), Chantier.objects.count()


class TestWhatALineMakes:
    def test_line_makes_a_client_a_person_and_a_chantier(self) -> None:
        imported(csv(DUPRE))

        lucie = User.objects.get()
        assert (lucie.email, lucie.name) == ("lucie.dupre@exemple.fr", "Lucie Dupré")
        assert (lucie.role, lucie.phone, lucie.locale) == ("client", "06 12 34 56 78", "fr")
        assert not lucie.has_usable_password()
        chantier = Chantier.objects.get()
        assert (chantier.name, chantier.reference, chantier.address) == ("Maison", "CH-1", "Vertou")
        assert chantier.client == lucie.client == Client.objects.get(name="Famille Dupré")

    def test_line_without_a_client_makes_a_person_of_the_company(self) -> None:
        imported(csv(";Odile Perrin;odile@exemple.fr"))

        assert User.objects.get().role == User.Role.STAFF

    def test_chantier_gets_its_responsible_person_by_email_or_by_name(
        self, odile: User, marc: User
    ) -> None:
        headers = "client,chantier,responsable"

        imported(csv("Dupré,Maison,odile@demo.test", "Dupré,Garage,MARC VIDAL", headers=headers))

        assert Chantier.objects.get(name="Maison").responsible == odile
        assert Chantier.objects.get(name="Garage").responsible == marc

    def test_first_names_and_names_may_be_in_two_columns(self) -> None:
        imported(csv("Lucie;Dupré;l@exemple.fr", headers="Prénom;Nom;Courriel"))

        assert User.objects.get().name == "Lucie Dupré"

    def test_two_people_of_a_client_share_it_however_it_is_typed(self) -> None:
        imported(csv("Famille Dupré;A;a@exemple.fr", "FAMILLE  DUPRE;B;b@exemple.fr"))

        assert {person.client for person in User.objects.all()} == {Client.objects.get()}


class TestFiles:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
    @pytest.mark.parametrize("separator", [";", ",", "\t"])
    def test_csv_is_read_as_spreadsheets_write_it(self, encoding: str, separator: str) -> None:
        text = f"{HEADERS}\r\n{DUPRE}\r\n".replace(";", separator)

        imported(text.encode(encoding))

        assert User.objects.get().name == "Lucie Dupré"
        assert Client.objects.get().name == "Famille Dupré"

    def test_xlsx_is_read_with_its_numbers_as_people_read_them(self) -> None:
        imported(
            xlsx(
                ["CLIENT", "nom", "Email", "Tél.", "Chantier", "Réf"],
                [None, None, None, None, None, None],
                ["Dupré", "Lucie", "l@exemple.fr", 612345678, "Maison", 2041.0],
            )
        )

        assert User.objects.get().phone == "0612345678"
        assert Chantier.objects.get().reference == "2041"

    @pytest.mark.parametrize(
        "headers",
        [
            "client,name,e-mail,phone,language,chantier,reference,address",
            "COMPTE CLIENT,NOM COMPLET,ADRESSE E-MAIL,PORTABLE,LANGUE,PROJET,N° CHANTIER,LIEU",
            "société,Contact,mail,Tel,langue,Opération,ref.,Adresse du chantier",
        ],
    )
    def test_headers_are_known_in_both_languages(self, headers: str) -> None:
        imported(csv(DUPRE.replace(";", ","), headers=headers))

        assert counts() == (1, 1, 1)
        assert Chantier.objects.get().reference == "CH-1"

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            (b"", "aucune ligne"),
            (HEADERS.encode(), "aucune ligne"),
            (b"rien;de;connu\n1;2;3", "La première ligne nomme les colonnes"),
            (b"e-mail;courriel\na@b.fr;c@d.fr", "Deux colonnes disent la même chose"),
            (b"PK\x03\x04 pas un classeur", "XLSX est illisible"),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "ni un CSV ni un XLSX"),
        ],
    )
    def test_file_that_is_no_list_is_refused_in_words(self, content: bytes, said: str) -> None:
        with pytest.raises(UnreadableFile, match=said):
            imported(content)

    def test_columns_that_nobody_reads_are_named(self) -> None:
        report = imported(csv("a@exemple.fr;A;7", headers="E-mail;Nom;Pointure"))

        assert "Pointure" in "\n".join(sentences(report))


class TestWrongLines:
    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("Dupré;Lucie;lucie@", "colonne « E-mail » : Saisissez une adresse"),
            ("Dupré;Lucie;", "colonne « E-mail » : Il faut une adresse"),
            ("Dupré;;lucie@exemple.fr", "colonne « Nom » : Ce champ est obligatoire"),
            ("Dupré;Lucie;l@exemple.fr;;klingon", "colonne « Langue » : « klingon »"),
            (f"Dupré;{'x' * 151};l@exemple.fr", "colonne « Nom » :"),
            (";;;;;Maison", "colonne « Client » : Un chantier a besoin"),
            ("Dupré;;;;;;CH-9", "colonne « Chantier » : Ce champ est obligatoire"),
            ("Dupré;#N/A;l@exemple.fr", "colonne « Nom » : Le tableur affiche"),
            (";;;06 12 34 56 78", "colonne « E-mail » : Il faut une adresse"),
        ],
    )
    def test_wrong_line_is_named_with_its_column_and_keeps_no_other_back(
        self, line: str, said: str
    ) -> None:
        (told_of,) = wrong(csv(DUPRE, line, "Haddad;Yanis;y@exemple.fr"))

        assert told_of.startswith("Ligne 3, ")
        assert said in told_of
        assert {person.name for person in User.objects.all()} == {"Lucie Dupré", "Yanis"}
        # Nothing of the line stays, not even its client.
        assert not Client.objects.filter(name="Dupré").exists()

    def test_line_that_contradicts_an_earlier_one_is_refused(self) -> None:
        (told_of,) = wrong(csv(DUPRE, "Famille Dupré;Lucie Martin;lucie.dupre@exemple.fr"))

        assert told_of == "Ligne 3, colonne « Nom » : La ligne 2 dit autre chose : « Lucie Dupré »."

    def test_person_of_another_client_stays_there(self, camille: User) -> None:
        (told_of,) = wrong(csv("Haddad;Camille Morel;camille@demo.test"))

        assert "colonne « Client »" in told_of
        camille.refresh_from_db()
        assert camille.client is not None
        assert camille.client.name == "Famille Morel"

    def test_file_makes_and_changes_no_manager(self, marc: User) -> None:
        told_of = wrong(
            csv("x@exemple.fr;X;gérant", "marc@demo.test;Autre nom;", headers="mail;nom;rôle")
        )

        assert len(told_of) == 2
        assert "administration" in told_of[0]
        marc.refresh_from_db()
        assert marc.name == "Marc Vidal"

    def test_client_of_two_rows_is_not_guessed(self) -> None:
        Client.objects.create(name="Dupré")
        Client.objects.create(name="DUPRE")

        assert "Plusieurs clients" in wrong(csv("dupré;Lucie;l@exemple.fr"))[0]


class TestTwice:
    def test_five_hundred_people_imported_twice_change_nothing_the_second_time(self) -> None:
        lines = [
            f"Client {n // 2};Personne {n};p{n}@exemple.fr;0{600000000 + n};en;"
            f"Chantier {n // 2};CH-{n // 2};{n // 2} rue du Port"
            for n in range(500)
        ]
        first = imported(csv(*lines))
        before = rows()

        second = imported(csv(*lines))

        assert first.outcomes[User]["created"] == 500
        assert counts() == (250, 500, 250)
        assert (second.wrong, second.changes_something) == ([], False)
        assert second.outcomes[User] == {"unchanged": 500}
        assert rows() == before
        assert "Tout est déjà comme le dit le fichier." in list(sentences(second))

    def test_blank_cell_leaves_what_is_there(self) -> None:
        imported(csv(DUPRE))

        imported(csv(";;lucie.dupre@exemple.fr;07 00 00 00 00"))

        lucie = User.objects.get()
        assert (lucie.name, lucie.phone) == ("Lucie Dupré", "07 00 00 00 00")
        assert lucie.client is not None

    def test_chantier_is_known_by_its_reference_when_its_name_changes(self) -> None:
        imported(csv(DUPRE))

        report = imported(csv("Famille Dupré;;;;;Maison et garage;ch-1"))

        assert report.outcomes[Chantier] == {"changed": 1}
        assert Chantier.objects.get().name == "Maison et garage"

    def test_portal_that_comes_later_takes_the_person_over(self) -> None:
        imported(csv(DUPRE))
        put("clients", "C1", {"name": "Autre"})
        Client.objects.filter(name="Famille Dupré").update(external_id="C2")

        put("users", "U1", {"email": "lucie.dupre@exemple.fr"})

        assert User.objects.get().external_id == "U1"


def rows() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Client, User, Chantier)]


@pytest.fixture
def command(tmp_path: Path) -> Callable[..., str]:
    """Give a function that runs `manage.py import_people` and returns what it prints."""

    def run(content: bytes, *options: str) -> str:
        path = tmp_path / "liste.csv"
        path.write_bytes(content)
        output = StringIO()
        call_command("import_people", str(path), *options, stdout=output)
        return output.getvalue().replace("\u00a0", " ")

    return run


class TestTheCommand:
    def test_dry_run_says_what_would_become_and_stores_nothing(
        self, command: Callable[..., str]
    ) -> None:
        said = command(csv(DUPRE, "Dupré;Lucie;"), "--dry-run")

        assert "C’était un essai : rien n’est encore enregistré." in said
        assert "Personnes : 1 en plus, 0 à modifier, 0 sans changement." in said
        assert "1 ligne sur 2 est fausse" in said
        assert "Ligne 3, colonne « E-mail »" in said
        assert counts() == (0, 0, 0)

    def test_invite_sends_one_email_each_and_none_the_second_time(
        self, command: Callable[..., str], mailoutbox: list[EmailMultiAlternatives]
    ) -> None:
        again = DUPRE.replace("Lucie.Dupre", "paul").replace("Lucie", "Paul")

        assert "2 personnes sont invitées." in command(csv(DUPRE, again), "--invite")
        assert "0 personne est invitée." in command(csv(DUPRE, again), "--invite")

        for asked in PasswordReset.objects.all():
            actions.send_password_reset(asked.pk)
        assert sorted(parseaddr(mail.to[0])[1] for mail in mailoutbox) == [
            "lucie.dupre@exemple.fr",
            "paul@exemple.fr",
        ]

    def test_file_that_is_not_there_is_told(self) -> None:
        with pytest.raises(CommandError, match="No such file"):
            call_command("import_people", "/tmp/nulle-part.csv")  # noqa: S108
