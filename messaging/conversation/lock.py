"""The row lock of a conversation.

Everything that changes a conversation first locks its row, and takes the `LockedConversation` that
proves it. The lock is `FOR NO KEY UPDATE`: other transactions can still insert rows that point at
the conversation.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.http import Http404

from core.database.raw_rows import columns_of, row_with_extras, rows_with_extras
from core.models import Chantier, User
from core.realtime.publish import Audience
from messaging.models import Conversation, Note


@dataclass(frozen=True, slots=True)
class LockedConversation:
    """A conversation whose row is locked until the end of the transaction.

    Only the functions of this module make one.
    """

    conversation: Conversation
    # The active users of its client, as they were when the row was locked.
    listener_ids: tuple[UUID, ...]

    @property
    def audience(self) -> Audience:
        """The people whose screens show the conversation: its client's users, and the company."""
        return Audience(user_ids=self.listener_ids, company=True)


@dataclass(frozen=True, slots=True)
class LockedToWrite(LockedConversation):
    """A conversation locked to send a message, with what the same query read about it."""

    author_is_participant: bool
    # Has sent a message here before, as a participant who has not left.
    author_has_written: bool
    # A message with this id exists, in any conversation.
    message_exists: bool


def lock(conversation_id: UUID) -> LockedConversation:
    """Lock a conversation until the end of the transaction and read it again, with its chantier.

    Raises Conversation.DoesNotExist.
    """
    listener_ids = User.objects.filter(client=OuterRef("client"), is_active=True).values("pk")
    conversations = Conversation.objects.select_for_update(of=("self",), no_key=True)
    found = (
        conversations.select_related("chantier")
        .annotate(listener_ids=ArraySubquery(listener_ids))
        .get(pk=conversation_id)
    )
    return LockedConversation(found, listener_ids=tuple(found.listener_ids))


def lock_note(note_id: UUID) -> Note:
    """Lock a note until the end of the transaction and read it again. It has no other lock."""
    notes = Note.objects.select_for_update(of=("self",), no_key=True)
    return notes.select_related("author").get(pk=note_id)


# Every message waits for these statements, so they are written in SQL: measured, the ORM took four
# times longer to compose them than PostgreSQL to answer.
COLUMNS = columns_of(Conversation, "conversation")
LISTENER_IDS = """
    ARRAY(
        SELECT listener.id FROM core_user listener
        WHERE listener.client_id = conversation.client_id AND listener.is_active
    ) AS listener_ids
"""
LOCK_TO_COUNT = f"""
    SELECT {COLUMNS}, {LISTENER_IDS}
    FROM messaging_conversation conversation
    WHERE conversation.id IN (
        SELECT conversation_id FROM messaging_message
        WHERE id = ANY(%(messages)s) AND fanned_out_at IS NULL
    )
    ORDER BY conversation.id
    FOR NO KEY UPDATE OF conversation
"""  # noqa: S608  (of our own words)
LOCK_TO_WRITE = f"""
    SELECT
        {COLUMNS},
        chantier.status AS chantier_status,
        {LISTENER_IDS},
        participant.id IS NOT NULL AS author_is_participant,
        participant.has_written IS TRUE AS author_has_written,
        EXISTS (SELECT FROM messaging_message WHERE id = %(message)s) AS message_exists
    FROM messaging_conversation conversation
    LEFT JOIN core_chantier chantier ON chantier.id = conversation.chantier_id
    LEFT JOIN messaging_participant participant
        ON participant.conversation_id = conversation.id
        AND participant.user_id = %(author)s AND participant.left_at IS NULL
    WHERE conversation.id = %(conversation)s
        AND (conversation.client_id = %(client)s OR %(is_company)s)
        AND conversation.purged_at IS NULL
        AND NOT EXISTS (
            SELECT FROM core_user WHERE id = %(author)s AND anonymised_at IS NOT NULL
        )
    FOR NO KEY UPDATE OF conversation
"""  # noqa: S608  (of our own words)


def lock_to_count(message_id: UUID) -> LockedConversation | None:
    """Lock the conversation of a message that is not fanned out yet; None if there is no such one.

    The chantier is not read.
    """
    return next(iter(_locked_to_count(LOCK_TO_COUNT, [message_id])), None)


def lock_free_to_count(message_ids: Sequence[UUID]) -> list[LockedConversation]:
    """Lock the conversations of messages like `lock_to_count`, but those that nobody has locked."""
    return _locked_to_count(f"{LOCK_TO_COUNT} SKIP LOCKED", message_ids)


def _locked_to_count(statement: str, message_ids: Sequence[UUID]) -> list[LockedConversation]:
    found = rows_with_extras(Conversation, statement, {"messages": list(message_ids)})
    return [
        LockedConversation(conversation, listener_ids=tuple(extras["listener_ids"]))
        for conversation, extras in found
    ]


def lock_to_write(author: User, conversation_id: UUID, message_id: UUID) -> LockedToWrite:
    """Lock a conversation to send a message; Http404 if the author may not see it.

    Or was anonymised since the request began: the message would bring the name back.

    The condition is the one of `queries.conversations.visible_to`. Of the chantier only its status
    is read, which `accepts_messages` asks for.
    """
    asked = {
        "conversation": conversation_id,
        "author": author.pk,
        "message": message_id,
        "client": author.client_id,
        "is_company": author.is_company,
    }
    found = row_with_extras(Conversation, LOCK_TO_WRITE, asked)
    if found is None:
        raise Http404
    conversation, extras = found
    if conversation.chantier_id is not None:
        values = [conversation.chantier_id, extras["chantier_status"]]
        conversation.chantier = Chantier.from_db("default", ["id", "status"], values)
    return LockedToWrite(
        conversation,
        listener_ids=tuple(extras["listener_ids"]),
        author_is_participant=extras["author_is_participant"],
        author_has_written=extras["author_has_written"],
        message_exists=extras["message_exists"],
    )
