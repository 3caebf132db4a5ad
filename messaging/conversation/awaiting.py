"""Since when a client waits for an answer of the company (shown as "à répondre").

A function of the rows: the first message of the client that is not deleted, and that comes after
the last one of the company that is not deleted. Nothing is awaited in a conversation that is
closed or archived, and closing one settles the messages that it has. Internal notes answer nothing.

`versions.append` has a cheaper way for a new message, which gives the same.
"""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, Subquery
from django.db.models.functions import Coalesce, Greatest

from core.models import User
from messaging.models import Conversation, Message

OF_CLIENT = Q(author__role=User.Role.CLIENT)


def awaiting_reply_since(
    conversation: Conversation, *, without: UUID | None = None
) -> datetime | None:
    """Return since when the client of a locked conversation waits, or None.

    `without` is a message that is about to be deleted. One query, which reads the conversation's
    messages from the last one back to the last answer.
    """
    if conversation.status == Conversation.Status.CLOSED or conversation.archived_at:
        return None
    kept = Message.objects.filter(conversation=conversation, deleted_at=None)
    if without is not None:
        kept = kept.exclude(pk=without)
    last_answer = kept.exclude(OF_CLIENT).order_by("-seq").values("seq")[:1]
    settled = Greatest(Coalesce(Subquery(last_answer), 0), conversation.closed_up_to_seq)
    waiting = kept.filter(OF_CLIENT, seq__gt=settled)
    return waiting.order_by("seq").values_list("created_at", flat=True).first()
