"""The events of a conversation, as its open screens receive them."""

from typing import Any
from uuid import UUID

from attachments.models import Attachment
from attachments.serializers import AttachmentSerializer
from core.models import User
from core.realtime.publish import Event
from core.serializers import PersonSerializer
from messaging.models import Conversation, Message, Note, Participant
from messaging.queries.conversations import with_details
from messaging.serializers.output import ConversationSerializer, MessageSerializer, NoteSerializer


def message_created(message: Message) -> Event:
    return Event("message.created", _message(message))


def message_updated(message: Message) -> Event:
    return Event("message.updated", _message(message))


def message_again(message: Message) -> Event:
    """The event of a message as it is now, for whom the first one never reached."""
    is_as_sent = message.edited_at is None and message.deleted_at is None
    return message_created(message) if is_as_sent else message_updated(message)


def attachment_updated(message: Message, attachment: Attachment) -> Event:
    """The state of a file changed, and with it its message."""
    shown = AttachmentSerializer(attachment).data
    return Event("attachment.updated", {**_message(message), "attachment": shown})


def own_attachment_updated(attachment: Attachment) -> Event:
    """The same for its sender, while no message shows the file: it has no version."""
    shown = AttachmentSerializer(attachment).data
    return Event("attachment.updated", {"conversation": None, "attachment": shown})


def conversation_created(conversation: Conversation) -> Event:
    return Event("conversation.created", _conversation(conversation))


def conversation_updated(conversation: Conversation) -> Event:
    return Event("conversation.updated", _conversation(conversation))


def read_updated(participant: Participant, *, version: int) -> Event:
    data = {
        "conversation": participant.conversation_id,
        "version": version,
        "user": participant.user_id,
        "last_read_seq": participant.last_read_seq,
    }
    return Event("read.updated", data)


def unread_updated(participant: Participant, *, version: int) -> Event:
    """One person's own counter; an older version than the last one seen is to be ignored."""
    data = {
        "conversation": participant.conversation_id,
        "version": version,
        "unread_count": participant.unread_count,
        "unread_after_seq": participant.unread_after_seq,
    }
    return Event("unread.updated", data)


def typing(conversation_id: UUID, user: User) -> Event:
    return Event("typing", {"conversation": conversation_id, "user": PersonSerializer(user).data})


def note_updated(note: Note) -> Event:
    """For the company alone. Notes carry no version: a client would notice the gap."""
    data = {
        "conversation": note.conversation_id,
        "note": NoteSerializer(note).data,
        "deleted": note.deleted_at is not None,
    }
    return Event("note.updated", data)


def _message(message: Message) -> dict[str, Any]:
    conversation = message.conversation
    return {
        "conversation": conversation.pk,
        "version": message.version,
        "message": MessageSerializer.shown(message),
        # What of the conversation moved with the message.
        "state": {
            "status": conversation.status,
            "last_seq": conversation.last_seq,
            "last_activity_at": conversation.last_activity_at,
            "awaiting_reply_since": conversation.awaiting_reply_since,
        },
    }


def _conversation(conversation: Conversation) -> dict[str, Any]:
    shown = with_details(Conversation.objects.all()).get(pk=conversation.pk)
    context = {"for_everybody": True}
    return {
        "version": shown.version,
        "conversation": ConversationSerializer(shown, context=context).data,
    }
