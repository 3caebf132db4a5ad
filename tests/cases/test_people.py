"""People whom the company makes in the admin, and what they log in with."""

import os
import re
from collections.abc import Callable, Iterator
from io import StringIO

import pytest
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.test import Client as Browser
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from core.models import User
from core.text import email_spelling
from tests.admin_forms import NO_WORKING_HOURS

PASSWORD = "un-long-chantier"
TYPED = "Lucie.Dupre@Exemple.fr"
SPELLED = "lucie.dupre@exemple.fr"

By = Callable[[str], User]


def logs_in(email: str, password: str = PASSWORD) -> bool:
    form = {"email": email, "password": password}
    return Browser().post("/login", form).status_code == 302


def page_of(person: User) -> str:
    return reverse("admin:core_user_change", args=[person.pk])


def fields_of(person: User, **changed: str) -> dict[str, str]:
    return {
        "email": person.email, "name": person.name, "role": person.role, "locale": "fr",
        "is_active": "on", **NO_WORKING_HOURS, **changed,
    }  # fmt: skip


# --- One spelling of an address -------------------------------------------------------------------


def by_form(email: str) -> User:
    ada = User.objects.create_superuser("ada@exemple.fr", PASSWORD, name="Ada")
    browser = Browser()
    browser.force_login(ada)
    form = {
        "email": email, "name": "Lucie Dupré", "role": "staff", "locale": "fr",
        "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD,
    }  # fmt: skip
    answer = browser.post(reverse("admin:core_user_add"), form)
    assert answer.status_code == 302, answer.content.decode()
    return User.objects.get(name="Lucie Dupré")


def by_change_in_the_admin(email: str) -> User:
    person = by_create_user("autre@exemple.fr")
    browser = Browser()
    browser.force_login(User.objects.create_superuser("ada@exemple.fr", PASSWORD, name="Ada"))
    answer = browser.post(page_of(person), fields_of(person, email=email))
    assert answer.status_code == 302, answer.content.decode()
    return person


def by_create_user(email: str) -> User:
    return User.objects.create_user(email, PASSWORD, name="Lucie Dupré", role=User.Role.STAFF)


def _unsaved(email: str) -> User:
    person = User(email=email, name="Lucie Dupré", role=User.Role.STAFF)
    person.set_password(PASSWORD)
    return person


def by_save(email: str) -> User:
    person = _unsaved(email)
    person.save()
    assert person.email == email_spelling(email), "the instance has the spelling of its row"
    return person


def by_bulk_create(email: str) -> User:
    return User.objects.bulk_create([_unsaved(email)])[0]


def by_update(email: str) -> User:
    person = by_create_user("autre@exemple.fr")
    User.objects.filter(pk=person.pk).update(email=email)
    return person


