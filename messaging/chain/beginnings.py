"""What a conversation held before its chain began, as one digest.

The rows may change later, and the chain tells how: `Later` holds what it says since, by which the
rows are read as they were.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from messaging.chain.contents import Kind, file_content
from messaging.chain.hashes import Content, canonical, written
from messaging.chain.rebuilding import MessageRows, kept_by, rows_of
from messaging.models import ChainEntry, Conversation, Message, Note

AT_ONCE = 500


@dataclass(frozen=True)
class Beginning:
    messages: int
    notes: int
    digest: bytes


@dataclass
class Later:
    """What the chain tells of things that are older than it."""

    # How many earlier texts a message had at the beginning, if it was changed since.
    earlier_texts: dict[UUID, int] = field(default_factory=dict)
    # Deleted or moved away since.
    gone: set[UUID] = field(default_factory=set)
    # Who was the author before two people were joined.
    authors: dict[int, UUID] = field(default_factory=dict)
    note_authors: dict[UUID, UUID] = field(default_factory=dict)
    # With entries of their own.
    chained_notes: set[UUID] = field(default_factory=set)
    notes_away: set[UUID] = field(default_factory=set)


def later_of(conversation_id: UUID, start: int | None = None) -> Later:
    """Read what the chain tells after its entry `start`; of notes, whatever it tells of them."""
    later = Later()
    entries = ChainEntry.objects.filter(conversation=conversation_id).order_by("position")
    kinds = (Kind.EDIT, Kind.DELETE, Kind.MOVE, Kind.MERGE, Kind.NOTE)
    for entry in entries.filter(kind__in=kinds).iterator(AT_ONCE):
        if entry.number is None and entry.kind in (Kind.NOTE, Kind.MOVE):
            _note(later, entry)
        elif start is not None and entry.position > start:
            _change(later, entry)
    return later


def _note(later: Later, entry: ChainEntry) -> None:
    if entry.subject is None:
        return
    if entry.kind == Kind.NOTE:
        later.chained_notes.add(entry.subject)
    else:
        later.notes_away.add(entry.subject)


def _change(later: Later, entry: ChainEntry) -> None:
    kept, message = kept_by(entry), entry.subject
    if entry.kind == Kind.MERGE and message is not None:
        for seq in kept.get("messages", ()):
            later.authors.setdefault(seq, message)
        for note in kept.get("notes", ()):
            later.note_authors.setdefault(UUID(note), message)
    elif message is not None and not (entry.kind == Kind.MOVE and "to" not in kept):
        edits = kept.get("edits", 0)
        later.earlier_texts.setdefault(message, edits - (entry.kind == Kind.EDIT))
        if entry.kind != Kind.EDIT:
            later.gone.add(message)


def beginning_of(conversation: Conversation, up_to_seq: int, later: Later) -> Beginning:
    """Return what is older than the chain: messages up to `up_to_seq`, and notes without entry."""
    digest, messages, notes = hashlib.sha256(), 0, 0
    for line in _old_messages(conversation, up_to_seq, later):
        digest.update(canonical(line) + b"\n")
        messages += 1
    for line in _old_notes(conversation, later):
        digest.update(canonical(line) + b"\n")
        notes += 1
    return Beginning(messages, notes, digest.digest())


def _old_messages(conversation: Conversation, up_to_seq: int, later: Later) -> Iterator[Content]:
    messages = Message.objects.filter(conversation=conversation, seq__lte=up_to_seq)
    ids = messages.order_by("seq").values_list("pk", flat=True)
    for batch in _batches(list(ids)):
        rows = rows_of(batch)
        yield from (_old_message(rows.messages[pk], rows, later) for pk in batch)


def _old_message(message: Message, rows: MessageRows, later: Later) -> Content:
    has_moved_before = message.moved_to_id is not None and message.pk not in later.gone
    texts = [message.body] if has_moved_before else rows.texts(message.pk)
    earlier = later.earlier_texts.get(message.pk, len(texts) - 1)
    files = [] if has_moved_before else rows.files_of(message.pk)
    is_deleted = message.deleted_at is not None and message.pk not in later.gone
    return {
        "id": str(message.pk),
        "seq": message.seq,
        "author": str(later.authors.get(message.seq, message.author_id)),
        "texts": texts[: earlier + 1],
        "created_at": written(message.created_at),
        "by_email": int(message.by_email),
        "reply_to": str(message.reply_to_id) if message.reply_to_id else None,
        "files": [file_content(file) for file in files],
        "deleted_at": written(message.deleted_at) if is_deleted and message.deleted_at else None,
    }


def _old_notes(conversation: Conversation, later: Later) -> Iterator[Content]:
    here = Note.objects.filter(conversation=conversation) | Note.objects.filter(
        pk__in=later.notes_away
    )
    for note in here.exclude(pk__in=later.chained_notes).order_by("pk").iterator(AT_ONCE):
        yield {
            "note": str(note.pk),
            "author": str(later.note_authors.get(note.pk, note.author_id)),
            "created_at": written(note.created_at),
        }


def _batches(ids: list[UUID]) -> Iterable[list[UUID]]:
    return (ids[first : first + AT_ONCE] for first in range(0, len(ids), AT_ONCE))


def lines_of(conversation: Conversation, up_to_seq: int, later: Later) -> Iterator[Content]:
    """Yield what the digest of a beginning is made of: messages, then notes."""
    yield from _old_messages(conversation, up_to_seq, later)
    yield from _old_notes(conversation, later)
