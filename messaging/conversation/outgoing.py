"""What other software is told of conversations: see the table in the README of core.

Nothing that is the company's alone leaves: no notes, no files of notes, no pauses.
"""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from attachments.models import Attachment
from core.models import User
from core.outgoing.record import Kind, record_in_conversation
from messaging.conversation.lock import LockedConversation
from messaging.models import Conversation, HistoryLine, Message

Json = dict[str, Any]
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


def message_created(message: Message, *, moved_from: Message | None = None) -> None:
    """Record a new message. `moved_from` is what stood in the other conversation."""
    _record_message(Kind.MESSAGE_CREATED, message, moved_from=_place(moved_from))


def message_edited(message: Message) -> None:
    _record_message(Kind.MESSAGE_EDITED, message)


def message_deleted(message: Message, *, moved_to: Message | None = None) -> None:
    """Record that a message is gone: deleted, or `moved_to` another conversation."""
    _record_message(Kind.MESSAGE_DELETED, message, moved_to=_place(moved_to))


def conversation_created(locked: LockedConversation) -> None:
    conversation = locked.conversation
    _record(Kind.CONVERSATION_CREATED, conversation, by=_person(conversation.created_by))


def conversation_archived(locked: LockedConversation, archiver: User) -> None:
    _record(Kind.CONVERSATION_CLOSED, locked.conversation, by=_person(archiver))


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
        _record(kind, locked.conversation, by=_person(line.by))


def attachment_settled(message: Message, attachment: Attachment) -> None:
    """Record that a file of a message is ready or refused, if it is."""
    if kind := OF_FILES.get(Attachment.Status(attachment.status)):
        place = {"id": message.pk, "seq": message.seq, "version": message.version}
        _record(kind, message.conversation, message=place, attachment=_file(attachment))


def _record_message(kind: Kind, message: Message, **more: Any) -> None:
    shown = {
        "id": message.pk,
        "seq": message.seq,
        "version": message.version,
        "author": _person(message.author),
        "body": message.body,
        "reply_to": message.reply_to_id,
        "by_email": message.by_email,
        "created_at": _utc(message.created_at),
        "edited_at": _utc(message.edited_at),
        "deleted_at": _utc(message.deleted_at),
        "attachments": [] if message.deleted_at else [_file(each) for each in message.attachments],
    }
    conversation = message.conversation
    place = {
        "id": conversation.pk,
        "subject": conversation.subject,
        "status": conversation.status,
        "version": conversation.version,
    }
    _insert(kind, conversation, {"message": shown, "conversation": place, **more})


def _record(kind: Kind, conversation: Conversation, **more: Any) -> None:
    shown = {
        "id": conversation.pk,
        "subject": conversation.subject,
        "status": conversation.status,
        "version": conversation.version,
        "last_seq": conversation.last_seq,
        "assigned_to": _person(conversation.assigned_to),
        "awaiting_reply_since": _utc(conversation.awaiting_reply_since),
        "created_at": _utc(conversation.created_at),
        "archived_at": _utc(conversation.archived_at),
    }
    _insert(kind, conversation, {"conversation": shown, **more})


def _insert(kind: Kind, conversation: Conversation, data: Json) -> None:
    record_in_conversation(
        kind,
        data,
        conversation_id=conversation.pk,
        client_id=conversation.client_id,
        chantier_id=conversation.chantier_id,
    )


def _person(person: User | None) -> Json | None:
    if person is None:
        return None
    return {
        "id": person.pk,
        "external_id": person.external_id,
        "name": person.name,
        "role": person.role,
    }


def _file(attachment: Attachment) -> Json:
    return {
        "id": attachment.pk,
        "name": attachment.name,
        "size": attachment.size,
        "content_type": attachment.content_type,
        "status": attachment.status,
        "reason_code": attachment.reason_code,
    }


def _place(message: Message | None) -> Json | None:
    if message is None:
        return None
    return {"conversation": message.conversation_id, "message": message.pk}


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
