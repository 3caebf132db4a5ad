"""The doors by which a person is anonymised: the admin, a program, a command."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from rest_framework.test import APIClient

from core.auth import credentials
from core.leaving import NAME, anonymise
from core.models import AuditFact, User
from messaging.models import Forgetting
from messaging.retention import traces

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def erp() -> APIClient:
    secret = credentials.issue("ERP", ["provisioning"]).secret
    caller = APIClient()
    caller.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return caller


def address(person: User) -> str:
    return f"/api/v1/provisioning/users/{person.external_id}/anonymise"


class TestProgram:
    def test_anonymises_a_person_whose_email_it_gives(self, erp: APIClient, camille: User) -> None:
        answer = erp.post(address(camille), {"email": camille.email}, format="json")

        assert answer.status_code == 204
        camille.refresh_from_db()
        assert (camille.name, camille.external_id, camille.is_active) == (NAME, None, False)
        done = AuditFact.objects.get(action="person.anonymised")
        assert (done.actor_name, done.object_id) == ("ERP", str(camille.pk))
        assert "Camille" not in done.object_label

    def test_is_refused_with_the_email_of_another(
        self, erp: APIClient, camille: User, bruno: User
    ) -> None:
        answer = erp.post(address(camille), {"email": bruno.email}, format="json")

        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "not_confirmed")

    def test_anonymises_no_manager(self, erp: APIClient, marc: User) -> None:
        answer = erp.post(address(marc), {"email": marc.email}, format="json")

        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (403, "managed_here")


class TestAdmin:
    @pytest.fixture
    def admin(self, marc: User, client: Browser) -> Browser:
        marc.is_superuser = True
        marc.save()
        client.force_login(marc)
        return client

    def test_asks_for_the_email_first(self, admin: Browser, camille: User) -> None:
        asked = {"action": "anonymise", "_selected_action": str(camille.pk)}

        page = admin.post("/admin/core/user/", asked).content.decode()

        assert "Camille Morel" in page
        assert "camille@demo.test" in page
        camille.refresh_from_db()
        assert camille.name == "Camille Morel"

    def test_anonymises_once_it_is_typed(self, admin: Browser, camille: User) -> None:
        asked = {"action": "anonymise", "_selected_action": str(camille.pk)}

        wrong = admin.post("/admin/core/user/", {**asked, "confirm": "camille"})
        assert "Saisissez" in wrong.content.decode()
        admin.post("/admin/core/user/", {**asked, "confirm": "camille@demo.test"})

        camille.refresh_from_db()
        assert camille.name == NAME


class TestCommand:
    def test_asks_for_nothing_with_yes(self, camille: User) -> None:
        call_command("anonymise", camille.email, "--yes", stdout=StringIO())

        camille.refresh_from_db()
        assert camille.name == NAME

    def test_knows_nobody_else(self) -> None:
        with pytest.raises(CommandError):
            call_command("anonymise", "nobody@demo.test", "--yes")

    def test_does_again_what_a_restore_has_undone(
        self, camille: User, marc: User, tmp_path: Path
    ) -> None:
        anonymise(camille, by=marc, confirm=camille.email)
        out = StringIO()
        call_command("anonymise", "--list", stdout=out)
        assert json.loads(out.getvalue()) == [str(camille.pk)]
        (tmp_path / "people.json").write_text(out.getvalue())
        # As the backup has her.
        Forgetting.objects.all().delete()
        User.objects.filter(pk=camille.pk).update(
            name="Camille Morel", email="camille@demo.test", anonymised_at=None
        )

        call_command("anonymise", "--again", str(tmp_path / "people.json"), stdout=StringIO())
        traces.forget(camille.pk)

        camille.refresh_from_db()
        assert camille.name == NAME
