"""URLs of the API."""

from messaging.models import Conversation, Message, Note

CONVERSATIONS = "/api/v1/conversations"
UNREAD = "/api/v1/unread"


def of(conversation: Conversation, part: str = "") -> str:
    """Return a URL of a conversation: `of(conversation)`, `of(conversation, "messages")`."""
    return f"{CONVERSATIONS}/{conversation.pk}" + (f"/{part}" if part else "")


def of_message(message: Message, part: str = "") -> str:
    address = of(message.conversation, f"messages/{message.pk}")
    return f"{address}/{part}" if part else address


def of_note(note: Note) -> str:
    return of(note.conversation, f"notes/{note.pk}")
