"""A person's own unread counters."""

from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet

from core.models import User
from messaging.models import Conversation, Participant


def unread_for(reader: User) -> dict[UUID, int]:
    """The person's unread counters that are not zero, by conversation."""
    mine = Participant.objects.filter(
        user=reader, left_at=None, unread_count__gt=0, conversation__archived_at=None
    )
    if not reader.is_company:
        mine = mine.filter(conversation__client=reader.client_id)
    return dict(mine.values_list("conversation_id", "unread_count"))


def unread_total_for(reader: User) -> int:
    return sum(unread_for(reader).values())


def with_unread(conversations: QuerySet[Conversation], reader: User) -> QuerySet[Conversation]:
    mine = Participant.objects.filter(
        conversation=OuterRef("pk"), user=reader, left_at=None, unread_count__gt=0
    )
    return conversations.filter(Exists(mine))
