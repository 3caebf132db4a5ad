"""Opening a conversation: once, and only about what the opener may use."""

from typing import Any
from uuid import uuid4

import pytest

from core.models import Chantier, Client, User
from messaging.models import Conversation, Message
from tests.cast import Call, Say
from tests.messaging.addresses import CONVERSATIONS

pytestmark = pytest.mark.django_db


def open_one(api: Call, person: User, **draft: Any) -> Any:
    return api(person).post(CONVERSATIONS, {"subject": "Carrelage", **draft})


def code_of(answer: Any) -> str:
    return str(answer.json()["errors"][0]["code"])


class TestOpening:
    def test_client_opens_a_conversation_about_their_chantier(
        self, api: Call, camille: User, villa: Chantier, morel: Client
    ) -> None:
        answer = open_one(api, camille, chantier=str(villa.pk))

        assert answer.status_code == 201
        shown = answer.json()
        assert shown["chantier"] == {
            "id": str(villa.pk),
            "name": "Villa Lumière",
            "reference": "CH-2041",
        }
        assert shown["client"] == {"id": str(morel.pk), "name": "Famille Morel"}
        assert (shown["status"], shown["version"], shown["last_seq"]) == ("open", 1, 0)
        assert (shown["last_message"], shown["unread_count"]) == (None, 0)
        assert shown["accepts_messages"]

    def test_client_opens_a_conversation_about_a_free_subject(
        self, api: Call, camille: User, marc: User
    ) -> None:
        assert open_one(api, camille).json()["chantier"] is None

    def test_company_opens_a_conversation_with_a_client(
        self, api: Call, odile: User, morel: Client
    ) -> None:
        assert open_one(api, odile, client=str(morel.pk)).status_code == 201
        assert open_one(api, odile).status_code == 400

    def test_company_opens_a_conversation_with_the_client_of_a_chantier(
        self, api: Call, odile: User, villa: Chantier, morel: Client
    ) -> None:
        assert open_one(api, odile, chantier=str(villa.pk)).json()["client"]["id"] == str(morel.pk)

    def test_conversation_is_opened_with_its_first_message(
        self, api: Call, camille: User, marc: User
    ) -> None:
        answer = open_one(api, camille, message={"body": "Bonjour"})

        assert answer.json()["last_message"]["body"] == "Bonjour"
        assert (answer.json()["version"], answer.json()["last_seq"]) == (2, 1)
        assert Message.objects.get().fanned_out_at is None

    @pytest.mark.parametrize(
        "draft",
        [
            {"subject": ""},
            {"subject": "a" * 151},
            {"subject": "\u202e"},
            {"subject": None},
            {"id": "1"},
            {"chantier": "1"},
            {"message": {"body": ""}},
            {"message": "Bonjour"},
        ],
    )
    def test_opening_with_invalid_fields_is_refused(
        self, api: Call, camille: User, draft: dict[str, Any]
    ) -> None:
        assert open_one(api, camille, **draft).status_code == 400
        assert not Conversation.objects.exists()

    def test_opening_about_another_clients_chantier_is_refused(
        self, api: Call, camille: User, bureaux: Chantier
    ) -> None:
        answer = open_one(api, camille, chantier=str(bureaux.pk))

        assert (answer.status_code, code_of(answer)) == (400, "unknown_chantier")

    def test_opening_for_another_client_is_refused(
        self, api: Call, camille: User, haddad: Client
    ) -> None:
        answer = open_one(api, camille, client=str(haddad.pk))

        assert (answer.status_code, code_of(answer)) == (400, "unknown_client")

    def test_opening_with_a_client_and_anothers_chantier_is_refused(
        self, api: Call, odile: User, morel: Client, bureaux: Chantier
    ) -> None:
        answer = open_one(api, odile, client=str(morel.pk), chantier=str(bureaux.pk))

        assert (answer.status_code, code_of(answer)) == (400, "unknown_chantier")

    def test_opening_for_an_unknown_client_is_refused(self, api: Call, odile: User) -> None:
        assert code_of(open_one(api, odile, client=str(uuid4()))) == "unknown_client"

    def test_opening_about_an_archived_chantier_is_refused(
        self, api: Call, camille: User, villa: Chantier
    ) -> None:
        Chantier.objects.update(status=Chantier.Status.ARCHIVED)

        answer = open_one(api, camille, chantier=str(villa.pk))

        assert (answer.status_code, code_of(answer)) == (409, "conversation_closed")
        assert not Conversation.objects.exists()


class TestOpeningTwice:
    def test_conversation_opened_twice_is_kept_once(
        self, api: Call, camille: User, marc: User
    ) -> None:
        draft = {"id": str(uuid4()), "message": {"id": str(uuid4()), "body": "Bonjour"}}

        first, second = open_one(api, camille, **draft), open_one(api, camille, **draft)

        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json() == second.json()
        assert (Conversation.objects.count(), Message.objects.count()) == (1, 1)

    @pytest.mark.parametrize(
        "changes", [{"subject": "Portail"}, {"message": {"body": "Autre"}}, {"message": None}]
    )
    def test_conversation_id_with_another_content_is_a_conflict(
        self, api: Call, camille: User, marc: User, changes: dict[str, Any]
    ) -> None:
        draft = {"id": str(uuid4()), "message": {"body": "Bonjour"}}
        open_one(api, camille, **draft)

        answer = open_one(api, camille, **{**draft, **changes})

        assert (answer.status_code, code_of(answer)) == (409, "draft_conflict")

    def test_conversation_id_of_another_person_is_a_conflict_that_says_nothing(
        self, api: Call, camille: User, yanis: User, marc: User
    ) -> None:
        draft_id = str(uuid4())
        open_one(api, camille, id=draft_id, subject="Divorce")

        answer = open_one(api, yanis, id=draft_id)

        assert answer.status_code == 409
        assert "Divorce" not in answer.content.decode()

    def test_opening_with_the_id_of_another_message_opens_nothing(
        self, api: Call, camille: User, odile: User, say: Say
    ) -> None:
        known = say(camille, "Bonjour")

        answer = open_one(api, camille, message={"id": str(known.pk), "body": "Bonjour"})

        assert answer.status_code == 409
        assert Conversation.objects.count() == 1
