"""Clients, people and chantiers kept in step by a program.

The same again changes nothing. A bad row of many keeps no other back.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from rest_framework.test import APIClient

from core.auth import credentials
from core.models import Chantier, Client, MachineCredential, User
from messaging.models import Conversation, HistoryLine
from tests.cast import Call, Say

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/provisioning"
Erp = Callable[..., Any]


@pytest.fixture
def secret() -> str:
    return credentials.issue("ERP", ["provisioning"]).secret


@pytest.fixture
def erp(secret: str) -> Erp:
    """`erp("PUT", "/clients/C1", {"name": "Dupont"})` asks with a credential."""

    def ask(method: str, path: str, body: Any = None, *, bearer: str = secret) -> Any:
        caller = APIClient()
        return caller.generic(
            method, ROOT + path, "" if body is None else json.dumps(body),
            content_type="application/json", headers={"Authorization": f"Bearer {bearer}"},
        )  # fmt: skip

    return ask


def code_of(answer: Any) -> tuple[int, str, str | None]:
    error = answer.json()["errors"][0]
    return answer.status_code, error["code"], error["attr"]


class TestCredential:
    def test_command_prints_one_that_opens_its_scope_alone(
        self, erp: Erp, api: Call, odile: User
    ) -> None:
        printed = call_command("issue_credential", "ERP", "--scope", "events:read", "--days", "30")

        assert code_of(erp("GET", "/clients/C1", bearer=printed)) == (403, "scope_missing", None)
        kept = MachineCredential.objects.get(scopes=["events:read"])
        assert printed.encode() not in bytes(kept.digest)
        assert kept.hint == printed[-4:]
        assert kept.last_used_at is not None

    def test_wrong_expired_and_withdrawn_ones_open_nothing(self, erp: Erp) -> None:
        expired = credentials.issue("ERP", ["provisioning"], expires_at=timezone.now())
        withdrawn = credentials.issue("ERP", ["provisioning"])
        credentials.revoke(withdrawn.credential)

        for bearer in ("liaison_x", "", expired.secret, withdrawn.secret):
            assert erp("GET", "/clients/C1", bearer=bearer).status_code == 401

    def test_both_are_valid_while_one_replaces_the_other(self, erp: Erp) -> None:
        old = credentials.issue("ERP", ["provisioning"])
        new = credentials.rotate(old.credential, overlap=timedelta(hours=1))

        for bearer in (old.secret, new.secret):
            assert erp("GET", "/clients/C1", bearer=bearer).status_code == 404
        credentials.rotate(new.credential, overlap=timedelta(0))
        assert erp("GET", "/clients/C1", bearer=new.secret).status_code == 401

    def test_people_and_programs_do_not_open_each_others_doors(
        self, api: Call, marc: User, secret: str
    ) -> None:
        caller = APIClient(headers={"Authorization": f"Bearer {secret}"})

        assert caller.get("/api/v1/me").status_code == 401
        assert api(marc).get(f"{ROOT}/clients/C1").status_code == 401


class TestRows:
    def test_client_chantier_and_people_are_made_and_the_same_again_changes_nothing(
        self, erp: Erp
    ) -> None:
        rows = {
            "/users/S1": {"email": "Zoe@btp.test", "name": "Zoé Roy", "role": "staff"},
            "/clients/C1": {"name": "Famille Dupont", "responsible": "S1"},
            "/users/P1": {
                "email": "dupont@mail.test", "name": "Ali Dupont", "role": "client", "client": "C1",
            },
            "/chantiers/H1": {
                "client": "C1", "name": "Maison", "reference": "CH-1", "responsible": "S1",
            },
        }  # fmt: skip

        assert [erp("PUT", path, row).status_code for path, row in rows.items()] == [201] * 4
        again = [erp("PUT", path, row) for path, row in rows.items()]

        assert [answer.status_code for answer in again] == [200] * 4
        shown = erp("GET", "/chantiers/H1").json()
        assert {**rows["/chantiers/H1"], "status": "active"}.items() <= shown.items()
        person = User.objects.get(external_id="P1")
        assert (person.client.name, person.has_usable_password()) == ("Famille Dupont", False)  # type: ignore[union-attr]
        assert User.objects.get(external_id="S1").email == "zoe@btp.test"

    def test_what_is_left_out_stays(self, erp: Erp) -> None:
        erp("PUT", "/clients/C1", {"name": "Dupont"})
        erp("PUT", "/chantiers/H1", {"client": "C1", "name": "Maison", "address": "1 rue Haute"})

        erp("PUT", "/chantiers/H1", {"name": "Villa"})

        chantier = Chantier.objects.get(external_id="H1")
        assert (chantier.name, chantier.address) == ("Villa", "1 rue Haute")

    def test_person_typed_by_hand_gets_the_id_by_the_email(self, erp: Erp, camille: User) -> None:
        Client.objects.filter(users=camille).update(external_id="C1")
        User.objects.filter(pk=camille.pk).update(external_id=None)

        answer = erp("PUT", "/users/P1", {"email": camille.email, "name": "Camille M."})

        assert (answer.status_code, answer.json()["id"]) == (200, str(camille.pk))

    @pytest.mark.parametrize(
        ("path", "row", "error"),
        [
            ("/users/P9", {"name": "Sans adresse", "role": "staff"}, (400, "required", "email")),
            (
                "/users/P9",
                {"email": "a@b.test", "name": "A", "role": "manager"},
                (400, "invalid_choice", "role"),
            ),
            (
                "/users/P9",
                {"email": "a@b.test", "name": "A", "role": "client"},
                (400, "client", "client"),
            ),
            (
                "/chantiers/H9",
                {"client": "none", "name": "A"},
                (400, "unknown_reference", "client"),
            ),
            ("/clients/C9", {"name": "A", "boss": "X"}, (400, "unknown_field", "boss")),
            (
                "/users/P9",
                {"email": "camille@demo.test", "name": "A", "role": "staff"},
                (409, "email_taken", "email"),
            ),
        ],
    )
    def test_what_cannot_be_is_refused_by_name(
        self, erp: Erp, camille: User, path: str, row: dict[str, Any], error: tuple[int, str, str]
    ) -> None:
        User.objects.filter(pk=camille.pk).update(external_id="P1")

        assert code_of(erp("PUT", path, row)) == error
        assert erp("GET", path).status_code == 404

    def test_person_cannot_change_sides(self, erp: Erp, camille: User) -> None:
        User.objects.filter(pk=camille.pk).update(external_id="P1")

        answer = erp("PUT", "/users/P1", {"role": "staff"})

        assert code_of(answer) == (409, "other_side", "role")

    def test_manager_cannot_be_taken_over(self, erp: Erp, marc: User) -> None:
        User.objects.filter(pk=marc.pk).update(external_id=None)
        before = User.objects.filter(pk=marc.pk).values().get()
        row = {"email": marc.email, "name": "Marc", "role": "staff"}

        assert code_of(erp("PUT", "/users/P1", row)) == (403, "managed_here", "role")

        User.objects.filter(pk=marc.pk).update(external_id="P1")
        answer = erp("PUT", "/users/P1", {"email": "mine@mail.test"})
        assert code_of(answer) == (403, "managed_here", "role")
        assert User.objects.filter(pk=marc.pk).values().get() == before | {"external_id": "P1"}

    def test_archived_chantier_closes_its_conversations_once(
        self,
        erp: Erp,
        camille: User,
        odile: User,
        villa: Chantier,
        conversation: Conversation,
        say: Say,
    ) -> None:
        say(camille, "Bonjour")
        Chantier.objects.filter(pk=villa.pk).update(external_id="H1")

        for _ in range(2):
            assert (
                erp("PUT", "/chantiers/H1", {"status": "archived"}).json()["status"] == "archived"
            )

        conversation.refresh_from_db()
        assert conversation.status == Conversation.Status.CLOSED
        line = HistoryLine.objects.get(conversation=conversation, kind="closed")
        assert (line.by, line.details["chantier"]["name"]) == (None, villa.name)

    def test_archived_client_has_no_active_people_and_no_open_chantiers(
        self, erp: Erp, camille: User, villa: Chantier, conversation: Conversation
    ) -> None:
        Client.objects.filter(users=camille).update(external_id="C1")

        assert erp("PUT", "/clients/C1", {"status": "archived"}).json()["status"] == "archived"

        assert not User.objects.filter(client=camille.client_id, is_active=True).exists()
        villa.refresh_from_db()
        assert villa.is_archived


class TestBulk:
    def rows(self, count: int) -> list[dict[str, Any]]:
        return [
            {"kind": "clients", "external_id": f"C{n}", "row": {"name": f"Client {n}"}}
            for n in range(count)
        ]

    def outcomes(self, answer: Any) -> list[str]:
        assert answer.status_code == 200, answer.content
        return [result["outcome"] for result in answer.json()["results"]]

    def test_each_row_has_its_answer_and_a_bad_one_keeps_nothing_back(self, erp: Erp) -> None:
        rows = [
            *self.rows(2),
            {"kind": "chantiers", "external_id": "H1", "row": {"client": "none", "name": "A"}},
            {"kind": "ships", "external_id": "S1", "row": {}},
            {"kind": "users"},
        ]

        answer = erp("POST", "/bulk", {"rows": rows})

        assert self.outcomes(answer) == ["created", "created", "refused", "refused", "refused"]
        assert answer.json()["results"][2]["errors"][0]["attr"] == "client"
        assert self.outcomes(erp("POST", "/bulk", {"rows": rows}))[:2] == ["unchanged"] * 2

    def test_dry_run_says_the_same_and_leaves_nothing(self, erp: Erp) -> None:
        rows = [
            *self.rows(1),
            {"kind": "chantiers", "external_id": "H1", "row": {"client": "C0", "name": "A"}},
        ]

        assert (
            self.outcomes(erp("POST", "/bulk", {"rows": rows, "dry_run": True})) == ["created"] * 2
        )

        assert not Client.objects.exists()

    def test_a_thousand_rows_are_taken_and_one_more_is_not(self, erp: Erp) -> None:
        assert (
            self.outcomes(erp("POST", "/bulk", {"rows": self.rows(1_000)})) == ["created"] * 1_000
        )
        assert code_of(erp("POST", "/bulk", {"rows": self.rows(1_001)}))[0] == 400
