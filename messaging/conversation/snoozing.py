"""Put a conversation off, and bring it back: on time, at a client's message, or when asked to."""

from datetime import datetime
from enum import StrEnum

from core.jobs.lease import reset_attempts
from core.models import User
from messaging.conversation.history import Kind, NewLine, written
from messaging.conversation.lock import LockedConversation
from messaging.conversation.versions import ConversationChanges
from messaging.models import Escalation, Snooze


class Reason(StrEnum):
    """What brought a conversation back; in the details of its line."""

    TIME = "time"
    ANSWER = "answer"
    PERSON = "person"


def put_off(locked: LockedConversation, by: User, until: datetime) -> NewLine:
    """Order that a conversation comes back then; return the line. The caller sets the column."""
    Snooze.objects.update_or_create(
        conversation=locked.conversation, defaults={"by": by, **reset_attempts(until)}
    )
    return NewLine(Kind.SNOOZED, by, {"until": written(until)})


def bring_back(
    locked: LockedConversation, by: User | None, reason: Reason
) -> tuple[ConversationChanges, NewLine]:
    """End a snooze; return what is to be changed, and the line.

    A question that waits is escalated by its clock again.
    """
    Snooze.objects.filter(pk=locked.conversation.pk).delete()
    Escalation.objects.filter(pk=locked.conversation.pk, due_at__isnull=False).update(
        **reset_attempts()
    )
    return {"snoozed_until": None}, NewLine(Kind.WOKEN, by, {"reason": reason.value})
