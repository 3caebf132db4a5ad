"""Chain what a version from before the chain wrote beside this one, or after a way back.

Somebody orders it once the older version is gone. Refused: to do so by itself, by a trigger or a
job, which would also chain what a stranger writes into the tables.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from core.audit.record import Action, record
from messaging.audited import thing_of
from messaging.chain.contents import NewEntry, deleted, edited, note_written, read
from messaging.chain.rebuilding import MessageRows, rows_of
from messaging.conversation import chaining
from messaging.conversation.lock import lock
from messaging.models import Conversation, Message, MessageRevision, Note, ReadTime
from messaging.queries.chain import told_of
from messaging.queries.chain_told import Told

# An upgrade, and a way back, are over by then. Later nobody can make an entry of an old row.
WINDOW = timedelta(days=30)


class WindowOver(Exception):
    """The chain came too long ago; `since` is when."""

    def __init__(self, since: datetime) -> None:
        super().__init__(since)
        self.since = since


@dataclass(frozen=True)
class Late:
    """An entry to make, with the time of what happened."""

    at: datetime
    entry: NewEntry


def upgraded_at() -> datetime:
    """Return when the chain came to this database. Raises WindowOver."""
    upgrade = MigrationRecorder.Migration.objects.get(app="messaging", name="0021_chain")
    since: datetime = upgrade.applied
    if timezone.now() > since + WINDOW:
        raise WindowOver(since)
    return since


def touched(since: datetime) -> Iterator[UUID]:
    changed = Conversation.objects.filter(changed_at__gte=since, purged_at=None).order_by("pk")
    yield from changed.values_list("pk", flat=True).iterator()


@transaction.atomic
def take_over(conversation_id: UUID, since: datetime) -> int:
    """Chain the notes, readings, edits and deletions that have no entry; return how many."""
    locked = lock(conversation_id)
    told = told_of(conversation_id)
    since = max(since, told.started_at or since)
    late = [
        *_notes(conversation_id, since, told),
        *_readings(conversation_id, since, told),
        *_changes(conversation_id, since, told),
    ]
    for each in sorted(late, key=lambda each: each.at):
        chaining.record(locked, [each.entry], at=each.at)
    if late:
        record(None, Action.CHAIN_TAKEN_OVER, thing_of(locked.conversation), {"count": len(late)})
    return len(late)


def _notes(conversation_id: UUID, since: datetime, told: Told) -> Iterator[Late]:
    notes = Note.objects.filter(conversation=conversation_id, created_at__gt=since)
    for note in notes.exclude(pk__in=told.notes):
        yield Late(note.created_at, note_written(note))


def _readings(conversation_id: UUID, since: datetime, told: Told) -> Iterator[Late]:
    rows = ReadTime.objects.filter(participant__conversation=conversation_id, at__gt=since)
    for user, seq, at in rows.values_list("participant__user", "up_to_seq", "at"):
        if (user, seq) not in told.readings:
            yield Late(at, read(user, seq))


def _changes(conversation_id: UUID, since: datetime, told: Told) -> Iterator[Late]:
    """Yield edits and deletions, each of which kept an earlier text."""
    later = MessageRevision.objects.filter(
        message__conversation=conversation_id, replaced_at__gt=since
    )
    ids = set(later.values_list("message", flat=True))
    rows = rows_of(ids)
    for key in sorted(ids):
        message = rows.messages[key]
        if message.seq not in told.purged_seqs:
            yield from _changes_of(message, rows, since, told)


def _changes_of(message: Message, rows: MessageRows, since: datetime, told: Told) -> Iterator[Late]:
    texts, earlier = rows.texts(message.pk), rows.earlier[message.pk]
    edits = len(earlier) - (message.deleted_at is not None)
    before = sum(each.replaced_at <= since for each in earlier)
    for number in range(told.edits.get(message.pk, before) + 1, edits + 1):
        message.body = texts[number]
        entry = edited(message, message.author_id, previous=texts[number - 1], edits=number)
        replaced = earlier[number - 1]
        if number == edits:
            _join_times(message, replaced)
        yield Late(replaced.replaced_at, entry)
    known = told.deleted | told.deleted_before | told.away
    if message.deleted_at and message.deleted_at > since and message.pk not in known:
        # The older version did not write down who.
        yield Late(message.deleted_at, deleted(message, None, edits=edits))


def _join_times(message: Message, replaced: MessageRevision) -> None:
    """Date the earlier text by the edit: older versions took two times, one after the other."""
    if message.edited_at:
        replaced.replaced_at = message.edited_at
        replaced.save(update_fields=["replaced_at"])
