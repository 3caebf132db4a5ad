"""What the audit keeps of conversations: who of the company read one, and what was done with it."""

from collections.abc import Iterable
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from core.audit import reads, words
from core.audit.caller import Actor
from core.audit.record import Action, Kind, Thing, Who, record
from core.models import User
from messaging.models import Conversation, HistoryLine, Message, Note

KIND = Conversation._meta.label_lower
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
            record(by, action, thing_of(conversation), line.details)


def record_deletion(remover: User, row: Message | Note, conversation: Conversation) -> None:
    action = Action.MESSAGE_DELETED if isinstance(row, Message) else Action.NOTE_DELETED
    details = {
        "conversation": conversation.pk,
        "author": {"id": row.author_id, "name": row.author.name},
        "written_at": row.created_at,
    }
    record(remover, action, Thing(row._meta.label_lower, str(row.pk), str(conversation)), details)


def thing_of(conversation: Conversation) -> Thing:
    return Thing(KIND, str(conversation.pk), str(conversation))


def names_of(ids: set[str]) -> dict[str, str]:
    rows = Conversation.objects.filter(pk__in=ids).values_list("pk", "subject")
    return {str(pk): subject for pk, subject in rows}


reads.namers[KIND] = names_of
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
