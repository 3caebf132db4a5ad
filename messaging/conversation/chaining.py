"""Chain what happens in a conversation, under its lock: see "The chain" in the README."""

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from django.db import connection
from django.utils import timezone

from messaging.chain.contents import NewEntry
from messaging.chain.hashes import NOTHING, SALT_BYTES, Content, content_hash, entry_hash
from messaging.conversation.lock import LockedConversation
from messaging.models import ChainEntry, Conversation

# Of the table, with their types.
COLUMNS = {
    "conversation_id": "uuid", "position": "bigint", "kind": "text", "subject": "uuid",
    "person": "uuid", "number": "bigint", "recorded_at": "timestamptz", "salt": "bytea",
    "content": "text", "content_hash": "bytea", "hash": "bytea",
}  # fmt: skip
_NAMES = ", ".join(COLUMNS)
# The columns of a conversation that an entry moves.
MOVED = ("chain_length", "chain_head", "chained_seq")
# For the WITH of the statement of a message, most of whose values it shares.
_OF_MESSAGE = {
    "conversation_id": "conversation", "position": "moved.chain_length", "subject": "message.id",
    "person": "message.author_id", "number": "message.seq", "recorded_at": "message.created_at",
    "hash": "moved.chain_head",
}  # fmt: skip
OF_ITS_OWN = tuple(name for name in COLUMNS if name not in _OF_MESSAGE)
INSERT_BESIDE_MESSAGE = f"""
    INSERT INTO messaging_chainentry ({_NAMES})
    VALUES ({", ".join(f"%({_OF_MESSAGE.get(name, f'chain.{name}')})s" for name in COLUMNS)})
"""  # noqa: S608  (of our own words)
_RECORD = f"""
    WITH chained AS (
        INSERT INTO messaging_chainentry ({_NAMES})
        SELECT * FROM unnest({", ".join(f"%({name})s::{kind}[]" for name, kind in COLUMNS.items())})
    )
    UPDATE messaging_conversation
    SET chain_length = %(chain_length)s, chain_head = %(chain_head)s, chained_seq = %(chained_seq)s
    WHERE id = %(conversation)s
"""  # noqa: S608  (of our own words)


def record(
    locked: LockedConversation, entries: Sequence[NewEntry], *, at: datetime | None = None
) -> None:
    """Chain entries in their order, all at one moment: now, if none is given. One statement."""
    if not entries:
        return
    moment, conversation = at or timezone.now(), locked.conversation
    rows = [place(conversation, entry, moment) for entry in entries]
    values: dict[str, Any] = {name: [row[name] for row in rows] for name in COLUMNS}
    values |= {name: getattr(conversation, name) for name in MOVED}
    with connection.cursor() as cursor:
        cursor.execute(_RECORD, {**values, "conversation": conversation.pk})


def place(conversation: Conversation, entry: NewEntry, at: datetime) -> dict[str, Any]:
    """Give an entry the next place in the chain of a locked conversation; return its columns.

    The caller inserts them and writes the columns `MOVED` of the conversation.
    """
    salt = secrets.token_bytes(SALT_BYTES)
    hashed = content_hash(salt, entry.content(at))
    position = conversation.chain_length + 1
    previous = bytes(conversation.chain_head) if conversation.chain_head else NOTHING
    head = entry_hash(conversation.pk, position, previous, hashed)
    conversation.chain_length, conversation.chain_head = position, head
    _count_message(conversation, entry)
    return {
        "conversation_id": conversation.pk,
        "position": position,
        "kind": entry.kind.value,
        "subject": entry.subject,
        "person": entry.person,
        "number": entry.number,
        "recorded_at": at,
        "salt": salt,
        "content": _stored(entry.kept_content),
        "content_hash": hashed,
        "hash": head,
    }


def _count_message(conversation: Conversation, entry: NewEntry) -> None:
    """Move `chained_seq` on if this is the next message, or the beginning of an old chain."""
    if entry.number is None:
        return
    if entry.kind == ChainEntry.Kind.START:
        conversation.chained_seq = max(conversation.chained_seq, entry.number)
    elif "created_at" in entry.said and entry.number == conversation.chained_seq + 1:
        conversation.chained_seq = entry.number


def _stored(kept: Content | None) -> str | None:
    return None if kept is None else orjson.dumps(kept).decode()
