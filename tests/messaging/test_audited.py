"""The audit knows who of the company read a conversation, and what was done with it."""

import pytest
from django.test import Client as Browser
from rest_framework.test import APIClient

from core.audit import names, reads
from core.audit.record import Action
from core.auth import credentials
from core.models import User
from messaging.actions.conversations import change_conversation
from messaging.actions.messages import delete_message
from messaging.actions.moving import merge
from messaging.actions.notes import delete_note, write_note
from messaging.models import Conversation
from tests.cast import Call, Say, in_another_conversation
from tests.core.audit.facts import facts, lines

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/conversations"
READ = ("Odile Perrin", "conversation.read", "Carrelage du séjour")


@pytest.fixture(autouse=True)
def ten_minutes_later(conversation: Conversation) -> None:
    reads.forget()


class TestReading:
    @pytest.mark.parametrize(
        "path", ["", "/messages", "/changes?since=0"], ids=["detail", "messages", "changes"]
    )
    def test_by_the_api(
        self, api: Call, odile: User, conversation: Conversation, path: str
    ) -> None:
        api(odile).get(f"{ROOT}/{conversation.pk}{path}")

        assert lines(Action.CONVERSATION_READ) == [READ]
        assert facts(Action.CONVERSATION_READ)[0].address == "127.0.0.1"

    def test_by_the_page_and_all_that_it_loads_is_one(
        self, api: Call, odile: User, conversation: Conversation
    ) -> None:
        browser = Browser()
        browser.force_login(odile)
        browser.get(f"/staff/messages/{conversation.pk}")
        for path in ("", "/messages"):
            api(odile).get(f"{ROOT}/{conversation.pk}{path}")

        assert lines(Action.CONVERSATION_READ) == [READ]

    def test_of_one_message(self, api: Call, odile: User, camille: User, say: Say) -> None:
        message = say(camille, "Bonjour")
        api(odile).get(f"{ROOT}/{message.conversation_id}/messages/{message.pk}")

        assert lines(Action.CONVERSATION_READ) == [READ]

    def test_by_each_person_and_after_ten_minutes_again(
        self, api: Call, odile: User, marc: User, conversation: Conversation,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        for reader in (odile, marc, odile):
            api(reader).get(f"{ROOT}/{conversation.pk}")
        monkeypatch.setattr(reads, "SAME_READ_SECONDS", 0.0)
        api(odile).get(f"{ROOT}/{conversation.pk}")

        readers = [who for who, _action, _what in lines(Action.CONVERSATION_READ)]
        assert readers == ["Odile Perrin", "Marc Vidal", "Odile Perrin"]

    def test_by_a_program(self, conversation: Conversation) -> None:
        secret = credentials.issue("Archives", ["messages:read"]).secret
        headers = {"Authorization": f"Bearer {secret}"}

        APIClient().get(
            f"/api/v1/records/conversations/{conversation.pk}/messages", headers=headers
        )

        assert lines(Action.CONVERSATION_READ) == [("Archives", *READ[1:])]

    def test_by_a_client_is_nobody_elses_business(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        api(camille).get(f"{ROOT}/{conversation.pk}")

        assert not lines(Action.CONVERSATION_READ)

    def test_of_what_is_not_there_is_none(self, api: Call, odile: User, camille: User) -> None:
        api(odile).get(f"{ROOT}/{camille.pk}")

        assert not lines(Action.CONVERSATION_READ)

    def test_writes_nothing_in_the_request(
        self, api: Call, odile: User, conversation: Conversation,
        django_assert_num_queries: pytest.FixtureRequest,
    ) -> None:  # fmt: skip
        caller = api(odile)
        with django_assert_num_queries(1):  # type: ignore[operator]
            caller.get(f"{ROOT}/{conversation.pk}")


class TestActs:
    def test_printing(self, odile: User, camille: User, conversation: Conversation) -> None:
        for reader, side in ((odile, "staff"), (camille, "client")):
            browser = Browser()
            browser.force_login(reader)
            for _time in range(2):
                browser.get(f"/{side}/messages/{conversation.pk}/print").getvalue()

        assert lines(Action.CONVERSATION_PRINTED) == [
            (who, "conversation.printed", "Carrelage du séjour")
            for who in ("Odile Perrin", "Camille Morel")
        ]

    def test_assignment(self, odile: User, marc: User, conversation: Conversation) -> None:
        change_conversation(
            editor=odile, conversation=conversation, changes={"assigned_to_id": marc.pk}
        )

        [assigned] = facts(Action.CONVERSATION_ASSIGNED)[-1:]
        assert (assigned.actor_name, assigned.details["to"]["name"]) == (odile.name, marc.name)

    def test_assignment_by_a_rule_is_of_the_system(
        self, camille: User, conversation: Conversation
    ) -> None:
        first = facts(Action.CONVERSATION_ASSIGNED)[0]

        assert first.actor_kind == "system"

    def test_move_to_another_chantier(self, odile: User, conversation: Conversation) -> None:
        change_conversation(editor=odile, conversation=conversation, changes={"chantier_id": None})

        [moved] = facts(Action.CONVERSATION_REPLACED)
        assert moved.details["from"]["name"] == "Villa Lumière"

    def test_merge(self, odile: User, camille: User, conversation: Conversation) -> None:
        other = in_another_conversation(camille).conversation

        merge(editor=odile, source=other, target=conversation)

        assert [each.object_id for each in facts(Action.CONVERSATION_MERGED)] == [
            str(other.pk),
            str(conversation.pk),
        ]

    def test_deletions_say_whose_it_was_and_not_what_it_said(
        self, odile: User, camille: User, marc: User, conversation: Conversation, say: Say
    ) -> None:
        message = say(camille, "Le carrelage est fendu")
        note = write_note(
            author=odile, conversation=conversation, body="Client difficile", note_id=camille.pk
        ).note

        delete_message(remover=marc, message=message)
        delete_note(remover=marc, note=note)

        deleted = facts(Action.MESSAGE_DELETED, Action.NOTE_DELETED)
        assert [each.details["author"]["name"] for each in deleted] == [camille.name, odile.name]
        assert {each.actor_name for each in deleted} == {"Marc Vidal"}
        assert set(names.labels(deleted)) == {"Carrelage du séjour"}
        assert not any("fendu" in str(vars(each)) for each in facts())
        assert not any("difficile" in str(vars(each)) for each in facts())
