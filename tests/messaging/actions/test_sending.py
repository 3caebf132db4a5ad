"""Sending a message: recorded once, in order, and seen by its conversation only."""

from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from core.models import Chantier, User
from messaging.actions.messages import (
    delete_message,
    edit_message,
    send_message,
)
from messaging.conversation.idempotency import Draft
from messaging.models import Conversation, Message
from tests.cast import Call, Say
from tests.messaging.addresses import of, of_message

pytestmark = pytest.mark.django_db


def send(api: Call, person: User, conversation: Conversation, **draft: Any) -> Any:
    return api(person).post(of(conversation, "messages"), draft)


class TestSendMessage:
    def test_sending_answers_with_the_message_that_everyone_sees(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        draft_id = str(uuid4())

        answer = send(api, camille, conversation, id=draft_id, body=" Le carreau\r\nest fendu ")

        assert answer.status_code == 201
        shown = answer.json()
        assert shown.pop("created_at").endswith("Z")
        assert shown.pop("attachments") == []
        assert shown == {
            "id": draft_id,
            "conversation": str(conversation.pk),
            "seq": 1,
            "version": 2,
            "author": {"id": str(camille.pk), "name": "Camille Morel", "role": "client"},
            "body": "Le carreau\nest fendu",
            "reply_to": None,
            "quoted": None,
            "by_email": False,
            "is_thanks": False,
            "edited_at": None,
            "deleted_at": None,
            "moved_to": None,
        }

    def test_sent_message_has_the_next_seq(self, camille: User, say: Say) -> None:
        first, second = say(camille, "Bonjour"), say(camille, "Le carreau est fendu")

        assert (first.seq, second.seq) == (1, 2)

    def test_answer_shows_the_beginning_of_the_message_that_it_quotes(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        question = say(odile, "Mardi ou jeudi ? " + "x" * 300)

        shown = send(api, camille, conversation, body="Mardi", reply_to=str(question.pk)).json()

        quoted = {
            "id": str(question.pk),
            "seq": 1,
            "author": {"id": str(odile.pk), "name": "Odile Perrin", "role": "staff"},
            "body": question.body[:200],
            "attachment_count": 0,
            "is_deleted": False,
        }
        assert shown["quoted"] == quoted
        history = api(camille).get(of(conversation, "messages")).json()["results"]
        assert [message["quoted"] for message in history] == [None, quoted]

    def test_quote_of_a_deleted_message_shows_nothing_of_it(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        question = say(odile, "Le code du portail est 1234")
        send(api, camille, conversation, body="Merci", reply_to=str(question.pk))

        delete_message(remover=odile, message=question)

        history = api(camille).get(of(conversation, "messages")).json()["results"]
        assert history[1]["quoted"]["is_deleted"]
        assert history[1]["quoted"]["body"] == ""

    def test_message_sent_without_an_id_gets_one(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        assert send(api, camille, conversation, body="Oui").json()["id"]

    def test_sent_message_moves_its_conversation(
        self, api: Call, camille: User, conversation: Conversation, say: Say
    ) -> None:
        message = say(camille, "Bonjour")

        conversation.refresh_from_db()
        assert conversation.last_message == message
        assert conversation.last_activity_at == message.created_at <= conversation.changed_at
        assert (conversation.last_seq, conversation.version) == (1, message.version)

    def test_sent_message_orders_its_fan_out(self, camille: User, say: Say) -> None:
        assert say(camille, "Bonjour").fanned_out_at is None

    @pytest.mark.parametrize("who", ["camille", "bruno", "odile", "marc"])
    def test_both_sides_may_send_messages(
        self, request: pytest.FixtureRequest, api: Call, conversation: Conversation, who: str
    ) -> None:
        person = request.getfixturevalue(who)

        assert send(api, person, conversation, body="Bonjour").status_code == 201

    def test_other_client_neither_sees_a_message_nor_may_send_one(
        self, api: Call, camille: User, yanis: User, conversation: Conversation, say: Say
    ) -> None:
        message = say(camille, "Le code du portail est 1234")

        assert send(api, yanis, conversation, body="Bonjour").status_code == 404
        assert api(yanis).get(of_message(message)).status_code == 404
        assert Message.objects.count() == 1

    def test_stranger_may_not_send_a_message(self, conversation: Conversation) -> None:
        answer = APIClient().post(of(conversation, "messages"), {"body": "Bonjour"})

        assert answer.status_code == 401


class TestASecondTry:
    def test_message_sent_twice_is_kept_once(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        draft = {"id": str(uuid4()), "body": "Le carreau est fendu"}

        first = send(api, camille, conversation, **draft)
        second = send(api, camille, conversation, **draft)

        assert (first.status_code, second.status_code) == (201, 200)
        assert first.json() == second.json()
        assert Message.objects.count() == 1

    def test_message_id_with_another_text_is_a_conflict(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        draft_id = str(uuid4())
        send(api, camille, conversation, id=draft_id, body="Oui")

        answer = send(api, camille, conversation, id=draft_id, body="Non")

        assert answer.status_code == 409
        assert answer.json()["errors"][0]["code"] == "draft_conflict"

    def test_message_id_in_another_conversation_is_a_conflict(
        self,
        api: Call,
        camille: User,
        conversation: Conversation,
        other_conversation: Conversation,
    ) -> None:
        draft = {"id": str(uuid4()), "body": "Oui"}
        send(api, camille, conversation, **draft)

        assert send(api, camille, other_conversation, **draft).status_code == 409

    def test_message_id_of_another_person_is_a_conflict(
        self, api: Call, camille: User, bruno: User, conversation: Conversation
    ) -> None:
        draft = {"id": str(uuid4()), "body": "Oui"}
        send(api, camille, conversation, **draft)

        assert send(api, bruno, conversation, **draft).status_code == 409

    def test_message_id_with_another_quoted_message_is_a_conflict(
        self, api: Call, camille: User, conversation: Conversation, say: Say
    ) -> None:
        draft = {"id": str(uuid4()), "body": "Oui"}
        quoted = say(camille, "Alors ?")
        send(api, camille, conversation, **draft)

        again = send(api, camille, conversation, **draft, reply_to=str(quoted.pk))

        assert again.status_code == 409

    def test_message_sent_again_after_an_edit_is_kept_once(
        self, camille: User, conversation: Conversation
    ) -> None:
        draft = Draft(body="Lundi")
        sent = send_message(author=camille, conversation_id=conversation.pk, draft=draft)
        edit_message(editor=camille, message=sent.message, body="Mardi")

        again = send_message(author=camille, conversation_id=conversation.pk, draft=draft)

        assert again.message.body == "Mardi"
        assert not again.is_new

    def test_message_sent_again_after_its_deletion_is_kept_once(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        draft = {"id": str(uuid4()), "body": "Le code est 1234"}
        address = of(conversation, f"messages/{draft['id']}")
        send(api, camille, conversation, **draft)
        api(camille).delete(address)

        again = send(api, camille, conversation, **draft)

        assert (again.status_code, again.json()["body"]) == (200, "")

    def test_message_sent_again_after_the_archiving_is_kept_once(
        self, api: Call, camille: User, conversation: Conversation, villa: Chantier
    ) -> None:
        draft = {"id": str(uuid4()), "body": "Merci"}
        send(api, camille, conversation, **draft)
        Chantier.objects.update(status=Chantier.Status.ARCHIVED)

        assert send(api, camille, conversation, **draft).status_code == 200


class TestTheBody:
    @pytest.mark.parametrize("body", ["a", "é" * 10_000, "😀" * 10_000, "  " + "a" * 10_000 + " "])
    def test_body_has_one_to_ten_thousand_characters(
        self, api: Call, camille: User, conversation: Conversation, body: str
    ) -> None:
        answer = send(api, camille, conversation, body=body)

        assert (answer.status_code, answer.json()["body"]) == (201, body.strip())

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            ("a" * 10_001, "max_length"),
            (None, "null"),
            (["a"], "invalid"),
            ({}, "invalid"),
            (True, "invalid"),
        ],
    )
    def test_invalid_body_is_refused(
        self, api: Call, camille: User, conversation: Conversation, body: object, code: str
    ) -> None:
        answer = send(api, camille, conversation, body=body)

        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, code)
        assert not Message.objects.exists()

    @pytest.mark.parametrize("body", ["", " \n\t\u00a0", "\x00", "\u200b"])
    def test_empty_body_is_refused(
        self, api: Call, camille: User, conversation: Conversation, body: str
    ) -> None:
        assert send(api, camille, conversation, body=body).status_code == 400
        assert not Message.objects.exists()

    def test_missing_body_is_refused(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        assert send(api, camille, conversation).status_code == 400

    def test_body_comes_back_as_it_was_written(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        body = "<script>alert('é')</script>\n& 👷🏽‍♀️ \\ \" %s {{ x }}"

        assert send(api, camille, conversation, body=body).json()["body"] == body


class TestAReply:
    def test_reply_names_its_quoted_message(
        self, api: Call, odile: User, camille: User, conversation: Conversation, say: Say
    ) -> None:
        question = say(camille, "Quand passez-vous ?")

        answer = send(api, odile, conversation, body="Mardi", reply_to=str(question.pk))

        assert answer.json()["reply_to"] == str(question.pk)

    @pytest.mark.parametrize("elsewhere", ["other_conversation", "of_yanis"])
    def test_reply_to_a_message_of_another_conversation_is_refused(
        self,
        request: pytest.FixtureRequest,
        api: Call,
        camille: User,
        conversation: Conversation,
        elsewhere: str,
    ) -> None:
        there = request.getfixturevalue(elsewhere)
        message = send_message(
            author=there.created_by, conversation_id=there.pk, draft=Draft(body="Secret")
        ).message

        answer = send(api, camille, conversation, body="?", reply_to=str(message.pk))

        assert answer.status_code == 400
        assert answer.json()["errors"][0]["code"] == "unknown_quoted_message"

    def test_reply_to_an_unknown_message_is_refused(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        assert send(api, camille, conversation, body="?", reply_to=str(uuid4())).status_code == 400

    def test_reply_may_quote_a_deleted_message(
        self, api: Call, camille: User, conversation: Conversation, say: Say
    ) -> None:
        message = say(camille, "Oups")
        delete_message(remover=camille, message=message)

        answer = send(api, camille, conversation, body="Pardon", reply_to=str(message.pk))

        assert answer.status_code == 201


class TestWhereOneWrites:
    def test_message_reopens_a_closed_conversation(
        self, api: Call, camille: User, odile: User, conversation: Conversation
    ) -> None:
        api(odile).patch(of(conversation), {"status": "closed"})

        send(api, camille, conversation, body="Encore une chose")

        assert api(camille).get(of(conversation)).json()["status"] == "open"

    def test_message_about_an_archived_chantier_is_refused(
        self, api: Call, camille: User, archived: Conversation
    ) -> None:
        answer = send(api, camille, archived, body="Bonjour")

        assert answer.status_code == 409
        assert answer.json()["errors"][0]["code"] == "conversation_closed"
        assert not api(camille).get(of(archived)).json()["accepts_messages"]

    def test_message_in_an_archived_conversation_is_refused(
        self, api: Call, camille: User, odile: User, conversation: Conversation
    ) -> None:
        api(odile).delete(of(conversation))

        assert send(api, camille, conversation, body="Bonjour").status_code == 409
        assert send(api, odile, conversation, body="Bonjour").status_code == 409
