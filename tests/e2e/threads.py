"""Conversations with many messages."""

from itertools import cycle, islice

from django.utils import timezone

from core.models import User
from messaging.models import Conversation, Message


def long_thread(conversation: Conversation, *authors: User, count: int) -> list[Message]:
    """Add messages "Message numéro 1." and so on by the authors in turn, already fanned out.

    The conversation must be empty.
    """
    now = timezone.now()
    rows = [
        Message(
            conversation=conversation, author=author, body=f"Message numéro {number}.", seq=number,
            version=number + 1, draft_digest=bytes(32), fanned_out_at=now,
        )
        for number, author in enumerate(islice(cycle(authors), count), start=1)
    ]  # fmt: skip
    messages = Message.objects.bulk_create(rows)
    last = messages[-1]
    Conversation.objects.filter(pk=conversation.pk).update(
        last_seq=last.seq, version=last.version, last_message=last
    )
    return messages
