"""Changes of people, programs and settings are recorded, whoever makes them and wherever."""

import json
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from rest_framework.test import APIClient

from core import merging
from core.audit.record import Action
from core.auth import credentials, invitations
from core.models import Chantier, Client, Closure, User, WorkingPeriod
from notifications.webhooks import endpoints
from tests.cast import Call
from tests.core.audit.facts import facts, lines

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(client: Browser) -> User:
    """A superuser, logged in."""
    ada = User.objects.create_superuser("ada@demo.test", "chantier-demo", name="Ada")
    client.force_login(ada)
    return ada


class TestPeople:
    def test_who_comes_from_the_erp_is_recorded_under_its_credential(self) -> None:
        secret = credentials.issue("ERP", ["provisioning"]).secret
        body = {"name": "Famille Dupont"}

        APIClient().put(
            "/api/v1/provisioning/clients/C1", body, format="json",
            headers={"Authorization": f"Bearer {secret}"},
        )  # fmt: skip

        [created] = facts(Action.CLIENT_CREATED)
        assert (created.actor_kind, created.actor_name) == ("machine", "ERP")
        assert created.object_label == "Famille Dupont"

    def test_a_change_names_the_columns_and_keeps_no_personal_data(self, camille: User) -> None:
        camille.phone, camille.name = "06 12 34 56 78", "Camille Autrement"
        camille.save()

        [changed] = facts(Action.PERSON_CHANGED)

        assert changed.details == {"changed": ["name", "phone"], "values": {}}

    def test_a_change_of_rights_keeps_what_they_were(self, odile: User) -> None:
        odile.role, odile.is_superuser = User.Role.MANAGER, True
        odile.save()

        [changed] = facts(Action.PERSON_CHANGED)

        expected = {"role": ["staff", "manager"], "is_superuser": [False, True]}
        assert changed.details["values"] == expected

    def test_a_superuser_alone_is_recorded_too(self, odile: User) -> None:
        odile.is_superuser = True
        odile.save(update_fields=["is_superuser"])

        assert len(facts(Action.PERSON_CHANGED)) == 1

    def test_who_is_deactivated_in_the_admin(self, client: Browser, ada: User, odile: User) -> None:
        chosen = {"action": "deactivate", "_selected_action": [str(odile.pk)]}

        client.post(reverse("admin:core_user_changelist"), chosen)

        wanted = (Action.PERSON_DEACTIVATED, Action.SETTING_CHANGED)
        assert lines(*wanted) == [("Ada", "person.deactivated", "Odile Perrin")]

    def test_two_who_are_merged(self, camille: User, bruno: User) -> None:
        merging.merge(camille, bruno)

        [merged] = facts(Action.PEOPLE_MERGED)
        assert merged.object_label == "Camille Morel"
        assert merged.details["gone"] == {"id": str(bruno.pk), "name": "Bruno Morel"}

    def test_who_is_invited(self, camille: User) -> None:
        invitations.invite(camille)

        assert lines(Action.PERSON_INVITED) == [("system", "person.invited", "Camille Morel")]

    def test_a_chantier_that_is_archived_with_its_client(
        self, morel: Client, villa: Chantier
    ) -> None:
        villa.status = Chantier.Status.ARCHIVED
        villa.save()

        [changed] = facts(Action.CHANTIER_CHANGED)
        assert changed.details["values"] == {"status": ["open", "archived"]}

    def test_what_is_deleted(self, morel: Client) -> None:
        morel.delete()

        assert lines(Action.CLIENT_DELETED) == [("system", "client.deleted", "Famille Morel")]


class TestCredentials:
    def test_made_replaced_and_withdrawn_by_a_manager(self, api: Call, marc: User) -> None:
        made = api(marc).post("/api/v1/credentials", {"name": "ERP", "scopes": ["webhooks"]}).json()
        address = f"/api/v1/credentials/{made['credential']['id']}"
        api(marc).post(f"{address}/rotate")
        api(marc).delete(address)
        api(marc).delete(address)

        acts = [fact.action for fact in facts() if fact.action.startswith("credential")]

        expected = ["credential.made", "credential.made", "credential.rotated"]
        assert acts == [*expected, "credential.revoked"]
        assert {fact.actor_name for fact in facts(Action.CREDENTIAL_MADE)} == {"Marc Vidal"}
        assert made["secret"] not in json.dumps([str(vars(fact)) for fact in facts()])


class TestSettings:
    def test_company_hours_that_are_changed_in_the_admin(self, client: Browser, ada: User) -> None:
        day = {"first_day": "2026-12-24", "last_day": "2026-12-25", "label": "Noël"}
        client.post(reverse("admin:core_closure_add"), day)
        closure = Closure.objects.get(label="Noël")
        client.post(reverse("admin:core_closure_change", args=[closure.pk]), day | {"label": "Fin"})
        client.post(reverse("admin:core_closure_delete", args=[closure.pk]), {"post": "yes"})

        acts = [(each.actor_name, each.action) for each in facts() if "setting" in each.action]

        assert acts == [("Ada", f"setting.{act}") for act in ("created", "changed", "deleted")]
        assert facts(Action.SETTING_CHANGED)[0].details["changes"][0]["fields"]

    def test_several_that_are_deleted_at_once(self, client: Browser, ada: User) -> None:
        periods = list(WorkingPeriod.objects.all()[:2])
        chosen: dict[str, Any] = {"action": "delete_selected", "post": "yes"}
        chosen["_selected_action"] = [str(each.pk) for each in periods]

        client.post(reverse("admin:core_workingperiod_changelist"), chosen)

        assert len(facts(Action.SETTING_DELETED)) == len(periods) == 2

    def test_feeds_that_leave(self, marc: User) -> None:
        url = "https://erp.test/hook"
        made = endpoints.create(url=url, description="", kinds=[], by=marc).endpoint
        endpoints.change(made.pk, {"is_paused": True})
        endpoints.rotate(made.pk)
        endpoints.delete(made.pk)

        assert [each.action for each in facts()][-4:] == [
            "setting.created", "setting.changed", "credential.rotated", "setting.deleted",
        ]  # fmt: skip
        assert facts(Action.SETTING_CHANGED)[0].details == {"changed": ["is_paused"]}


class TestBackgroundWork:
    def test_decisions_of_the_dashboard(self, api: Call, marc: User) -> None:
        api(marc).post("/api/v1/staff/tasks/queues/maintenance/pause", {})

        [decided] = facts(Action.TASKS_DECIDED)

        assert decided.actor_name == "Marc Vidal"
        assert decided.details["target"] == {"queue": "maintenance"}
        assert decided.object_label == "File mise en pause"
