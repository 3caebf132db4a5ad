"""The messages of a conversation that wait for their fan-out, beside one of them."""

from uuid import UUID

from django.db.models import QuerySet, Subquery

from messaging.models import Message

# Around the message. One transaction takes them, during which nobody can write in the conversation.
# The next one takes what is beyond.
EARLIER, LATER = 20, 180


def beside(message_id: UUID) -> QuerySet[Message]:
    """Return a message and those around it in its conversation, as far as they wait."""
    own = Message.objects.filter(pk=message_id).order_by()
    seq = Subquery(own.values("seq"))
    # The bounds keep the index of (conversation, seq) short: the rows before are mostly done.
    return Message.objects.filter(
        conversation=Subquery(own.values("conversation")), fanned_out_at=None,
        seq__gte=seq - EARLIER, seq__lt=seq + LATER,
    )  # fmt: skip
