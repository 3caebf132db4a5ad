"""What is known of a person in a conversation when deliveries are due: asked once for all."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max

from core.models import User
from messaging.models import Participant
from messaging.queries.conversations import visible_to
from notifications import queries
from notifications.models import Channel, Delivery
from notifications.planning.planner import preferences_of
from notifications.planning.rules import DueFacts, Preferences


@dataclass(frozen=True)
class Thread:
    """A person in a conversation."""

    preferences: Preferences
    has_access: bool
    unread_after_seq: int = 0
    is_muted: bool = False
    displayed: set[UUID] = field(default_factory=set)
    emails_unread: int = 0
    last_email_at: datetime | None = None

    def due(self, row: Delivery) -> DueFacts:
        return DueFacts(
            preferences=self.preferences,
            is_muted=self.is_muted,
            is_mentioned=row.is_mention,
            has_read=self.unread_after_seq >= row.seq,
            is_deleted=row.message.deleted_at is not None,
            has_access=self.has_access,
            was_displayed=row.message_id in self.displayed,
            is_resent=row.is_resent,
            emails_unread=self.emails_unread,
            last_email_at=self.last_email_at,
        )


def threads(rows: Iterable[Delivery]) -> dict[UUID, Thread]:
    """Return what is known of the one recipient of these rows, by conversation."""
    by_conversation: dict[UUID, list[Delivery]] = {}
    for row in rows:
        by_conversation.setdefault(row.conversation_id, []).append(row)
    return {key: _thread(key, group) for key, group in by_conversation.items()}


def _thread(conversation_id: UUID, rows: list[Delivery]) -> Thread:
    user = rows[0].recipient
    preferences = preferences_of(getattr(user, "preference", None))
    mark = Participant.objects.filter(conversation=conversation_id, user=user, left_at=None).first()
    is_called = any(row.is_mention for row in rows)
    if (mark is None and not is_called) or not _may_see(user, conversation_id):
        return Thread(preferences, has_access=False)
    # Called by a colleague, one is told without taking part, and has no mark.
    mark = mark or Participant(conversation_id=conversation_id, user=user)
    mine = Delivery.objects.filter(recipient=user, conversation=conversation_id)
    # An email of which anything was read counts no more: the back-off starts again.
    emails = mine.filter(
        channel=Channel.EMAIL, status=Delivery.Status.SENT, seq__gt=mark.last_read_seq
    ).aggregate(count=Count("envelope", distinct=True), at=Max("sent_at"))
    displayed = mine.filter(
        channel=Channel.PUSH,
        status=Delivery.Status.DISPLAYED,
        message__in=[row.message_id for row in rows],
    )
    return Thread(
        preferences,
        has_access=True,
        unread_after_seq=mark.unread_after_seq,
        is_muted=queries.is_muted(user, conversation_id),
        displayed=set(displayed.values_list("message_id", flat=True)),
        emails_unread=emails["count"],
        last_email_at=emails["at"],
    )


def _may_see(user: User, conversation_id: UUID) -> bool:
    return user.is_active and visible_to(user).filter(pk=conversation_id).exists()
