"""The messages of a conversation that wait for their fan-out, beside one of them."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from messaging.models import Message

# Around the message. One transaction takes them, during which nobody can write in the conversation.
# The next one takes what is beyond. Of several conversations it takes fewer in each.
EARLIER, LATER = 20, 180
FEWEST = 10

# The bounds keep the index of (conversation, seq) short: the rows before are mostly done.
BESIDE = """
    SELECT message.id FROM messaging_message own
    JOIN messaging_message message ON message.conversation_id = own.conversation_id
        AND message.seq >= own.seq - %s AND message.seq < own.seq + %s
    WHERE own.id = ANY(%s) AND message.fanned_out_at IS NULL
"""


def beside(message_ids: Sequence[UUID]) -> QuerySet[Message]:
    """Return messages and those around them in their conversations, as far as they wait."""
    earlier, later = (max(FEWEST, bound // len(message_ids)) for bound in (EARLIER, LATER))
    if len(message_ids) == 1:
        earlier, later = EARLIER, LATER
    asked = [earlier, later, list(message_ids)]
    return Message.objects.filter(pk__in=RawSQL(BESIDE, asked))  # noqa: S611  (of our own words)
