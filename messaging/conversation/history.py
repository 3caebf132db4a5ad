"""The lines of a conversation's history, written with the change that they tell of."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from core.models import Chantier, User
from core.realtime.publish import Audience, Event, publish
from messaging import events
from messaging.audited import record_lines
from messaging.conversation import outgoing
from messaging.conversation.lock import LockedConversation
from messaging.conversation.versions import ConversationChanges
from messaging.models import Conversation, HistoryLine

Kind = HistoryLine.Kind
Named = dict[str, str] | None


@dataclass(frozen=True)
class NewLine:
    """A line to write. `by` is None for what Liaison does itself."""

    kind: HistoryLine.Kind
    by: User | None = None
    details: dict[str, Any] = field(default_factory=dict)


def named(row: User | Chantier | None) -> Named:
    """Return a person or a chantier as the details of a line keep it."""
    return None if row is None else {"id": str(row.pk), "name": row.name}


def written(moment: datetime | None) -> str | None:
    """Return a moment as the API writes it, for the details of a line."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None


def write(locked: LockedConversation, lines: Iterable[NewLine]) -> list[HistoryLine]:
    """Record lines under the version that the conversation has now: call it after the change."""
    conversation = locked.conversation
    written = HistoryLine.objects.bulk_create(
        HistoryLine(
            conversation=conversation,
            version=conversation.version,
            after_seq=conversation.last_seq,
            kind=line.kind,
            by=line.by,
            details=line.details,
        )
        for line in lines
    )
    record_lines(conversation, written)
    return written


def show_created(locked: LockedConversation, lines: Iterable[NewLine]) -> list[HistoryLine]:
    """Write lines, and show the new conversation with them; return the lines."""
    written = write(locked, lines)
    show(events.conversation_created(locked.conversation, written), locked)
    return written


def show_changed(locked: LockedConversation, lines: Iterable[NewLine] = ()) -> list[HistoryLine]:
    """Write lines, and show the conversation as it is now with them; return the lines."""
    written = write(locked, lines)
    show(events.conversation_updated(locked.conversation, written), locked)
    outgoing.lines_written(locked, written)
    return written


def show(event: Event, locked: LockedConversation) -> None:
    """Publish an event of a conversation: to its client without what is the company's alone."""
    publish(events.for_clients(event), to=Audience(user_ids=locked.listener_ids))
    publish(event, to=Audience(company=True))


def lines_of_changes(
    editor: User, conversation: Conversation, changes: ConversationChanges
) -> list[NewLine]:
    """Return the lines of changes that are about to be made; `changes` hold what differs."""
    lines = []
    if "subject" in changes:
        renamed = {"subject": changes["subject"], "former_subject": conversation.subject}
        lines.append(NewLine(Kind.RENAMED, editor, renamed))
    if "chantier_id" in changes:
        lines.append(_moved(editor, conversation, changes["chantier_id"]))
    if "assigned_to_id" in changes:
        lines.append(_assigned(editor, conversation, changes["assigned_to_id"]))
    if "status" in changes:
        is_closed = changes["status"] == Conversation.Status.CLOSED
        lines.append(NewLine(Kind.CLOSED if is_closed else Kind.REOPENED, editor))
    return lines


def _moved(editor: User, conversation: Conversation, chantier_id: UUID | None) -> NewLine:
    chantier = Chantier.objects.filter(pk=chantier_id).first() if chantier_id else None
    return NewLine(
        Kind.MOVED, editor, {"to": named(chantier), "from": named(conversation.chantier)}
    )


def _assigned(editor: User, conversation: Conversation, person_id: UUID | None) -> NewLine:
    before = conversation.assigned_to_id
    people = User.objects.in_bulk([each for each in (person_id, before) if each])
    is_taken = before is not None and person_id == editor.pk
    return NewLine(
        Kind.TAKEN_OVER if is_taken else Kind.ASSIGNED,
        editor,
        {"to": named(people.get(person_id)), "from": named(people.get(before))},
    )
