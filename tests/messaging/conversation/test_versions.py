"""Every change of a conversation takes its next version, every message its next seq."""

from datetime import datetime

import pytest
import time_machine
from django.db import transaction

from core.models import User
from messaging.conversation import outgoing
from messaging.conversation.lock import lock
from messaging.conversation.versions import append, bump, take_place
from messaging.models import Conversation, Message
from tests.cast import Say

pytestmark = pytest.mark.django_db

LATER = datetime.fromisoformat("2030-03-04 09:00:00+01:00")


def appended(conversation: Conversation, author: User) -> Message:
    message = Message(author=author, body="Bonjour", draft_digest=b"")
    locked = lock(conversation.pk)
    take_place(locked, message)
    append(locked, message, outgoing.message_created(message))
    return message


class TestBump:
    def test_change_gets_the_next_version_and_the_time(self, conversation: Conversation) -> None:
        before = lock(conversation.pk).conversation.version

        with time_machine.travel(LATER, tick=False):
            version = bump(lock(conversation.pk), subject="Joints")

        conversation.refresh_from_db()
        assert version == conversation.version == before + 1
        assert conversation.changed_at == LATER
        assert conversation.subject == "Joints"

    def test_change_leaves_the_other_columns_alone(self, conversation: Conversation) -> None:
        locked = lock(conversation.pk)
        Conversation.objects.filter(pk=conversation.pk).update(subject="Joints")

        bump(locked, status="closed")

        conversation.refresh_from_db()
        assert (conversation.subject, conversation.status) == ("Joints", "closed")


class TestAppend:
    def test_message_gets_the_next_seq_and_version_and_moves_its_conversation(
        self, camille: User, conversation: Conversation, say: Say
    ) -> None:
        say(camille, "Un")
        before = lock(conversation.pk).conversation

        with time_machine.travel(LATER, tick=False):
            message = appended(conversation, camille)

        conversation.refresh_from_db()
        stored = Message.objects.get(pk=message.pk)
        assert stored.seq == conversation.last_seq == before.last_seq + 1
        assert stored.version == conversation.version == before.version + 1
        moments = {stored.created_at, conversation.changed_at, conversation.last_activity_at}
        assert moments == {LATER}
        assert conversation.last_message == stored

    def test_message_leaves_the_other_conversations_alone(
        self, camille: User, conversation: Conversation, other_conversation: Conversation
    ) -> None:
        appended(conversation, camille)

        untouched = Conversation.objects.get(pk=other_conversation.pk)
        assert (untouched.last_seq, untouched.version) == (0, other_conversation.version)
        assert untouched.last_message is None

    def test_appended_message_can_be_saved_again(
        self, camille: User, conversation: Conversation
    ) -> None:
        message = appended(conversation, camille)

        with transaction.atomic():
            message.body = "Bonsoir"
            message.save()

        assert Message.objects.get().body == "Bonsoir"
