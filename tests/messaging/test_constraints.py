"""What the database itself refuses."""

import pytest
from django.db import IntegrityError, connection
from django.db.models import ProtectedError

from core.models import Chantier, User
from messaging.models import Conversation, Message, Participant
from tests.cast import Say

pytestmark = pytest.mark.django_db


def check_now() -> None:
    """Check the constraints that PostgreSQL otherwise checks at the commit."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def a_message(conversation: Conversation, author: User, seq: int) -> Message:
    return Message.objects.create(
        conversation=conversation, author=author, seq=seq, version=seq, body="a", draft_digest=b""
    )


class TestAMessage:
    def test_message_has_a_seq_of_its_own(
        self, camille: User, bruno: User, conversation: Conversation
    ) -> None:
        a_message(conversation, camille, 1)

        with pytest.raises(IntegrityError, match="message_seq_once"):
            a_message(conversation, bruno, 1)

    def test_message_is_numbered_from_one(self, camille: User, conversation: Conversation) -> None:
        with pytest.raises(IntegrityError, match="seq"):
            a_message(conversation, camille, 0)

    def test_message_is_not_deleted_with_its_author_or_conversation(
        self, camille: User, conversation: Conversation, say: Say
    ) -> None:
        say(camille, "Bonjour")

        for owner in (camille, conversation):
            with pytest.raises(ProtectedError):
                owner.delete()


class TestAConversation:
    def test_conversation_is_about_a_chantier_of_its_own_client(
        self, conversation: Conversation, bureaux: Chantier
    ) -> None:
        Conversation.objects.filter(pk=conversation.pk).update(chantier=bureaux)

        with pytest.raises(IntegrityError, match="chantier"):
            check_now()

    def test_chantier_of_a_conversation_stays_at_its_client(
        self, conversation: Conversation, bureaux: Chantier, villa: Chantier
    ) -> None:
        Chantier.objects.filter(pk=villa.pk).update(client=bureaux.client)

        with pytest.raises(IntegrityError, match="chantier"):
            check_now()

    def test_conversation_has_at_least_one_version_for_each_message(
        self, conversation: Conversation
    ) -> None:
        with pytest.raises(IntegrityError, match="conversation_version_covers_seq"):
            Conversation.objects.filter(pk=conversation.pk).update(last_seq=2, version=1)


class TestAParticipant:
    def test_participant_is_there_once(self, camille: User, conversation: Conversation) -> None:
        with pytest.raises(IntegrityError, match="participant_once"):
            Participant.objects.create(conversation=conversation, user=camille)

    def test_unread_counter_is_never_negative(
        self, camille: User, conversation: Conversation
    ) -> None:
        with pytest.raises(IntegrityError, match="unread_count"):
            Participant.objects.filter(user=camille).update(unread_count=-1)
