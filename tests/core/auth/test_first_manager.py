"""The first start: who may take a fresh installation."""

from functools import partial
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client as Browser

from core.auth import first_manager
from core.models import Epoch, User
from tests.at_once import at_once

PASSWORD = "un-long-chantier"
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("fresh_counters")]


def filled(**changed: str) -> dict[str, str]:
    return {
        "name": "Ada Martin", "email": "Ada@Exemple.fr", "password": PASSWORD,
        "code": first_manager.setup_code(), **changed,
    }  # fmt: skip


class TestTheFirstStart:
    def test_home_leads_to_it_while_there_is_no_manager(
        self, client: Browser, odile: User, camille: User
    ) -> None:
        assert client.get("/").headers["Location"] == "/start"
        assert client.get("/start").status_code == 200

    def test_code_makes_a_manager_who_opens_the_admin(self, client: Browser) -> None:
        answer = client.post("/start", filled())

        assert answer.headers["Location"] == "/login?first-password&next=/admin/"
        login = {"email": "ada@exemple.fr", "password": PASSWORD, "next": "/admin/"}
        assert client.post("/login", login).headers["Location"] == "/admin/"
        assert client.get("/admin/").status_code == 200
        assert User.objects.get().role == User.Role.MANAGER

    def test_page_is_a_404_once_there_is_a_manager(self, client: Browser, marc: User) -> None:
        code = first_manager.setup_code()
        User.objects.filter(pk=marc.pk).update(is_active=False)

        assert client.get("/").headers["Location"] == "/login"
        assert client.get("/start").status_code == 404
        assert client.post("/start", filled(code=code)).status_code == 404
        assert User.objects.count() == 1

    @pytest.mark.parametrize(
        ("changed", "said"),
        [
            ({"code": "ABCD-EFGH-IJKL"}, "pas le bon code"),
            ({"code": ""}, "Écrivez le code"),
            ({"name": " \u200b"}, "Écrivez un nom"),
            ({"email": "ada"}, "adresse"),
            ({"password": "court"}, "trop court"),
            ({"password": "ada@exemple.fr"}, "semblable"),
        ],
    )
    def test_what_is_wrong_is_told_and_makes_nobody(
        self, client: Browser, changed: dict[str, str], said: str
    ) -> None:
        answer = client.post("/start", filled(**changed))

        assert answer.status_code == 400
        assert said in answer.content.decode()
        assert PASSWORD not in answer.content.decode()
        assert not User.objects.exists()

    def test_code_may_be_typed_without_dashes_and_in_small_letters(self, client: Browser) -> None:
        code = first_manager.setup_code().replace("-", " ").lower()

        assert client.post("/start", filled(code=code)).status_code == 302

    def test_sixth_wrong_code_waits(self, client: Browser) -> None:
        for _ in range(5):
            assert client.post("/start", filled(code="x")).status_code == 400

        assert client.post("/start", filled()).status_code == 429
        assert not User.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_two_at_once_make_one_manager(self) -> None:
        def start(number: int) -> Any:
            return Browser().post("/start", filled(email=f"ada{number}@exemple.fr")).status_code

        answers = at_once(*(partial(start, number) for number in range(4)))

        assert sorted(answers)[0] == 302
        assert User.objects.count() == 1

    def test_code_is_of_this_database_and_this_key(self, settings: Any) -> None:
        codes = {first_manager.setup_code()}
        settings.SECRET_KEY = "another"
        codes.add(first_manager.setup_code())
        Epoch.objects.all().delete()
        codes.add(first_manager.setup_code())

        assert len(codes) == 3

    def test_command_prints_the_code_and_nothing_later(self, capsys: Any) -> None:
        assert first_manager.setup_code() in call_command("setup_code")

        User.objects.create_superuser("a@exemple.fr", PASSWORD, name="Ada")
        assert call_command("setup_code") == ""
