"""A locked conversation keeps other writers out, and knows who listens and who writes."""

from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.http import Http404
from pytest_django import DjangoAssertNumQueries

from core.models import Chantier, User
from messaging.actions.fan_out import fan_out_message
from messaging.conversation.lock import (
    LockedConversation,
    lock,
    lock_to_count,
    lock_to_write,
)
from messaging.models import Conversation, Message, Participant
from tests.at_once import at_once
from tests.cast import Say

Lock = Callable[[Message], LockedConversation | None]

every_lock = pytest.mark.parametrize(
    "take",
    [
        pytest.param(lambda message: lock(message.conversation_id), id="lock"),
        pytest.param(lambda message: lock_to_count(message.pk), id="lock_to_count"),
        pytest.param(
            lambda message: lock_to_write(message.author, message.conversation_id, uuid4()),
            id="lock_to_write",
        ),
    ],
)


def is_free(table: str, row_id: UUID, strength: str) -> bool:
    """Tell if another connection can take a row lock of this strength at this moment."""

    def ask() -> bool:
        with transaction.atomic(), connection.cursor() as cursor:
            sql = f"SELECT id FROM {table} WHERE id = %s FOR {strength} SKIP LOCKED"  # noqa: S608  (of our own words)
            cursor.execute(sql, [row_id])
            return cursor.fetchone() is not None

    [answer] = at_once(ask)
    return answer


@pytest.fixture
def message(say: Say, camille: User) -> Message:
    return say(camille, "Bonjour")


@pytest.mark.django_db(transaction=True)
class TestRowLock:
    @every_lock
    def test_locked_conversation_keeps_other_writers_out(
        self, take: Lock, message: Message, conversation: Conversation
    ) -> None:
        with transaction.atomic():
            take(message)
            assert not is_free("messaging_conversation", conversation.pk, "NO KEY UPDATE")

        assert is_free("messaging_conversation", conversation.pk, "NO KEY UPDATE")

    @every_lock
    def test_locked_conversation_can_be_pointed_at_by_new_rows(
        self, take: Lock, message: Message, conversation: Conversation
    ) -> None:
        with transaction.atomic():
            take(message)
            assert is_free("messaging_conversation", conversation.pk, "KEY SHARE")

    @every_lock
    def test_lock_leaves_the_chantier_and_the_other_conversations_free(
        self, take: Lock, message: Message, villa: Chantier, other_conversation: Conversation
    ) -> None:
        with transaction.atomic():
            take(message)
            assert is_free("core_chantier", villa.pk, "UPDATE")
            assert is_free("messaging_conversation", other_conversation.pk, "UPDATE")


@pytest.mark.django_db
class TestListeners:
    @every_lock
    def test_audience_is_the_active_users_of_the_client_and_the_company(
        self,
        take: Lock,
        message: Message,
        camille: User,
        bruno: User,
        odile: User,
        of_yanis: Conversation,
    ) -> None:
        User.objects.filter(pk=bruno.pk).update(is_active=False)

        locked = take(message)

        assert locked is not None
        assert locked.conversation.pk == message.conversation_id
        assert locked.audience.user_ids == (camille.pk,)
        assert locked.audience.company


@pytest.mark.django_db
class TestLockToCount:
    def test_message_that_was_fanned_out_locks_nothing(
        self, message: Message, say: Say, camille: User
    ) -> None:
        say(camille, "Encore")
        fan_out_message(message.pk)

        assert lock_to_count(message.pk) is None

    def test_unknown_message_locks_nothing(self, message: Message) -> None:
        assert lock_to_count(uuid4()) is None


@pytest.mark.django_db
class TestLockToWrite:
    def test_conversation_of_another_client_is_not_found(
        self, yanis: User, conversation: Conversation, of_yanis: Conversation
    ) -> None:
        with pytest.raises(Http404):
            lock_to_write(yanis, conversation.pk, uuid4())

        assert lock_to_write(yanis, of_yanis.pk, uuid4()).conversation == of_yanis

    def test_conversation_of_every_client_is_found_by_the_company(
        self, marc: User, conversation: Conversation, of_yanis: Conversation
    ) -> None:
        for found in (conversation, of_yanis):
            assert lock_to_write(marc, found.pk, uuid4()).conversation == found

    def test_participant_who_never_wrote_is_one_who_has_not_written(
        self, bruno: User, message: Message
    ) -> None:
        locked = lock_to_write(bruno, message.conversation_id, uuid4())

        assert (locked.author_is_participant, locked.author_has_written) == (True, False)

    def test_participant_who_wrote_is_one_who_has_written(
        self, camille: User, message: Message
    ) -> None:
        locked = lock_to_write(camille, message.conversation_id, uuid4())

        assert (locked.author_is_participant, locked.author_has_written) == (True, True)

    def test_participant_who_wrote_and_left_is_no_participant(
        self, odile: User, conversation: Conversation, say: Say
    ) -> None:
        mark = say(odile, "Bonjour").created_at
        Participant.objects.filter(user=odile).update(left_at=mark)

        locked = lock_to_write(odile, conversation.pk, uuid4())

        assert (locked.author_is_participant, locked.author_has_written) == (False, False)

    def test_participant_of_another_conversation_alone_is_no_participant(
        self, marc: User, conversation: Conversation, other_conversation: Conversation
    ) -> None:
        assert not lock_to_write(marc, conversation.pk, uuid4()).author_is_participant
        assert lock_to_write(marc, other_conversation.pk, uuid4()).author_is_participant

    def test_message_exists_by_its_id_in_any_conversation(
        self, camille: User, message: Message, other_conversation: Conversation
    ) -> None:
        assert lock_to_write(camille, other_conversation.pk, message.pk).message_exists
        assert not lock_to_write(camille, other_conversation.pk, uuid4()).message_exists

    def test_conversation_without_a_chantier_is_locked_too(
        self, camille: User, other_conversation: Conversation
    ) -> None:
        locked = lock_to_write(camille, other_conversation.pk, uuid4())

        assert locked.conversation.chantier is None
        assert locked.conversation.accepts_messages


@pytest.mark.django_db
class TestChantier:
    def test_lock_reads_the_chantier_in_the_same_query(
        self, archived: Conversation, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(1):
            assert not lock(archived.pk).conversation.accepts_messages

    def test_lock_to_write_reads_the_status_of_the_chantier_in_the_same_query(
        self,
        camille: User,
        archived: Conversation,
        villa: Chantier,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        with django_assert_num_queries(1):
            conversation = lock_to_write(camille, archived.pk, uuid4()).conversation
            assert not conversation.accepts_messages
            assert conversation.chantier == villa
