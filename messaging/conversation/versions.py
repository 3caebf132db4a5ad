"""`seq` and `version`, the two numbers given under a conversation's lock (see `models`)."""

from datetime import datetime
from functools import cache
from typing import Any, TypedDict, Unpack
from uuid import UUID

from django.db import connection
from django.utils import timezone

from messaging.conversation import clock
from messaging.conversation.lock import LockedConversation
from messaging.models import Conversation, Message

# The columns of a conversation that a new message changes.
MOVED = (
    "version", "changed_at", "last_seq", "last_message_id", "last_activity_at", "status",
    "awaiting_reply_since", "answer_amber_at", "answer_due_at", "escalation_step",
)  # fmt: skip


class ConversationChanges(TypedDict, total=False):
    """Columns of a conversation that get a new value; the others keep theirs."""

    subject: str
    status: str
    chantier_id: UUID | None
    assigned_to_id: UUID | None
    archived_at: datetime
    awaiting_reply_since: datetime | None
    closed_up_to_seq: int
    answer_amber_at: datetime | None
    answer_due_at: datetime | None
    escalation_step: int
    snoozed_until: datetime | None


def bump(locked: LockedConversation, **changes: Unpack[ConversationChanges]) -> int:
    """Change columns of a conversation and give it the next version, which is returned.

    Since when it waits sets the clock of the answer.
    """
    conversation = locked.conversation
    is_wait_changed = (
        "awaiting_reply_since" in changes
        and changes["awaiting_reply_since"] != conversation.awaiting_reply_since
    )
    if is_wait_changed:
        columns = clock.clock_since(changes["awaiting_reply_since"])
        changes["answer_amber_at"] = columns["answer_amber_at"]
        changes["answer_due_at"] = columns["answer_due_at"]
        changes["escalation_step"] = columns["escalation_step"]
    conversation.version += 1
    conversation.changed_at = timezone.now()
    for name, value in changes.items():
        setattr(conversation, name, value)
    conversation.save(update_fields=["version", "changed_at", *changes])
    if is_wait_changed:
        clock.order_escalation(conversation)
    return conversation.version


def append(locked: LockedConversation, message: Message) -> None:
    """Give a new message the next seq and version of its conversation, and insert it."""
    conversation, now = locked.conversation, timezone.now()
    message.conversation, message.created_at = conversation, now
    message.seq = conversation.last_seq = conversation.last_seq + 1
    message.version = conversation.version = conversation.version + 1
    conversation.changed_at = conversation.last_activity_at = now
    conversation.last_message = message
    conversation.status = Conversation.Status.OPEN.value
    waited_since = conversation.awaiting_reply_since
    conversation.awaiting_reply_since = _awaiting_reply_since(conversation, message)
    beside, more = _with_its_clock(conversation, waited_since, now)
    values = [getattr(message, field.attname) for field in Message._meta.concrete_fields]
    moved = [getattr(conversation, name) for name in MOVED]
    with connection.cursor() as cursor:
        cursor.execute(_record_statement(beside), [*values, *more, *moved, conversation.pk])
    message._state.adding, message._state.db = False, connection.alias


def _with_its_clock(
    conversation: Conversation, waited_since: datetime | None, now: datetime
) -> tuple[str, list[Any]]:
    """Start or stop the clock of the answer; return the SQL that does so, with its values."""
    since = conversation.awaiting_reply_since
    if since == waited_since:
        return "", []
    for name, value in clock.clock_since(since).items():
        setattr(conversation, name, value)
    if since is None:
        return clock.CANCEL, [conversation.pk]
    owner, due_at = conversation.assigned_to_id, conversation.answer_due_at
    return clock.ORDER, [conversation.pk, owner, now, now, due_at]


@cache
def _record_statement(beside: str) -> str:
    """Return the SQL that inserts a message and updates its conversation, in one statement."""
    columns = [field.attname for field in Message._meta.concrete_fields]
    return f"""
        WITH recorded AS (
            INSERT INTO messaging_message ({", ".join(columns)})
            VALUES ({", ".join(["%s"] * len(columns))})
        ){"," * bool(beside)} {beside}
        UPDATE messaging_conversation SET {", ".join(f"{name} = %s" for name in MOVED)}
        WHERE id = %s
    """  # noqa: S608  (of our own words)


def _awaiting_reply_since(conversation: Conversation, message: Message) -> datetime | None:
    """Return since when the client waits after a new message, as `awaiting` would without a query.

    A closed conversation awaits nothing, so that a message which opens it again is the first.
    """
    if message.author.is_company:
        return None
    return conversation.awaiting_reply_since or message.created_at