@pytest.mark.django_db
@pytest.mark.usefixtures("no_attempts")
class TestPersonMadeWithCapitalsInTheAddress:
    WAYS = (by_form, by_change_in_the_admin, by_create_user, by_save, by_bulk_create, by_update)

    @pytest.mark.parametrize("make", WAYS)
    def test_person_logs_in_by_either_spelling(self, make: By) -> None:
        make(TYPED)

        assert logs_in(TYPED)
        assert logs_in(SPELLED)
        assert User.objects.get(name="Lucie Dupré").email == SPELLED

    @pytest.mark.parametrize(
        ("typed", "stored"),
        [
            (" Lucie.Dupre@Exemple.fr\t", SPELLED),
            ("lucie.dupre@exemple.fr\u00a0", SPELLED),  # pasted from a web page
            ("\u200blucie.dupre@exemple.fr", SPELLED),  # pasted from a chat
            ("LUCIE@CHÂTEAU.FR", "lucie@château.fr"),
            ("lucie@cha\u0302teau.fr", "lucie@château.fr"),  # typed on a Mac
        ],
    )
    def test_pasted_address_is_the_same_address(self, typed: str, stored: str) -> None:
        assert User.objects.get(pk=by_form(typed).pk).email == stored
        assert logs_in(typed)

    def test_person_is_found_by_any_spelling(self) -> None:
        lucie = by_create_user(TYPED)

        assert User.objects.get(email="LUCIE.DUPRE@exemple.fr") == lucie
        assert User.objects.filter(email__in=[TYPED]).exists()
        assert User.objects.get_by_natural_key(TYPED) == lucie

    def test_second_person_with_the_address_in_capitals_is_refused_in_words(
        self, client: Browser, ada: User
    ) -> None:
        by_create_user(SPELLED)
        form = {
            "email": TYPED, "name": "Autre", "role": "staff", "locale": "fr",
            "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD,
        }  # fmt: skip

        answer = client.post(reverse("admin:core_user_add"), form)

        assert answer.status_code == 200
        assert "existe déjà" in answer.content.decode()

    def test_token_is_issued_by_any_spelling(self) -> None:
        by_create_user(SPELLED)
        printed = StringIO()

        call_command("issue_token", TYPED, stdout=printed)

        assert printed.getvalue().count(".") == 2

    def test_login_with_a_null_character_is_a_wrong_login(self) -> None:
        assert Browser().post("/login", {"email": "a\x00", "password": "b"}).status_code == 400

    @given(st.text())
    def test_spelling_of_a_spelling_is_itself(self, text: str) -> None:
        assert email_spelling(email_spelling(text)) == email_spelling(text)


# --- A password typed on a person's page ----------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.usefixtures("no_attempts")
class TestPasswordTypedOnThePageOfAPerson:
    def test_posted_password_changes_nothing(self, client: Browser, ada: User) -> None:
        lucie = by_create_user(SPELLED)

        answer = client.post(page_of(lucie), fields_of(lucie, password="tapé en clair"))

        assert answer.status_code == 302
        lucie.refresh_from_db()
        assert check_password(PASSWORD, lucie.password)

    def test_page_has_no_field_for_it_but_a_link_to_the_form(
        self, client: Browser, ada: User
    ) -> None:
        lucie = by_create_user(SPELLED)

        page = client.get(page_of(lucie)).content.decode()

        assert 'name="password"' not in page
        assert lucie.password not in page
        link = re.search(r'class="button" href="(\.\./password/)"', page)
        assert link, page
        answer = client.post(
            page_of(lucie).replace("change/", "password/"),
            {"password1": "tout-autre-chantier", "password2": "tout-autre-chantier"},
        )
        assert answer.status_code == 302
        assert logs_in(SPELLED, "tout-autre-chantier")


# --- What is stored from before -------------------------------------------------------------------


