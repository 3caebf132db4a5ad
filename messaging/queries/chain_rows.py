"""Compare the rows of a conversation with what its chain tells of them."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count

from attachments.models import Attachment
from messaging.chain.contents import Kind, file_content
from messaging.chain.faults import Fault, How, Thing
from messaging.chain.hashes import Content, written
from messaging.chain.rebuilding import MessageRows, kept_by
from messaging.models import (
    ChainEntry,
    Conversation,
    Message,
    MessageRevision,
    Note,
    ReadTime,
)
from messaging.queries.chain_told import Told

# Of the content of a message, and what a person calls it.
FIELDS = {
    "author": Thing.AUTHOR,
    "created_at": Thing.TIME,
    "seq": Thing.ORDER,
    "by_email": Thing.MESSAGE,
    "reply_to": Thing.ANSWERED,
    "files": Thing.FILE,
}


def fault(how: How, thing: Thing, entry: ChainEntry, detail: str = "") -> Fault:
    return Fault(
        how,
        thing,
        entry.conversation_id,
        entry.position,
        entry.number if entry.kind != Kind.READ else None,
        str(entry.subject or entry.person or ""),
        detail,
    )


def faults_of_row(
    entry: ChainEntry, content: Content, rows: MessageRows, told: Told
) -> Iterator[Fault]:
    """Compare the content of an entry with the row that it is about."""
    match entry.kind:
        case Kind.MOVE if entry.number is None:
            pass
        case Kind.MESSAGE | Kind.MOVE | Kind.EDIT | Kind.DELETE:
            row = rows.messages.get(entry.subject) if entry.subject else None
            if row is None or row.conversation_id != entry.conversation_id:
                yield fault(How.MISSING, Thing.MESSAGE, entry)
            else:
                yield from _faults_of_message(entry, content, row, rows, told)
        case Kind.NOTE:
            yield from _faults_of_note(entry, content, told)


def _faults_of_message(
    entry: ChainEntry, content: Content, row: Message, rows: MessageRows, told: Told
) -> Iterator[Fault]:
    if entry.kind == Kind.DELETE:
        if row.deleted_at is None or written(row.deleted_at) != content["at"]:
            yield fault(How.ALTERED, Thing.DELETION, entry, f"deleted at {row.deleted_at}")
    elif entry.kind == Kind.EDIT:
        yield from _faults_of_edit(entry, content, rows)
    elif "to" in content:
        target = {"conversation": str(row.moved_into_id), "message": str(row.moved_to_id)}
        if target != content["to"]:
            yield fault(How.ALTERED, Thing.MOVE, entry)
    else:
        now = {
            "author": str(told.person(row.author_id)),
            "created_at": written(row.created_at),
            "seq": row.seq,
            "by_email": int(row.by_email),
            "reply_to": str(row.reply_to_id) if row.reply_to_id else None,
            "files": [file_content(each) for each in rows.files_of(row.pk)],
        }
        then = {**content, "author": str(told.person(entry.person))}
        for name, thing in FIELDS.items():
            if then[name] != now[name]:
                yield fault(How.ALTERED, thing, entry, f"{name}: {now[name]}, not {then[name]}")


def _faults_of_edit(entry: ChainEntry, content: Content, rows: MessageRows) -> Iterator[Fault]:
    last = rows.last_copy(entry.subject) if entry.subject else None
    if last is None:
        return
    earlier, number = rows.earlier.get(last.pk, []), content.get("edits", 0)
    if not 1 <= number <= len(earlier):
        yield fault(How.MISSING, Thing.EDIT, entry, "the text before it is gone")
    elif written(earlier[number - 1].replaced_at) != content["at"]:
        yield fault(How.ALTERED, Thing.TIME, entry, "the time of an edit")
    is_last = number == len(earlier) - (last.deleted_at is not None)
    if is_last and (last.edited_at is None or written(last.edited_at) != content["at"]):
        yield fault(How.ALTERED, Thing.TIME, entry, "the time of the last edit")


def _faults_of_note(entry: ChainEntry, content: Content, told: Told) -> Iterator[Fault]:
    note = Note.objects.filter(pk=entry.subject).first() if entry.subject else None
    is_here = note and (note.conversation_id == entry.conversation_id or note.pk in told.notes_away)
    if note is None or not is_here:
        yield fault(How.MISSING, Thing.NOTE, entry)
    elif told.person(note.author_id) != told.person(entry.person):
        yield fault(How.ALTERED, Thing.NOTE, entry, "its author")
    elif written(note.created_at) != content["created_at"]:
        yield fault(How.ALTERED, Thing.NOTE, entry, "its time")


def faults_of_rows(conversation: Conversation, told: Told) -> Iterator[Fault]:
    """Find what is in the rows and not in the chain, and what is gone from the rows."""
    yield from _faults_of_messages(conversation, told)
    yield from _faults_of_revisions(conversation, told)
    yield from _notes_without_entry(conversation, told)
    yield from _faults_of_readings(conversation, told)
    yield from _faults_of_files(conversation, told)


def _faults_of_messages(conversation: Conversation, told: Told) -> Iterator[Fault]:
    expected = 1
    chained = Message.objects.filter(
        conversation=conversation, seq__lte=conversation.chained_seq
    ).order_by("seq")
    for pk, seq, deleted_at in chained.values_list("pk", "seq", "deleted_at").iterator(2_000):
        yield from _faults_of_gap(conversation, expected, seq, told)
        expected = seq + 1
        if seq <= told.old_up_to_seq or seq in told.purged_seqs:
            continue
        known = told.deleted | told.away | told.deleted_before
        if pk not in told.messages and pk not in told.away:
            yield Fault(How.INSERTED, Thing.MESSAGE, conversation.pk, None, seq, str(pk))
        elif deleted_at is not None and pk not in known:
            yield Fault(How.INSERTED, Thing.DELETION, conversation.pk, None, seq, str(pk))
    yield from _faults_of_gap(conversation, expected, conversation.chained_seq + 1, told)


def _faults_of_gap(conversation: Conversation, first: int, end: int, told: Told) -> Iterator[Fault]:
    """Find messages from `first` to before `end` that no row has, but those that were purged."""
    missing = sorted(set(range(first, end)) - told.purged_seqs)
    if missing:
        detail = f"from {missing[0]} to {missing[-1]}"
        yield Fault(How.MISSING, Thing.MESSAGE, conversation.pk, None, missing[0], detail=detail)


def _faults_of_revisions(conversation: Conversation, told: Told) -> Iterator[Fault]:
    """Find earlier texts that no edit tells of."""
    revisions = MessageRevision.objects.filter(message__conversation=conversation).order_by()
    counted = revisions.values("message", "message__seq").annotate(count=Count("pk"))
    rows = counted.values_list("message", "message__seq", "count")
    for pk, seq, count in rows.iterator(2_000):
        expected = told.edits.get(pk, 0) + (pk in told.deleted)
        if pk in told.messages and seq not in told.purged_seqs and count > expected:
            detail = f"{count} earlier texts instead of {expected}"
            yield Fault(
                How.INSERTED, Thing.EDIT, conversation.pk, None, seq, str(pk), detail=detail
            )


def _notes_without_entry(conversation: Conversation, told: Told) -> Iterator[Fault]:
    """Find notes that nobody chained. Those that are older than a chain are in its beginning."""
    if told.started_at is not None:
        return
    notes = Note.objects.filter(conversation=conversation).exclude(pk__in=told.notes)
    # A conversation without messages has no beginning, and may have notes from before the upgrade.
    upgrades = MigrationRecorder.Migration.objects.filter(app="messaging", name="0021_chain")
    if (upgrade := upgrades.first()) is not None:
        notes = notes.filter(created_at__gt=upgrade.applied)
    for note in notes.order_by("pk"):
        yield Fault(How.INSERTED, Thing.NOTE, conversation.pk, subject=str(note.pk))


def _faults_of_readings(conversation: Conversation, told: Told) -> Iterator[Fault]:
    readings = ReadTime.objects.filter(participant__conversation=conversation).order_by("pk")
    found: dict[tuple[UUID, int], datetime] = {}
    for user, seq, at in readings.values_list("participant__user", "up_to_seq", "at"):
        found[user, seq] = at
        is_old = told.started_at is not None and at <= told.started_at
        if (user, seq) not in told.readings and not is_old:
            yield Fault(How.INSERTED, Thing.READING, conversation.pk, None, seq, str(user), str(at))
    for (user, seq), entries in told.readings.items():
        read_at = found.get((user, seq))
        if all(each.salt is None for each in entries):
            continue
        if read_at is None:
            yield fault(How.MISSING, Thing.READING, entries[0], f"up to message {seq}")
        elif read_at not in [each.recorded_at for each in entries]:
            detail = f"of message {seq}, at {written(read_at)}"
            yield fault(How.ALTERED, Thing.READING, entries[0], detail)


def _faults_of_files(conversation: Conversation, told: Told) -> Iterator[Fault]:
    files = Attachment.objects.in_bulk(told.files)
    for pk, entry in told.files.items():
        file, kept = files.get(pk), kept_by(entry)
        if entry.salt is None:
            continue
        if file is None:
            yield fault(How.MISSING, Thing.FILE, entry)
        elif (bytes(file.sha256).hex(), file.size) != (kept.get("sha256"), kept.get("size")):
            yield fault(How.ALTERED, Thing.FILE, entry, file.name)
