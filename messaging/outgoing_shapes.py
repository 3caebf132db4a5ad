"""Conversations, messages and files as other software gets them: in events, and when it reads them.

Nothing that is the company's alone is in them: no notes, no pauses.
"""

from datetime import UTC, datetime
from typing import Any

from attachments.models import Attachment
from core.models import User
from messaging.models import Conversation, Message

Json = dict[str, Any]


def conversation_shape(conversation: Conversation) -> Json:
    return {
        "id": conversation.pk,
        "subject": conversation.subject,
        "status": conversation.status,
        "version": conversation.version,
        "last_seq": conversation.last_seq,
        "assigned_to": person_shape(conversation.assigned_to),
        "awaiting_reply_since": _utc(conversation.awaiting_reply_since),
        "created_at": _utc(conversation.created_at),
        "archived_at": _utc(conversation.archived_at),
    }


def message_shape(message: Message) -> Json:
    """Return a message with its files. A deleted one keeps its place, without text and files."""
    return {
        "id": message.pk,
        "seq": message.seq,
        "version": message.version,
        "author": person_shape(message.author),
        "body": message.body,
        "reply_to": message.reply_to_id,
        "by_email": message.by_email,
        "created_at": _utc(message.created_at),
        "edited_at": _utc(message.edited_at),
        "deleted_at": _utc(message.deleted_at),
        "attachments": [] if message.deleted_at else list(map(file_shape, message.attachments)),
    }


def person_shape(person: User | None) -> Json | None:
    if person is None:
        return None
    return {
        "id": person.pk,
        "external_id": person.external_id,
        "name": person.name,
        "role": person.role,
    }


def file_shape(attachment: Attachment) -> Json:
    return {
        "id": attachment.pk,
        "name": attachment.name,
        "size": attachment.size,
        "content_type": attachment.content_type,
        "status": attachment.status,
        "reason_code": attachment.reason_code,
    }


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z"
