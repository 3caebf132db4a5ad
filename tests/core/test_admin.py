"""The Django admin opens for a superuser and for nobody else."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.contrib import admin
from django.test import Client as Browser
from django.urls import reverse

from core.company_hours import company_hours, forget_company_hours
from core.models import Chantier, Client, Closure, User, WorkingPeriod
from messaging.models import Conversation

pytestmark = pytest.mark.django_db

MODELS = [pytest.param(model, id=model._meta.label) for model in admin.site._registry]


@pytest.fixture
def ada(client: Browser) -> User:
    """A superuser, logged in."""
    ada = User.objects.create_superuser("ada@demo.test", "chantier-demo", name="Ada", locale="en")
    client.force_login(ada)
    return ada


def address(model: type, page: str, *arguments: object) -> str:
    options = getattr(model, "_meta")  # noqa: B009 (Django's, whatever its name)
    return reverse(f"admin:{options.app_label}_{options.model_name}_{page}", args=arguments)


class TestTheAdmin:
    @pytest.mark.parametrize("model", MODELS)
    def test_admin_lists_every_model(
        self, client: Browser, ada: User, conversation: Conversation, model: type
    ) -> None:
        assert client.get(address(model, "changelist"), {"q": "a"}).status_code == 200
        assert client.get(address(model, "changelist")).status_code == 200

    @pytest.mark.parametrize("model", [User, Client, Chantier, Conversation])
    def test_admin_shows_a_row(
        self, client: Browser, ada: User, conversation: Conversation, model: type
    ) -> None:
        row = getattr(model, "objects").first()  # noqa: B009

        assert client.get(address(model, "change", row.pk)).status_code == 200

    def test_admin_adds_a_person_of_a_client(
        self, client: Browser, ada: User, morel: Client
    ) -> None:
        form = {
            "email": "dana@demo.test", "name": "Dana", "role": "client", "client": str(morel.pk),
            "locale": "fr", "usable_password": "true",
            "password1": "un-long-chantier", "password2": "un-long-chantier",
        }  # fmt: skip

        assert client.post(address(User, "add"), form).status_code == 302
        assert User.objects.get(email="dana@demo.test").client == morel

    def test_admin_explains_that_a_client_is_missing(self, client: Browser, ada: User) -> None:
        form = {
            "email": "dana@demo.test", "name": "Dana", "role": "client", "locale": "fr",
            "usable_password": "true",
            "password1": "un-long-chantier", "password2": "un-long-chantier",
        }  # fmt: skip

        answer = client.post(address(User, "add"), form)

        assert answer.status_code == 200
        assert "client’s user has a client" in answer.content.decode().replace("&#x27;", "’")

    def test_admin_writes_no_conversation(
        self, client: Browser, ada: User, conversation: Conversation
    ) -> None:
        page = address(Conversation, "change", conversation.pk)

        assert client.post(page, {"subject": "Changé"}).status_code == 403
        assert client.get(address(Conversation, "add")).status_code == 403

    @pytest.mark.parametrize("who", ["camille", "odile", "marc"])
    def test_admin_is_closed_to_all_but_superusers(
        self, request: pytest.FixtureRequest, client: Browser, who: str
    ) -> None:
        client.force_login(request.getfixturevalue(who))

        assert client.get("/admin/").status_code == 302
        assert client.get(address(User, "changelist")).status_code == 302


class TestHoursInTheAdmin:
    @pytest.fixture(autouse=True)
    def hours_of_the_next_test(self) -> Iterator[None]:
        forget_company_hours()
        yield
        forget_company_hours()

    def test_hours_of_the_company_are_changed_and_count_at_once(
        self, client: Browser, ada: User
    ) -> None:
        form = {"weekday": "5", "starts_at": "08:00", "ends_at": "12:00"}
        saturday = datetime.fromisoformat("2026-11-21 09:00+01:00")
        assert not company_hours().is_open(saturday)

        assert client.post(address(WorkingPeriod, "add"), form).status_code == 302
        assert company_hours().is_open(saturday)

        day = {"first_day": "2026-11-21", "last_day": "2026-11-22", "label": "Inventaire"}
        assert client.post(address(Closure, "add"), day).status_code == 302
        assert not company_hours().is_open(saturday)

    def test_hours_that_end_before_they_begin_are_refused_in_words(
        self, client: Browser, ada: User
    ) -> None:
        form = {"weekday": "5", "starts_at": "12:00", "ends_at": "08:00"}

        answer = client.post(address(WorkingPeriod, "add"), form)

        assert "The end comes before the beginning." in answer.content.decode()

    def test_person_of_the_company_has_hours_and_absences_there(
        self, client: Browser, ada: User, odile: User, camille: User
    ) -> None:
        of_odile = client.get(address(User, "change", odile.pk)).content.decode()
        of_camille = client.get(address(User, "change", camille.pk)).content.decode()

        assert "Own working hours" in of_odile
        assert "Own working hours" not in of_camille


class TestArchiving:
    def test_chantier_archived_in_the_admin_closes_its_conversations(
        self, client: Browser, ada: User, villa: Chantier, conversation: Conversation
    ) -> None:
        form = {"client": villa.client_id, "name": villa.name, "status": "archived"}

        assert client.post(address(Chantier, "change", villa.pk), form).status_code == 302

        conversation.refresh_from_db()
        assert conversation.status == Conversation.Status.CLOSED

    def test_client_archived_in_the_admin_has_no_active_people(
        self, client: Browser, ada: User, camille: User, villa: Chantier
    ) -> None:
        form = {
            "name": villa.client.name, "archived_at_0": "2026-11-30", "archived_at_1": "08:00:00",
        }  # fmt: skip

        assert client.post(address(Client, "change", villa.client_id), form).status_code == 302

        camille.refresh_from_db()
        villa.refresh_from_db()
        assert (camille.is_active, villa.is_archived) == (False, True)
