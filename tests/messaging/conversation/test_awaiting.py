"""Since when a client waits for an answer, computed from the messages."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from core.models import User
from messaging.actions.messages import send_message
from messaging.conversation.awaiting import awaiting_reply_since
from messaging.conversation.idempotency import Draft
from messaging.conversation.lock import lock
from messaging.models import Conversation, Message
from tests.cast import Say

pytestmark = pytest.mark.django_db


def since(conversation: Conversation, *, without: Message | None = None) -> object:
    locked = lock(conversation.pk)
    return awaiting_reply_since(locked.conversation, without=without.pk if without else None)


class TestAwaitingReplySince:
    def test_wait_begins_with_the_first_message_after_the_last_answer(
        self, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        assert since(conversation) is None
        say(camille, "Avant la réponse")
        say(odile, "La réponse")
        assert since(conversation) is None

        first, second, _third = [say(camille, body) for body in ("Un", "Deux", "Trois")]

        assert since(conversation) == first.created_at
        assert since(conversation, without=first) == second.created_at
        assert since(conversation, without=second) == first.created_at

    def test_wait_goes_back_to_the_question_without_its_answer(
        self, camille: User, odile: User, marc: User, conversation: Conversation, say: Say
    ) -> None:
        question = say(camille, "Un")
        answer = say(odile, "La réponse")
        assert since(conversation, without=answer) == question.created_at

        say(marc, "Une autre réponse")

        assert since(conversation, without=answer) is None

    def test_wait_ends_without_the_last_unanswered_message(
        self,
        camille: User,
        odile: User,
        conversation: Conversation,
        other_conversation: Conversation,
        say: Say,
    ) -> None:
        say(camille, "Avant la réponse")
        say(odile, "La réponse")
        only = say(camille, "Un")
        deleted = say(camille, "Deux")
        Message.objects.filter(pk=deleted.pk).update(deleted_at=timezone.now())
        draft = Draft(body="Ailleurs")
        send_message(author=camille, conversation_id=other_conversation.pk, draft=draft)

        assert since(conversation, without=only) is None

    def test_wait_follows_the_order_of_the_messages_whatever_their_ids_and_moments(
        self, camille: User, conversation: Conversation
    ) -> None:
        first_id, second_id = sorted((uuid4() for _ in range(2)), reverse=True)
        first, second = [
            send_message(
                author=camille, conversation_id=conversation.pk, draft=Draft(id=id_, body="Bonjour")
            ).message
            for id_ in (first_id, second_id)
        ]
        # The clock of the server was set back in between.
        earlier = first.created_at - timedelta(minutes=5)
        Message.objects.filter(pk=second.pk).update(created_at=earlier)

        assert since(conversation) == first.created_at
        assert since(conversation, without=first) == earlier

    def test_closed_or_archived_conversation_awaits_nothing(
        self, camille: User, conversation: Conversation, say: Say
    ) -> None:
        say(camille, "Un")
        rows = Conversation.objects.filter(pk=conversation.pk)

        rows.update(status=Conversation.Status.CLOSED)
        assert since(conversation) is None
        rows.update(status=Conversation.Status.OPEN, archived_at=timezone.now())
        assert since(conversation) is None

    def test_messages_of_before_the_closing_are_settled(
        self, camille: User, conversation: Conversation, say: Say
    ) -> None:
        settled = say(camille, "Un")
        Conversation.objects.filter(pk=conversation.pk).update(closed_up_to_seq=settled.seq)
        assert since(conversation) is None

        assert since(conversation) is None
        later = say(camille, "Deux")
        assert since(conversation) == later.created_at

    def test_wait_costs_one_query(
        self, camille: User, odile: User, conversation: Conversation, say: Say,
        django_assert_num_queries: object,
    ) -> None:  # fmt: skip
        say(odile, "Bonjour")
        say(camille, "Un")
        locked = lock(conversation.pk)

        with django_assert_num_queries(1):  # type: ignore[operator]
            awaiting_reply_since(locked.conversation)
