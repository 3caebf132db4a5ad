"""What stays of what was purged: the stubs in the chain, and the entries of the audit.

A row that goes takes the content of its entries along, in the same transaction: else the chain
would say that it was altered. The hashes stay, so the chain still verifies. What can no longer be
checked is named by an entry of the purge itself.
"""

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from core.audit.record import Action, Thing, record
from messaging.chain.contents import Kind
from messaging.chain.contents import purged as purge_entry
from messaging.conversation import chaining
from messaging.conversation.lock import LockedConversation, lock
from messaging.models import (
    ChainEntry,
    Message,
    MessageAttachment,
    MessageRevision,
    PurgeOrder,
)

# Of one entry: a position has up to six digits.
POSITIONS_AT_ONCE = 5_000
# Rows whose entries are named by their own ids.
WITH_ENTRIES = {"messages", "notes", "deliveries"}
# Whose content the digest at the beginning of an old chain holds.
IN_BEGINNING = {"messages", "notes", "revisions"}


def forget_rows(locked: LockedConversation, name: str, keys: Sequence[Any]) -> None:
    """Take the content out of the entries of rows that go: before they do, in their transaction."""
    conversation_id = locked.conversation.pk
    if name == "revisions":
        messages = MessageRevision.objects.filter(pk__in=keys).values_list("message", flat=True)
        keys = list(messages)
    elif name not in WITH_ENTRIES:
        return
    if name in IN_BEGINNING:
        _empty(ChainEntry.objects.filter(conversation=conversation_id, kind=Kind.START))
    _empty(ChainEntry.objects.filter(conversation=conversation_id, subject__in=keys))
    if name in ("messages", "revisions"):
        _forget_tombstones(keys)


def forget_files(locked: LockedConversation, keys: Sequence[str]) -> None:
    """Do the same of files, and of the messages that show them: their entries name them."""
    shown_by = MessageAttachment.objects.filter(attachment__in=[UUID(key) for key in keys])
    subjects = [*map(UUID, keys), *shown_by.values_list("message", flat=True)]
    of_here = ChainEntry.objects.filter(conversation=locked.conversation.pk)
    _empty(of_here.filter(subject__in=subjects))


def forget_rest(locked: LockedConversation) -> None:
    """Take the content out of all entries of a conversation that has nothing any more."""
    _empty(ChainEntry.objects.filter(conversation=locked.conversation.pk).exclude(kind=Kind.PURGE))


def forget_authorship(locked: LockedConversation, person_id: UUID) -> int:
    """Take out of a chain what names a person, beside their id; return of how many entries."""
    named = ChainEntry.objects.filter(
        conversation=locked.conversation.pk, person=person_id, content__contains='"author_name"'
    )
    return _empty(named)


def _forget_tombstones(keys: Collection[UUID]) -> None:
    """Do it in the conversations from which messages were moved: their texts are read from here."""
    wanted: Collection[UUID] = keys
    while wanted:
        left = Message.objects.filter(moved_to__in=wanted).values_list("conversation", "pk")
        by_conversation: dict[UUID, list[UUID]] = {}
        for conversation_id, message_id in left:
            by_conversation.setdefault(conversation_id, []).append(message_id)
        for conversation_id in sorted(by_conversation):
            ids = by_conversation[conversation_id]
            entries = ChainEntry.objects.filter(conversation=conversation_id)
            if _empty_beginning(entries, ids) + _empty(entries.filter(subject__in=ids)):
                name_stubs(lock(conversation_id), "messages", "moved, and purged there")
        wanted = [each for ids in by_conversation.values() for each in ids]


def _empty_beginning(entries: QuerySet[ChainEntry], ids: Collection[UUID]) -> int:
    """Empty the beginning of an old chain if its digest holds one of these messages."""
    here = Q(kind=Kind.MESSAGE) | Q(kind=Kind.MOVE, content__contains='"author_name"')
    chained = entries.filter(here, subject__in=ids).values_list("subject", flat=True)
    return _empty(entries.filter(kind=Kind.START)) if set(ids) - set(chained) else 0


def _empty(entries: QuerySet[ChainEntry]) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL liaison.purge = 'on'")
        count = entries.filter(salt__isnull=False).update(salt=None, content=None)
        cursor.execute("SET LOCAL liaison.purge = 'off'")
    return count


def name_stubs(locked: LockedConversation, what: str, why: str) -> None:
    """Write the entries that name those without content, if no earlier one does."""
    conversation_id = locked.conversation.pk
    empty = ChainEntry.objects.filter(conversation=conversation_id, salt=None)
    positions = sorted(
        set(empty.values_list("position", flat=True)) - set(_named_in(conversation_id))
    )
    chaining.record(
        locked,
        [
            purge_entry(what, count=len(some), why=why, positions=some)
            for start in range(0, len(positions), POSITIONS_AT_ONCE)
            for some in [positions[start : start + POSITIONS_AT_ONCE]]
        ],
    )


def _named_in(conversation_id: UUID) -> Iterator[int]:
    entries = ChainEntry.objects.filter(conversation=conversation_id, kind=Kind.PURGE)
    for content in entries.values_list("content", flat=True):
        yield from json.loads(content or "{}").get("positions", ())


def why(order: PurgeOrder) -> str:
    """Return why something was purged, for the chain: the rule, or that a person ordered it.

    Not what the person wrote: it may name somebody, and the chain is for ever.
    """
    return f"rule {order.scope}, {order.years} years" if order.scope else "by hand"


def stopped(locked: LockedConversation, order: PurgeOrder) -> None:
    """Name in the chain what was purged before a hold came."""
    name_stubs(locked, "part of the conversation", why(order))


def finished(locked: LockedConversation, order: PurgeOrder) -> None:
    """Record that a conversation was purged, in its chain and in the audit."""
    forget_rest(locked)
    name_stubs(locked, "conversation", why(order))
    details = {"order": order.pk, "rule": order.scope, "years": order.years, **order.counts}
    record(order.ordered_by, Action.PURGED, thing(order), details)


def thing(order: PurgeOrder) -> Thing:
    # Without its subject, which goes.
    return Thing("messaging.conversation", str(order.conversation_id))
