"""The events of a conversation, as its open screens receive them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from attachments.models import Attachment
from attachments.serializers import AttachmentSerializer
from core.models import User
from core.realtime.publish import Event
from core.serializers import PersonSerializer
from messaging.models import (
    SHOWN_TO_CLIENTS,
    Conversation,
    HistoryLine,
    Message,
    Note,
    Participant,
)
from messaging.queries.conversations import with_details
from messaging.serializers.history import LineSerializer
from messaging.serializers.output import ConversationSerializer, MessageSerializer, NoteSerializer

# What a serializer returns.
Json = dict[str, Any]


class ConversationState(TypedDict):
    """The columns of a conversation that a message changes."""

    status: str
    last_seq: int
    last_activity_at: datetime
    awaiting_reply_since: datetime | None
    answer_amber_at: datetime | None
    answer_due_at: datetime | None


class MessageData(TypedDict):
    conversation: UUID
    version: int
    message: Json
    state: ConversationState


class AttachmentData(MessageData):
    attachment: Json


class OwnAttachmentData(TypedDict):
    conversation: None
    attachment: Json


class ConversationData(TypedDict):
    version: int
    conversation: Json
    # What was done in this version, for the thread.
    lines: list[Json]


class ReadData(TypedDict):
    conversation: UUID
    version: int
    user: UUID
    last_read_seq: int
    # None: no further than before.
    at: datetime | None


class UnreadData(TypedDict):
    conversation: UUID
    version: int
    unread_count: int
    unread_after_seq: int


class TypingData(TypedDict):
    conversation: UUID
    user: Json
    # An internal note: for the company alone.
    note: bool


class ViewingData(TypedDict):
    conversation: UUID
    user: Json
    is_here: bool
    # Who else is here says so.
    asks: bool


class NoteData(TypedDict):
    conversation: UUID
    note: Json
    deleted: bool


def message_created(message: Message) -> Event:
    return Event("message.created", _message(message))


def message_updated(message: Message) -> Event:
    return Event("message.updated", _message(message))


def message_again(message: Message) -> Event:
    """The event of a message as it is now, for the screens that the first one never reached."""
    is_as_sent = message.edited_at is None and message.deleted_at is None
    return message_created(message) if is_as_sent else message_updated(message)


def deduplication_id(message: Message) -> str:
    """Return the id of the event that tells a message as it is now, for `publish_if_missed`."""
    return f"{message.pk}:{message.version}"


def attachment_updated(message: Message, attachment: Attachment) -> Event:
    """The state of a file changed, and with it the version of its message."""
    data: AttachmentData = {
        **_message(message),
        "attachment": AttachmentSerializer(attachment).data,
    }
    return Event("attachment.updated", data)


def own_attachment_updated(attachment: Attachment) -> Event:
    """The state of a file in no message changed: for its uploader, without a version."""
    data: OwnAttachmentData = {
        "conversation": None,
        "attachment": AttachmentSerializer(attachment).data,
    }
    return Event("attachment.updated", data)


def conversation_created(conversation: Conversation, lines: Iterable[HistoryLine]) -> Event:
    return Event("conversation.created", _conversation(conversation, lines))


def conversation_updated(conversation: Conversation, lines: Iterable[HistoryLine] = ()) -> Event:
    return Event("conversation.updated", _conversation(conversation, lines))


def for_clients(event: Event) -> Event:
    """Return an event of a conversation without what only the company's people may read."""
    lines = [line for line in event.data["lines"] if line["kind"] in SHOWN_TO_CLIENTS]
    conversation = {**event.data["conversation"], "snoozed_until": None}
    return Event(event.name, {**event.data, "conversation": conversation, "lines": lines})


def read_updated(participant: Participant, *, version: int, at: datetime | None) -> Event:
    data: ReadData = {
        "conversation": participant.conversation_id,
        "version": version,
        "user": participant.user_id,
        "last_read_seq": participant.last_read_seq,
        "at": at,
    }
    return Event("read.updated", data)


def unread_updated(participant: Participant, *, version: int) -> Event:
    """One person's own counter. A screen ignores one of an older version than it has seen."""
    data: UnreadData = {
        "conversation": participant.conversation_id,
        "version": version,
        "unread_count": participant.unread_count,
        "unread_after_seq": participant.unread_after_seq,
    }
    return Event("unread.updated", data)


def typing(conversation_id: UUID, user: User, *, in_note: bool = False) -> Event:
    shown = PersonSerializer(user).data
    data: TypingData = {"conversation": conversation_id, "user": shown, "note": in_note}
    return Event("typing", data)


def viewing(conversation_id: UUID, user: User, *, is_here: bool, asks: bool) -> Event:
    """Someone of the company opened a conversation, is still there, or left it."""
    data: ViewingData = {
        "conversation": conversation_id,
        "user": PersonSerializer(user).data,
        "is_here": is_here,
        "asks": asks,
    }
    return Event("viewing", data)


def note_updated(note: Note) -> Event:
    """For the company alone. It has no version, or a client would notice the gap."""
    data: NoteData = {
        "conversation": note.conversation_id,
        "note": NoteSerializer(note).data,
        "deleted": note.deleted_at is not None,
    }
    return Event("note.updated", data)


def _message(message: Message) -> MessageData:
    conversation = message.conversation
    return {
        "conversation": conversation.pk,
        "version": message.version,
        "message": MessageSerializer.shown(message),
        "state": {
            "status": conversation.status,
            "last_seq": conversation.last_seq,
            "last_activity_at": conversation.last_activity_at,
            "awaiting_reply_since": conversation.awaiting_reply_since,
            "answer_amber_at": conversation.answer_amber_at,
            "answer_due_at": conversation.answer_due_at,
        },
    }


def _conversation(conversation: Conversation, lines: Iterable[HistoryLine]) -> ConversationData:
    shown = with_details(Conversation.objects.all()).get(pk=conversation.pk)
    context = {"for_everybody": True}
    return {
        "version": shown.version,
        "conversation": ConversationSerializer(shown, context=context).data,
        "lines": [LineSerializer.shown(line) for line in lines],
    }
