"""Conversations in the API: listed by newest activity, changed, archived."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from core.models import Chantier, Client, User
from messaging.actions.conversations import (
    change_conversation,
    open_conversation,
)
from messaging.actions.messages import send_message
from messaging.conversation.idempotency import Draft, Opening
from messaging.models import Conversation
from tests.cast import Call, Say
from tests.messaging.addresses import CONVERSATIONS, of
from tests.messaging.conftest import FanOut

pytestmark = pytest.mark.django_db


class TestTheList:
    def subjects(self, api: Call, person: User, query: str = "") -> list[str]:
        answer = api(person).get(f"{CONVERSATIONS}{query}")
        assert answer.status_code == 200, answer.content
        return [shown["subject"] for shown in answer.json()["results"]]

    def test_list_is_the_clients_own_for_a_client_and_whole_for_the_company(
        self,
        api: Call,
        camille: User,
        bruno: User,
        yanis: User,
        odile: User,
        conversation: Conversation,
        of_yanis: Conversation,
    ) -> None:
        assert self.subjects(api, camille) == ["Carrelage du séjour"]
        assert self.subjects(api, bruno) == ["Carrelage du séjour"]
        assert self.subjects(api, yanis) == ["Bardage"]
        assert self.subjects(api, odile) == ["Bardage", "Carrelage du séjour"]

    def test_list_has_the_newest_activity_first(
        self,
        api: Call,
        camille: User,
        conversation: Conversation,
        other_conversation: Conversation,
        say: Say,
    ) -> None:
        assert self.subjects(api, camille) == ["Facture de mars", "Carrelage du séjour"]

        say(camille, "Bonjour")

        assert self.subjects(api, camille) == ["Carrelage du séjour", "Facture de mars"]

    def test_list_says_of_each_what_one_needs_before_opening_it(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say,
        fan_out: FanOut,
    ) -> None:  # fmt: skip
        say(camille, "Bonjour")
        fan_out()

        [shown] = api(odile).get(CONVERSATIONS).json()["results"]

        assert shown["last_message"]["body"] == "Bonjour"
        assert (shown["unread_count"], shown["unread_after_seq"]) == (1, 0)
        assert shown["awaiting_reply_since"]
        assert [person["name"] for person in shown["participants"]] == [
            "Bruno Morel",
            "Camille Morel",
            "Odile Perrin",
        ]
        assert "email" not in str(shown["participants"])

    def test_list_comes_in_pages_without_a_hole_while_messages_arrive(
        self, api: Call, camille: User, marc: User, morel: Client
    ) -> None:
        for number in range(7):
            opening = Opening(subject=f"Sujet {number}", client=morel.pk)
            open_conversation(opener=camille, opening=opening)
        first = api(camille).get(f"{CONVERSATIONS}?limit=3").json()
        newest = Conversation.objects.get(subject="Sujet 6")
        send_message(author=camille, conversation_id=newest.pk, draft=Draft(body="Bonjour"))

        second = api(camille).get(first["next"]).json()
        third = api(camille).get(second["next"]).json()

        found = [row["subject"] for page in (first, second, third) for row in page["results"]]
        assert found == [f"Sujet {number}" for number in reversed(range(7))]
        assert third["next"] is None

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("?status=open", ["Facture de mars", "Carrelage du séjour"]),
            ("?status=closed", ["Bardage"]),
            ("?assigned_to=me", ["Carrelage du séjour"]),
            ("?assigned_to=none", ["Bardage", "Facture de mars"]),
            ("?awaiting_reply=true", ["Facture de mars"]),
            ("?awaiting_reply=false", ["Bardage", "Carrelage du séjour"]),
            ("?unread=true", ["Carrelage du séjour"]),
            ("?unread=false", ["Bardage", "Facture de mars", "Carrelage du séjour"]),
            ("?q=seJOUR", ["Carrelage du séjour"]),
            ("?status=open&assigned_to=me", ["Carrelage du séjour"]),
            ("?status=closed&assigned_to=me", []),
        ],
    )
    def test_list_is_filtered(
        self, api: Call, filtered: None, odile: User, query: str, found: list[str]
    ) -> None:
        assert self.subjects(api, odile, query) == found

    @pytest.fixture
    def filtered(
        self,
        conversation: Conversation,
        other_conversation: Conversation,
        of_yanis: Conversation,
        camille: User,
        marc: User,
        odile: User,
        say: Say,
        fan_out: FanOut,
    ) -> None:
        say(camille, "Bonjour")
        say(marc, "Bonjour")
        send_message(
            author=camille, conversation_id=other_conversation.pk, draft=Draft(body="La facture ?")
        )
        change_conversation(
            editor=marc, conversation=conversation, changes={"assigned_to_id": odile.pk}
        )
        change_conversation(editor=marc, conversation=of_yanis, changes={"status": "closed"})
        for given_back in (other_conversation, of_yanis):
            change_conversation(
                editor=marc, conversation=given_back, changes={"assigned_to_id": None}
            )
        fan_out()
        moment = timezone.now()
        for subject in ("Bardage", "Facture de mars", "Carrelage du séjour"):
            Conversation.objects.filter(subject=subject).update(last_activity_at=moment)
            moment -= timedelta(minutes=1)

    def test_list_is_filtered_by_chantier_client_and_person(
        self, api: Call, filtered: None, odile: User, villa: Chantier, haddad: Client
    ) -> None:
        assert self.subjects(api, odile, f"?chantier={villa.pk}") == ["Carrelage du séjour"]
        assert self.subjects(api, odile, f"?client={haddad.pk}") == ["Bardage"]
        assert self.subjects(api, odile, f"?assigned_to={odile.pk}") == ["Carrelage du séjour"]

    def test_no_filter_of_the_list_shows_another_clients(
        self, api: Call, filtered: None, yanis: User, odile: User, villa: Chantier, morel: Client
    ) -> None:
        for query in (
            f"?chantier={villa.pk}", f"?client={morel.pk}", f"?assigned_to={odile.pk}",
            "?q=Carrelage", "?status=open", "?changed_since=2020-01-01T00:00:00Z&q=facture",
        ):  # fmt: skip
            assert self.subjects(api, yanis, query) == []

    @pytest.mark.parametrize(
        "query",
        [
            "?status=lost", "?chantier=1", "?client=x", "?assigned_to=everyone",
            "?changed_since=yesterday", "?q=%00", "?cursor=nonsense",
        ],
    )  # fmt: skip
    def test_invalid_filter_of_the_list_is_refused(
        self, api: Call, odile: User, query: str
    ) -> None:
        assert api(odile).get(f"{CONVERSATIONS}{query}").status_code in (400, 404)

    def test_list_of_what_changed_has_what_changed(
        self, api: Call, camille: User, conversation: Conversation, other_conversation: Conversation
    ) -> None:
        moment = timezone.now()
        change_conversation(
            editor=camille, conversation=conversation, changes={"subject": "Parquet"}
        )

        stamp = moment.isoformat().replace("+00:00", "Z")
        assert self.subjects(api, camille, f"?changed_since={stamp}") == ["Parquet"]

    def test_list_of_what_changed_has_what_was_archived(
        self, api: Call, camille: User, odile: User, conversation: Conversation
    ) -> None:
        api(odile).delete(of(conversation))

        assert self.subjects(api, camille) == []
        [shown] = (
            api(camille)
            .get(f"{CONVERSATIONS}?changed_since=2020-01-01T00:00:00Z")
            .json()["results"]
        )
        assert shown["archived_at"]


class TestChanging:
    def test_subject_is_changed_by_both_sides(
        self, api: Call, camille: User, odile: User, conversation: Conversation
    ) -> None:
        for person, subject in ((camille, "Parquet"), (odile, "Parquet du séjour")):
            answer = api(person).patch(of(conversation), {"subject": f" {subject} "})
            assert (answer.status_code, answer.json()["subject"]) == (200, subject)

    @pytest.mark.parametrize(
        "changes", [{"status": "closed"}, {"chantier": None}, {"subject": "A", "status": "open"}]
    )
    def test_change_of_anything_but_the_subject_is_refused_to_a_client(
        self, api: Call, camille: User, conversation: Conversation, changes: dict[str, Any]
    ) -> None:
        assert api(camille).patch(of(conversation), changes).status_code == 403

        conversation.refresh_from_db()
        assert (conversation.subject, conversation.version) == ("Carrelage du séjour", 1)

    def test_assigning_somebody_is_refused_to_a_client(
        self, api: Call, camille: User, odile: User, conversation: Conversation
    ) -> None:
        answer = api(camille).patch(of(conversation), {"assigned_to": str(odile.pk)})

        assert answer.status_code == 403

    def test_assigned_person_is_of_the_company(
        self, api: Call, camille: User, odile: User, marc: User, conversation: Conversation
    ) -> None:
        answer = api(odile).patch(of(conversation), {"assigned_to": str(marc.pk)})
        assert answer.json()["assigned_to"]["name"] == "Marc Vidal"

        for nobody in (camille.pk, uuid4()):
            answer = api(odile).patch(of(conversation), {"assigned_to": str(nobody)})
            assert (answer.status_code, answer.json()["errors"][0]["code"]) == (
                400,
                "unknown_person",
            )

        answer = api(odile).patch(of(conversation), {"assigned_to": None})
        assert answer.json()["assigned_to"] is None

    def test_assigned_person_is_not_one_who_left(
        self, api: Call, odile: User, marc: User, conversation: Conversation
    ) -> None:
        User.objects.filter(pk=marc.pk).update(is_active=False)

        answer = api(odile).patch(of(conversation), {"assigned_to": str(marc.pk)})

        assert answer.status_code == 400

    def test_changed_chantier_is_one_of_the_same_client(
        self, api: Call, odile: User, conversation: Conversation, bureaux: Chantier, morel: Client
    ) -> None:
        garage = Chantier.objects.create(client=morel, name="Garage")

        wrong = api(odile).patch(of(conversation), {"chantier": str(bureaux.pk)})
        right = api(odile).patch(of(conversation), {"chantier": str(garage.pk)})

        assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (400, "unknown_chantier")
        assert right.json()["chantier"]["name"] == "Garage"

    def test_change_of_nothing_keeps_the_version(
        self, api: Call, odile: User, conversation: Conversation
    ) -> None:
        for same in ({}, {"status": "open"}, {"subject": "Carrelage du séjour"}):
            assert api(odile).patch(of(conversation), same).json()["version"] == 1

    @pytest.mark.parametrize(
        "changes", [{"status": "lost"}, {"subject": ""}, {"subject": None}, {"assigned_to": "me"}]
    )
    def test_change_with_invalid_fields_is_refused(
        self, api: Call, odile: User, conversation: Conversation, changes: dict[str, Any]
    ) -> None:
        assert api(odile).patch(of(conversation), changes).status_code == 400

    def test_change_of_a_read_only_field_is_ignored(
        self, api: Call, odile: User, conversation: Conversation
    ) -> None:
        api(odile).patch(
            of(conversation), {"version": 99, "last_seq": 9, "client": None, "archived_at": "x"}
        )

        conversation.refresh_from_db()
        assert (conversation.version, conversation.last_seq) == (1, 0)


class TestArchiving:
    def test_archived_conversation_leaves_the_lists_and_keeps_its_history(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say,
        fan_out: FanOut,
    ) -> None:  # fmt: skip
        say(camille, "Bonjour")
        fan_out()

        assert api(odile).delete(of(conversation)).status_code == 204

        assert api(camille).get(CONVERSATIONS).json()["results"] == []
        assert api(odile).get("/api/v1/unread").json() == {"total": 0, "conversations": {}}
        history = api(camille).get(of(conversation, "messages")).json()
        assert [message["body"] for message in history["results"]] == ["Bonjour"]

    def test_archiving_twice_archives_once(
        self, api: Call, odile: User, conversation: Conversation
    ) -> None:
        api(odile).delete(of(conversation))
        version = api(odile).get(of(conversation)).json()["version"]

        assert api(odile).delete(of(conversation)).status_code == 204
        assert api(odile).get(of(conversation)).json()["version"] == version
