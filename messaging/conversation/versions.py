"""`seq` and `version`, the two numbers given under a conversation's lock (see `models`)."""

from datetime import datetime
from functools import cache
from typing import TypedDict, Unpack
from uuid import UUID

from django.db import connection
from django.utils import timezone

from core.outgoing.record import Beside, recorded
from messaging.chain.contents import new_message
from messaging.conversation import chaining, clock
from messaging.conversation.lock import LockedConversation
from messaging.models import Conversation, Message

# The columns of a conversation that a new message changes.
MOVED = (
    "version", "changed_at", "last_seq", "last_message_id", "last_activity_at", "status",
    "awaiting_reply_since", "answer_amber_at", "answer_due_at", "escalation_step",
    *chaining.MOVED,
)  # fmt: skip

MESSAGE_COLUMNS = tuple(field.attname for field in Message._meta.concrete_fields)


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


def take_place(locked: LockedConversation, message: Message) -> None:
    """Give a new message the next seq and version of its conversation; `append` records both."""
    conversation, now = locked.conversation, timezone.now()
    message.conversation, message.created_at = conversation, now
    message.seq = conversation.last_seq = conversation.last_seq + 1
    message.version = conversation.version = conversation.version + 1
    conversation.changed_at = conversation.last_activity_at = now
    conversation.last_message = message
    conversation.status = Conversation.Status.OPEN.value


def append(locked: LockedConversation, message: Message, event: Beside) -> None:
    """Record a new message that has its place, its entry of the chain, what moved, and its event.

    In one statement: all who write in the conversation wait for it.
    """
    conversation = locked.conversation
    clock_moves = _move_clock(conversation, _awaiting_reply_since(conversation, message))
    entry = new_message(message, message.attachments)
    chained = chaining.place(conversation, entry, message.created_at)
    values = {
        **{f"message.{name}": getattr(message, name) for name in MESSAGE_COLUMNS},
        **{f"moved.{name}": getattr(conversation, name) for name in MOVED},
        **{f"chain.{name}": chained[name] for name in chaining.OF_ITS_OWN},
        **event.values,
        "conversation": conversation.pk,
        "owner": conversation.assigned_to_id,
        "now": message.created_at,
        "answer_due_at": conversation.answer_due_at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_record_statement(event.told, clock_moves), values)
        recorded(*cursor.fetchone())
    message._state.adding, message._state.db = False, connection.alias


def _move_clock(conversation: Conversation, since: datetime | None) -> str:
    """Start or stop the clock of the answer; return the SQL that does so beside the message."""
    if since == conversation.awaiting_reply_since:
        return ""
    conversation.awaiting_reply_since = since
    for name, value in clock.clock_since(since).items():
        setattr(conversation, name, value)
    return clock.CANCEL if since is None else clock.ORDER


@cache
def _record_statement(told: str, clock_moves: str) -> str:
    return f"""
        WITH recorded AS (
            INSERT INTO messaging_message ({", ".join(MESSAGE_COLUMNS)})
            VALUES ({", ".join(f"%(message.{name})s" for name in MESSAGE_COLUMNS)})
        ),
        chained AS ({chaining.INSERT_BESIDE_MESSAGE}),
        told AS ({told}){"," * bool(clock_moves)} {clock_moves}
        UPDATE messaging_conversation conversation
        SET {", ".join(f"{name} = %(moved.{name})s" for name in MOVED)}
        FROM told
        WHERE conversation.id = %(conversation)s
        RETURNING told.id, told.due_at
    """  # noqa: S608  (of our own words)


def _awaiting_reply_since(conversation: Conversation, message: Message) -> datetime | None:
    """Return since when the client waits after a new message, as `awaiting` would without a query.

    A closed conversation awaits nothing, so that a message which opens it again is the first.
    """
    if message.author.is_company:
        return None
    return conversation.awaiting_reply_since or message.created_at