@pytest.fixture
def migrated_to(transactional_db: None) -> Iterator[Callable[[str], None]]:
    """Give a function that brings core to a migration; afterwards all is as it was."""

    def migrate(name: str) -> None:
        executor = MigrationExecutor(connection)
        executor.migrate([("core", name)])

    yield migrate
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE core_user CASCADE")
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def store(email: str, password: str = "") -> None:
    """Write a person as older versions did, by raw SQL."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO core_user (id, email, password, name, role, locale, is_superuser,"
            " is_active, created_at) VALUES"
            " (gen_random_uuid(), %s, %s, 'A', 'staff', 'fr', false, true, now())",
            [email, password],
        )


class TestStoredFromBefore:
    def test_addresses_get_one_spelling(self, migrated_to: Callable[[str], None]) -> None:
        migrated_to("0001_initial")
        for email in (TYPED, "marc@exemple.fr", " Zoé@Exemple.fr "):
            store(email)

        migrated_to("0003_no_password_in_clear")

        assert set(User.objects.values_list("email", flat=True)) == {
            SPELLED, "marc@exemple.fr", "zoé@exemple.fr",
        }  # fmt: skip

    def test_capitals_alone_cannot_collide(self, migrated_to: Callable[[str], None]) -> None:
        migrated_to("0001_initial")
        store(TYPED)

        with pytest.raises(Exception, match="user_email_any_case"), transaction.atomic():
            store(SPELLED)

    def test_two_spellings_of_one_address_are_reported_before_anything_changes(
        self, migrated_to: Callable[[str], None]
    ) -> None:
        migrated_to("0001_initial")
        for email in (TYPED, f"{SPELLED} ", "Marc@exemple.fr"):
            store(email)
        words = "2 people have the address lucie.dupre@exemple.fr in other spellings"

        with pytest.raises(CommandError, match=words):
            call_command("check", databases=["default"], stderr=StringIO())
        with pytest.raises(CommandError, match=words):
            call_command("migrate", skip_checks=False, verbosity=0)
        with pytest.raises(CommandError, match=words):
            call_command("prepare")
        with pytest.raises(ValueError, match=words):
            migrated_to("0003_no_password_in_clear")

        assert User.objects.filter(email__regex="Marc").exists(), "nothing was changed"

    def test_clear_passwords_become_unusable_and_hashes_stay(
        self, migrated_to: Callable[[str], None]
    ) -> None:
        migrated_to("0001_initial")
        kept = {"a@exemple.fr": _unsaved("a").password, "b@exemple.fr": "!" + "x" * 40}
        kept["c@exemple.fr"] = (
            "pbkdf2_sha256$1000000$sel$" + "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXphYmNkZWY="
        )
        clear = ("chantier", "argon2$chantier", "!chantier", "pa$$word", "x" * 32)
        for email, password in kept.items():
            store(email, password)
        for number, password in enumerate(clear):
            store(f"clair{number}@exemple.fr", password)

        migrated_to("0003_no_password_in_clear")

        stored = dict(User.objects.values_list("email", "password"))
        assert {email: stored[email] for email in kept} == kept
        for number, password in enumerate(clear):
            now = stored[f"clair{number}@exemple.fr"]
            assert now.startswith("!")
            assert password not in now
        assert check_password(PASSWORD, stored["a@exemple.fr"])


# --- The first manager ----------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.usefixtures("no_attempts")
class TestFirstStartInProduction:
    def make(self, **environment: str) -> None:
        with pytest.MonkeyPatch.context() as patch:
            for name, value in environment.items():
                patch.setitem(os.environ, f"DJANGO_SUPERUSER_{name}", value)
            call_command("createsuperuser", interactive=False, verbosity=0)

    def test_one_command_makes_a_manager_who_opens_the_admin(self) -> None:
        self.make(EMAIL=TYPED, NAME="Lucie Dupré", PASSWORD=PASSWORD)

        browser = Browser()
        form = {"username": TYPED, "password": PASSWORD, "next": "/admin/core/user/"}
        assert browser.post("/admin/login/", form).headers["Location"] == "/admin/core/user/"
        assert browser.get("/admin/core/user/").status_code == 200
        assert User.objects.get().role == User.Role.MANAGER

    @pytest.mark.parametrize(
        ("missing", "words"),
        [("NAME", "--name"), ("EMAIL", "--email"), ("PASSWORD", "nobody can log in")],
    )
    def test_command_says_in_words_what_is_missing(self, missing: str, words: str) -> None:
        given = {"EMAIL": TYPED, "NAME": "Lucie Dupré", "PASSWORD": PASSWORD}
        del given[missing]

        with pytest.raises((CommandError, ValidationError), match=words):
            self.make(**given)

        assert not User.objects.exists()

    def test_second_one_with_the_same_address_is_refused_in_words(self) -> None:
        self.make(EMAIL=SPELLED, NAME="Lucie Dupré", PASSWORD=PASSWORD)

        with pytest.raises(CommandError, match=r"already taken|déjà"):
            self.make(EMAIL=TYPED, NAME="Lucie Dupré", PASSWORD=PASSWORD)
