"""What other software is told of conversations: see the table in the README of core.

Nothing that is the company's alone leaves: no notes, no files of notes, no pauses.
"""

from collections.abc import Iterable
from typing import Any, TypedDict
from uuid import UUID

from attachments.models import Attachment
from core.models import User
from core.outgoing.record import Beside, Kind, beside_in_conversation, record_in_conversation
from messaging.conversation.lock import LockedConversation
from messaging.models import Conversation, HistoryLine, Message
from messaging.outgoing_shapes import (
    Json,
    conversation_shape,
    file_shape,
    message_shape,
    person_shape,
)

Line = HistoryLine.Kind

OF_LINES = {
    Line.CLOSED: Kind.CONVERSATION_CLOSED,
    # Of the one whose messages went away, which is closed by that.
    Line.MERGED: Kind.CONVERSATION_CLOSED,
    Line.REOPENED: Kind.CONVERSATION_REOPENED,
    Line.ASSIGNED: Kind.CONVERSATION_ASSIGNED,
    Line.TAKEN_OVER: Kind.CONVERSATION_ASSIGNED,
    Line.ESCALATED: Kind.CONVERSATION_WAITING,
}
OF_FILES = {
    Attachment.Status.READY: Kind.ATTACHMENT_READY,
    Attachment.Status.BLOCKED: Kind.ATTACHMENT_REFUSED,
    Attachment.Status.REFUSED: Kind.ATTACHMENT_REFUSED,
    Attachment.Status.UNREADABLE: Kind.ATTACHMENT_REFUSED,
}


def message_created(message: Message) -> Beside:
    """Return what records the event of a new message beside the message itself."""
    data = _of_message(message, moved_from=None)
    return beside_in_conversation(Kind.MESSAGE_CREATED, data, **_ids(message.conversation))


def message_moved(message: Message, *, moved_from: Message) -> None:
    """Record a message that is new here. `moved_from` is what stood in the other conversation."""
    _record_message(Kind.MESSAGE_CREATED, message, moved_from=_place(moved_from))


def message_edited(message: Message) -> None:
    _record_message(Kind.MESSAGE_EDITED, message)


def message_deleted(message: Message, *, moved_to: Message | None = None) -> None:
    """Record that a message is gone: deleted, or `moved_to` another conversation."""
    _record_message(Kind.MESSAGE_DELETED, message, moved_to=_place(moved_to))


def conversation_created(locked: LockedConversation) -> None:
    conversation = locked.conversation
    _record(Kind.CONVERSATION_CREATED, conversation, by=person_shape(conversation.created_by))


def conversation_archived(locked: LockedConversation, archiver: User) -> None:
    _record(Kind.CONVERSATION_CLOSED, locked.conversation, by=person_shape(archiver))


def lines_written(locked: LockedConversation, lines: Iterable[HistoryLine]) -> None:
    """Record what lines of the history say, after the change."""
    for line in lines:
        kind = OF_LINES.get(Line(line.kind))
        if kind is None or (line.kind == Line.MERGED and "into" not in line.details):
            continue
        if line.kind == Line.ESCALATED:
            late = {name: line.details.get(name) for name in ("step", "waiting_since")}
            _record(kind, locked.conversation, **late)
            if line.details.get("to") == line.details.get("from"):
                continue
            kind = Kind.CONVERSATION_ASSIGNED
        _record(kind, locked.conversation, by=person_shape(line.by))


def attachment_settled(message: Message, attachment: Attachment) -> None:
    """Record that a file of a message is ready or refused, if it is."""
    if kind := OF_FILES.get(Attachment.Status(attachment.status)):
        place = {"id": message.pk, "seq": message.seq, "version": message.version}
        _record(kind, message.conversation, message=place, attachment=file_shape(attachment))


def _record_message(kind: Kind, message: Message, **more: Any) -> None:
    _insert(kind, message.conversation, _of_message(message, **more))


def _of_message(message: Message, **more: Any) -> Json:
    conversation = message.conversation
    place = {
        "id": conversation.pk,
        "subject": conversation.subject,
        "status": conversation.status,
        "version": conversation.version,
    }
    return {"message": message_shape(message), "conversation": place, **more}


def _record(kind: Kind, conversation: Conversation, **more: Any) -> None:
    _insert(kind, conversation, {"conversation": conversation_shape(conversation), **more})


def _insert(kind: Kind, conversation: Conversation, data: Json) -> None:
    record_in_conversation(kind, data, **_ids(conversation))


class _Ids(TypedDict):
    conversation_id: UUID
    client_id: UUID
    chantier_id: UUID | None


def _ids(conversation: Conversation) -> _Ids:
    return {
        "conversation_id": conversation.pk,
        "client_id": conversation.client_id,
        "chantier_id": conversation.chantier_id,
    }


def _place(message: Message | None) -> Json | None:
    if message is None:
        return None
    return {"conversation": message.conversation_id, "message": message.pk}
