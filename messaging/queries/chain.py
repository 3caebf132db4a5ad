"""Check the chains against the rows, and read them: nothing here writes.

An attacker with the rights of the database's owner can change rows, entries and `chain_head`
together. Then the daily roots differ, and those that were stamped or taken elsewhere tell.
"""

from collections.abc import Callable, Iterator
from uuid import UUID

from django.db.models import QuerySet

from messaging.chain.beginnings import beginning_of, later_of
from messaging.chain.contents import Kind
from messaging.chain.faults import Fault, How, Thing
from messaging.chain.hashes import NOTHING, Content, content_hash, entry_hash
from messaging.chain.rebuilding import (
    MessageRows,
    content_of,
    kept_by,
    message_ids,
    rows_of,
)
from messaging.models import ChainEntry, ChainLeaf, Conversation
from messaging.queries import chain_rows
from messaging.queries.chain_told import Told, take, told_before

AT_ONCE = 500
# Checks of what other apps chain: each gets the conversation and what its chain tells.
MORE_CHECKS: list[Callable[[Conversation, Told], Iterator[Fault]]] = []


def entries_of(conversation_id: UUID) -> QuerySet[ChainEntry]:
    return ChainEntry.objects.filter(conversation=conversation_id).order_by("position")


def with_contents(conversation_id: UUID) -> Iterator[tuple[ChainEntry, Content | None]]:
    """Yield the entries of a chain with their contents, in order and in bounded memory.

    A content is None if a purge took it away.
    """
    for batch, rows in _batches(conversation_id):
        yield from ((entry, content_of(entry, rows)) for entry in batch)


def faults_of(conversation: Conversation) -> Iterator[Fault]:
    """Yield what is not as it was recorded, in the order of the chain; nothing if all is well.

    What is written beside it may seem a fault: `actions.chain.verify` looks again under the lock.
    """
    conversation = Conversation.objects.get(pk=conversation.pk)
    told = told_before(conversation.pk)
    at, previous = 0, NOTHING
    for batch, rows in _batches(conversation.pk):
        for entry in batch:
            yield from _faults_of_place(entry, at, previous)
            at, previous = entry.position, bytes(entry.hash)
            yield from _faults_of_content(conversation, entry, rows, told)
            take(told, entry, rows)
    yield from _faults_of_head(conversation, at, previous)
    yield from _faults_of_leaves(conversation)
    yield from chain_rows.faults_of_rows(conversation, told)
    for check in MORE_CHECKS:
        yield from check(conversation, told)


def told_of(conversation_id: UUID) -> Told:
    """Return what a chain tells of the things of its conversation."""
    told = told_before(conversation_id)
    for batch, rows in _batches(conversation_id):
        for entry in batch:
            take(told, entry, rows)
    return told


def _batches(conversation_id: UUID) -> Iterator[tuple[list[ChainEntry], MessageRows]]:
    """Read the entries, some hundred at a time, each time with the rows of their messages."""
    after = 0
    while batch := list(entries_of(conversation_id).filter(position__gt=after)[:AT_ONCE]):
        yield batch, rows_of(message_ids(batch))
        after = batch[-1].position


def _faults_of_place(entry: ChainEntry, at: int, previous: bytes) -> Iterator[Fault]:
    if entry.position != at + 1:
        detail = f"the chain goes from {at} to {entry.position}"
        yield Fault(How.MISSING, Thing.ENTRY, entry.conversation_id, at + 1, detail=detail)
        return
    expected = entry_hash(
        entry.conversation_id, entry.position, previous, bytes(entry.content_hash)
    )
    if expected != bytes(entry.hash):
        detail = "its hash is not that of its place and of the entry before it"
        yield _fault(How.ALTERED, Thing.ENTRY, entry, detail)


def _faults_of_content(
    conversation: Conversation, entry: ChainEntry, rows: MessageRows, told: Told
) -> Iterator[Fault]:
    content = content_of(entry, rows)
    if content is None:
        if entry.position not in told.purged:
            detail = "its content was taken away, and no purge tells of it"
            yield _fault(How.ALTERED, Thing.ENTRY, entry, detail)
        return
    found = list(chain_rows.faults_of_row(entry, content, rows, told))
    yield from found
    is_whole = content_hash(bytes(entry.salt or b""), content) == bytes(entry.content_hash)
    if not is_whole and not found:
        yield _fault_of_hash(entry, content)
    if entry.kind == Kind.START and is_whole:
        yield from _faults_of_beginning(conversation, entry)


def _fault_of_hash(entry: ChainEntry, content: Content) -> Fault:
    if "text" not in content:
        return _fault(How.ALTERED, Thing.ENTRY, entry, "its content is not the one that was hashed")
    if content["text"] is None or content.get("previous", "") is None:
        return _fault(How.MISSING, Thing.TEXT, entry, "no row has the text of that time any more")
    return _fault(How.ALTERED, Thing.TEXT, entry, "the text is not the one that was hashed")


def _faults_of_beginning(conversation: Conversation, entry: ChainEntry) -> Iterator[Fault]:
    kept, later = kept_by(entry), later_of(conversation.pk, entry.position)
    found = beginning_of(conversation, kept["up_to_seq"], later)
    if (found.messages, found.notes) != (kept["messages"], kept["notes"]):
        detail = (
            f"{found.messages} messages and {found.notes} notes instead of "
            f"{kept['messages']} and {kept['notes']}"
        )
        is_less = found.messages < kept["messages"] or found.notes < kept["notes"]
        how = How.MISSING if is_less else How.INSERTED
        yield _fault(how, Thing.BEGINNING, entry, detail)
    elif found.digest.hex() != kept["digest"]:
        detail = f"one of the {found.messages} messages or {found.notes} notes"
        yield _fault(How.ALTERED, Thing.BEGINNING, entry, detail)


def _faults_of_head(conversation: Conversation, at: int, previous: bytes) -> Iterator[Fault]:
    length = conversation.chain_length
    head = bytes(conversation.chain_head) if conversation.chain_head else NOTHING
    if length > at:
        detail = f"the last {length - at} of {length}"
        yield Fault(How.MISSING, Thing.ENTRY, conversation.pk, at + 1, detail=detail)
    elif length < at:
        detail = f"the chain has {length} entries, and there are {at}"
        yield Fault(How.INSERTED, Thing.ENTRY, conversation.pk, length + 1, detail=detail)
    elif head != previous:
        detail = "it is not the one that the conversation has as its last"
        yield Fault(How.ALTERED, Thing.ENTRY, conversation.pk, at, detail=detail)


def _faults_of_leaves(conversation: Conversation) -> Iterator[Fault]:
    """Compare the chain with what the daily roots say of it."""
    leaves = ChainLeaf.objects.filter(conversation=conversation).select_related("root")
    for leaf in leaves.order_by("root"):
        entry = entries_of(conversation.pk).filter(position=leaf.length).first()
        day = leaf.root.day.isoformat()
        if entry is None or bytes(entry.hash) != bytes(leaf.head):
            detail = f"the chain up to here is not the one of the root of {day}"
            yield Fault(
                How.ALTERED, Thing.ENTRY, conversation.pk, leaf.length, subject=day, detail=detail
            )


def _fault(how: How, thing: Thing, entry: ChainEntry, detail: str = "") -> Fault:
    return chain_rows.fault(how, thing, entry, detail)
