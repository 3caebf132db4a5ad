"""The conversation's row lock.

Everything that changes a conversation first locks its row. The lock is `FOR NO KEY UPDATE`: rows
that only point at the conversation are still written beside it.
"""

from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.http import Http404

from core.database.raw_rows import row_of
from core.models import Chantier, User
from core.realtime.publish import Audience
from messaging.models import Conversation


def lock(conversation_id: UUID) -> Conversation:
    """Lock a conversation until the end of the transaction and return it as it is now.

    The same query brings its chantier and the users of its client (see `audience`).
    """
    listener_ids = User.objects.filter(client=OuterRef("client"), is_active=True).values("pk")
    conversations = Conversation.objects.select_for_update(of=("self",), no_key=True)
    return (
        conversations.select_related("chantier")
        .annotate(listener_ids=ArraySubquery(listener_ids))
        .get(pk=conversation_id)
    )


# The statements that every message waits for, written out: the ORM takes four times longer to
# compose them than PostgreSQL to answer.
LISTENER_IDS = """
    ARRAY(
        SELECT listener.id FROM core_user listener
        WHERE listener.client_id = conversation.client_id AND listener.is_active
    ) AS listener_ids
"""
LOCK_TO_COUNT = f"""
    SELECT conversation.*, {LISTENER_IDS}
    FROM messaging_conversation conversation
    WHERE conversation.id = (
        SELECT conversation_id FROM messaging_message
        WHERE id = %(message)s AND fanned_out_at IS NULL
    )
    FOR NO KEY UPDATE OF conversation
"""  # noqa: S608  (of our own words)
LOCK_TO_WRITE = f"""
    SELECT
        conversation.*,
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
    FOR NO KEY UPDATE OF conversation
"""  # noqa: S608  (of our own words)


def lock_to_count(message_id: UUID) -> Conversation | None:
    """Lock the conversation of a message that is not fanned out yet; None when there is none."""
    return row_of(Conversation, LOCK_TO_COUNT, {"message": message_id})


def lock_to_write(author: User, conversation_id: UUID, message_id: UUID) -> Conversation:
    """Like `lock`, or Http404 when the author may not see it (as `queries.visible_to` has it).

    The same query says whether the author is a participant (`author_is_participant`) who has
    written here before (`author_has_written`), and whether the message exists (`message_exists`).
    """
    asked = {
        "conversation": conversation_id,
        "author": author.pk,
        "message": message_id,
        "client": author.client_id,
        "is_company": author.is_company,
    }
    conversation = row_of(Conversation, LOCK_TO_WRITE, asked)
    if conversation is None:
        raise Http404
    if conversation.chantier_id is not None:
        # Only what `accepts_messages` asks of it.
        known: Any = conversation
        values = [conversation.chantier_id, known.chantier_status]
        conversation.chantier = Chantier.from_db("default", ["id", "status"], values)
    return conversation


def audience(conversation: Conversation) -> Audience:
    """Whose open screens show a locked conversation: its client's users, and the company."""
    return Audience(user_ids=tuple(getattr(conversation, "listener_ids", ())), company=True)
