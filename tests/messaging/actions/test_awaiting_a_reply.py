"""Since when a client waits for an answer of the company (shown as "à répondre")."""

from typing import Any

import pytest

from core.models import User
from messaging.actions.messages import (
    delete_message,
)
from messaging.models import Conversation, Message
from tests.cast import Call, Say
from tests.messaging.addresses import of

pytestmark = pytest.mark.django_db


def since(api: Call, odile: User, conversation: Conversation) -> Any:
    return api(odile).get(of(conversation)).json()["awaiting_reply_since"]


class TestAwaitingAReply:
    def test_awaiting_a_reply_begins_with_the_first_unanswered_message(
        self,
        api: Call,
        camille: User,
        bruno: User,
        odile: User,
        conversation: Conversation,
        say: Say,
    ) -> None:
        assert since(api, odile, conversation) is None

        first = say(camille, "Bonjour")
        say(bruno, "Vous êtes là ?")

        assert since(api, odile, conversation) == in_json(first)

    def test_awaiting_a_reply_ends_with_any_answer_of_the_company(
        self,
        api: Call,
        camille: User,
        odile: User,
        marc: User,
        conversation: Conversation,
        say: Say,
    ) -> None:
        say(camille, "Bonjour")
        say(marc, "Bonjour, je m'en occupe")

        assert since(api, odile, conversation) is None

    def test_awaiting_a_reply_ends_when_the_conversation_is_closed(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        say(camille, "Merci, c'est tout")

        api(odile).patch(of(conversation), {"status": "closed"})

        assert since(api, odile, conversation) is None

    def test_awaiting_a_reply_ends_when_the_client_deletes_every_unanswered_message(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        first, second = say(camille, "Bonjour"), say(camille, "Vous êtes là ?")

        delete_message(remover=camille, message=first)
        assert since(api, odile, conversation) == in_json(second)

        delete_message(remover=camille, message=second)
        assert since(api, odile, conversation) is None

    def test_awaiting_a_reply_goes_on_when_an_answered_message_is_deleted(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        answered = say(camille, "Bonjour")
        say(odile, "Bonjour")
        waiting = say(camille, "Et mardi ?")

        delete_message(remover=camille, message=answered)

        assert since(api, odile, conversation) == in_json(waiting)


def in_json(message: Message) -> str:
    return message.created_at.isoformat().replace("+00:00", "Z")
