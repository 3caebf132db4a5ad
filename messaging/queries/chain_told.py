"""What a chain tells of the things of its conversation, gathered while it is read."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from messaging.chain.contents import Kind
from messaging.chain.rebuilding import MessageRows, kept_by
from messaging.models import ChainEntry


@dataclass
class Told:
    """What a chain tells of the things of its conversation."""

    # Known before the first entry is read.
    purged: set[int] = field(default_factory=set)
    # Who was joined with whom: the one that is kept, by the other.
    joined: dict[UUID, UUID] = field(default_factory=dict)
    notes_away: set[UUID] = field(default_factory=set)
    # Filled entry by entry.
    messages: set[UUID] = field(default_factory=set)
    old_up_to_seq: int = 0
    # Of messages whose entry lost its content: their rows may be gone, or emptied.
    purged_seqs: set[int] = field(default_factory=set)
    edits: dict[UUID, int] = field(default_factory=dict)
    deleted: set[UUID] = field(default_factory=set)
    deleted_before: set[UUID] = field(default_factory=set)
    away: set[UUID] = field(default_factory=set)
    notes: set[UUID] = field(default_factory=set)
    readings: dict[tuple[UUID, int], list[ChainEntry]] = field(default_factory=dict)
    deliveries: dict[UUID, ChainEntry] = field(default_factory=dict)
    files: dict[UUID, ChainEntry] = field(default_factory=dict)
    # When the chain of a conversation that is older than it began.
    started_at: datetime | None = None

    def person(self, person: UUID | None) -> UUID | None:
        """Return who a person is now, if it was joined with another."""
        seen = set[UUID]()
        while person in self.joined and person not in seen:
            seen.add(person)
            person = self.joined[person]
        return person


def told_before(conversation_id: UUID) -> Told:
    """Read what has to be known before the first entry: purges, joined people, moved notes."""
    told = Told()
    entries = ChainEntry.objects.filter(conversation=conversation_id)
    for entry in entries.filter(kind=Kind.PURGE):
        told.purged |= set(kept_by(entry).get("positions", ()))
    for entry in entries.filter(kind=Kind.MERGE):
        if entry.subject and entry.person:
            told.joined[entry.subject] = entry.person
    away = entries.filter(kind=Kind.MOVE, number=None, subject__isnull=False)
    told.notes_away = {each.subject for each in away if each.subject}
    return told


def take(told: Told, entry: ChainEntry, rows: MessageRows) -> None:
    """Remember what an entry tells, for the checks of what has no entry."""
    if entry.kind == Kind.START:
        told.old_up_to_seq, told.started_at = entry.number or 0, entry.recorded_at
        if entry.salt is None:
            told.purged_seqs |= set(range(1, told.old_up_to_seq + 1))
    elif entry.kind == Kind.READ and entry.person and entry.number is not None:
        key = (told.person(entry.person) or entry.person, entry.number)
        told.readings.setdefault(key, []).append(entry)
    elif entry.kind == Kind.DELIVERY and entry.subject:
        told.deliveries[entry.subject] = entry
    elif entry.kind == Kind.FILE and entry.subject:
        told.files[entry.subject] = entry
    elif entry.kind == Kind.NOTE and entry.subject:
        told.notes.add(entry.subject)
    elif entry.number is not None and entry.subject:
        _take_message(told, entry, entry.subject, rows)


def _take_message(told: Told, entry: ChainEntry, message: UUID, rows: MessageRows) -> None:
    kept = kept_by(entry)
    if entry.kind == Kind.DELETE:
        told.deleted.add(message)
    elif "to" in kept:
        told.away.add(message)
    elif entry.kind == Kind.EDIT:
        told.edits[message] = kept.get("edits", 0)
    else:
        told.messages.add(message)
        told.edits[message] = kept.get("edits", 0)
        if entry.salt is None and entry.number is not None:
            told.purged_seqs.add(entry.number)
        row = rows.messages.get(message)
        # Deleted before it was chained.
        if row and row.deleted_at and "created_at" in kept and row.deleted_at <= entry.recorded_at:
            told.deleted_before.add(message)
