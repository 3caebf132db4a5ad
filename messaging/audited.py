"""What the audit keeps of conversations: who of the company read one, and what was done with it."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.utils.translation import gettext_lazy as _

from core.audit import reads, words
from core.audit.caller import Actor
from core.audit.names import Namer, namers
from core.audit.record import Action, Kind, Thing, Who, record
from core.models import User
from messaging.models import Conversation, Export, HistoryLine, Message, Note

KIND = Conversation._meta.label_lower
# Of a merge or a split.
OTHER_CONVERSATION = ("into", "from")
# By a text in the subject.
FOUND_AT_MOST = 1_000
LINES = {
    HistoryLine.Kind.ASSIGNED: Action.CONVERSATION_ASSIGNED,
    HistoryLine.Kind.TAKEN_OVER: Action.CONVERSATION_ASSIGNED,
    HistoryLine.Kind.MOVED: Action.CONVERSATION_REPLACED,
    HistoryLine.Kind.MERGED: Action.CONVERSATION_MERGED,
    HistoryLine.Kind.SPLIT: Action.CONVERSATION_SPLIT,
    HistoryLine.Kind.FORWARDED: Action.CONVERSATION_FORWARDED,
    HistoryLine.Kind.EXPORTED: Action.CONVERSATION_PRINTED,
}


def note_reading(reader: User, conversation_id: UUID) -> None:
    """Record that somebody of the company reads a conversation: once in ten minutes."""
    if reader.is_company:
        note_access(reader, conversation_id)


def note_access(reader: Actor, conversation_id: UUID) -> None:
    """Record that a program, or whoever it is, reads a conversation: once in ten minutes."""
    reads.note(reader, Action.CONVERSATION_READ, Thing(KIND, str(conversation_id)))


def note_print(reader: User, conversation: Conversation) -> None:
    reads.note(reader, Action.CONVERSATION_PRINTED, thing_of(conversation))


def record_lines(conversation: Conversation, lines: Iterable[HistoryLine]) -> None:
    """Record lines of the history that say who changed what belongs to whom."""
    for line in lines:
        if action := LINES.get(HistoryLine.Kind(line.kind)):
            # Without a person, Liaison did it itself, whoever sent the request.
            by = line.by or Who(Kind.SYSTEM)
            record(by, action, thing_of(conversation), _without_subjects(line.details))


def record_deletion(remover: User, row: Message | Note, conversation: Conversation) -> None:
    action = Action.MESSAGE_DELETED if isinstance(row, Message) else Action.NOTE_DELETED
    details = {
        "conversation": conversation.pk,
        "author": {"id": row.author_id, "name": row.author.name},
        "written_at": row.created_at,
    }
    record(remover, action, Thing(row._meta.label_lower, str(row.pk)), details)


def thing_of(conversation: Conversation) -> Thing:
    """Without its subject, which may be purged: `core.audit.names` looks it up."""
    return Thing(KIND, str(conversation.pk))


def _without_subjects(details: dict[str, Any]) -> dict[str, Any]:
    """Leave the names of other conversations out, which are subjects too."""
    return {
        key: value["id"] if key in OTHER_CONVERSATION and "count" in details else value
        for key, value in details.items()
    }


def _namer(model: type[Model], subject: str) -> Namer:
    """Name rows by the subject of their conversation, as it is now."""

    def names_of(ids: set[str]) -> dict[str, str]:
        rows = model._base_manager.filter(pk__in=ids).values_list("pk", subject)
        return {str(pk): name for pk, name in rows}

    def ids_of(text: str) -> Iterator[str]:
        rows = model._base_manager.filter(**{f"{subject}__folded": text})
        return map(str, rows.values_list("pk", flat=True)[:FOUND_AT_MOST])

    return Namer(names_of, ids_of)


namers[KIND] = _namer(Conversation, "subject")
namers[Export._meta.label_lower] = _namer(Export, "label")
for _model in (Message, Note):
    namers[_model._meta.label_lower] = _namer(_model, "conversation__subject")
words.pages[KIND] = "staff-conversation"
words.DETAILS |= {
    # Of an export.
    "kind": _("Kind"),
    "of": _("Id"),
    "with_files": _("With the attached files"),
    "with_notes": _("With the internal notes"),
    # Of a hold and of a purge: `retention.contents` names what is counted.
    "bytes": _("Bytes"),
    "conversations": _("Conversations"),
    "escalations": _("Escalations"),
    "events": _("Events for other programs"),
    "exports": _("Exports"),
    "files": _("Files"),
    "held": _("Under a legal hold"),
    "hold": _("Hold"),
    "lifted_because": _("Why it ends"),
    "lines": _("Lines of the history"),
    "mentions": _("Mentions"),
    "messages": _("Messages"),
    "note_revisions": _("Earlier versions of notes"),
    "notes": _("Internal notes"),
    "notices": _("Notices"),
    "objects": _("Objects in the storage"),
    "order": _("Order"),
    "participants": _("Participants"),
    "revisions": _("Earlier versions of messages"),
    "rule": _("Rule"),
    "search": _("Entries of the search"),
    "snoozes": _("Times it was snoozed"),
    "years": _("Years"),
}
