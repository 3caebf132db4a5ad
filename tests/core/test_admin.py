"""The Django admin opens for a superuser and for nobody else."""

import pytest
from django.contrib import admin
from django.test import Client as Browser
from django.urls import reverse

from core.models import Chantier, Client, User
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
