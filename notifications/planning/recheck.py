"""The facts about a person when deliveries are due, read once for each conversation."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Max

from core.models import User
from messaging.models import Participant
from messaging.queries.conversations import visible_to
from notifications import queries
from notifications.models import Channel, Delivery, Preference
from notifications.planning.planner import preferences_of
from notifications.planning.rules import DueFacts, Preferences


@dataclass(frozen=True)
class ConversationFacts:
    """What the rules ask about one person in one conversation."""

    preferences: Preferences
    has_access: bool
    unread_after_seq: int = 0
    is_muted: bool = False
    # Ids of the messages whose push a device has displayed.
    displayed: set[UUID] = field(default_factory=set)
    emails_unread: int = 0
    last_email_at: datetime | None = None

    def of(self, row: Delivery) -> DueFacts:
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


def facts_by_conversation(rows: Iterable[Delivery]) -> dict[UUID, ConversationFacts]:
    """Return the facts about the recipient of these rows (one person), by conversation id."""
    by_conversation: dict[UUID, list[Delivery]] = {}
    for row in rows:
        by_conversation.setdefault(row.conversation_id, []).append(row)
    return {key: _facts(key, group) for key, group in by_conversation.items()}


def _facts(conversation_id: UUID, rows: list[Delivery]) -> ConversationFacts:
    user = rows[0].recipient
    preferences = preferences_of(Preference.of(user))
    mark = Participant.objects.filter(conversation=conversation_id, user=user, left_at=None).first()
    is_mentioned = any(row.is_mention for row in rows)
    if (mark is None and not is_mentioned) or not _may_see(user, conversation_id):
        return ConversationFacts(preferences, has_access=False)
    # A colleague's mention reaches people who do not take part: they have no read mark.
    mark = mark or Participant(conversation_id=conversation_id, user=user)
    mine = Delivery.objects.filter(recipient=user, conversation=conversation_id)
    # Only emails of which nothing was read count: reading starts the back-off again.
    emails = mine.filter(
        channel=Channel.EMAIL, status=Delivery.Status.SENT, seq__gt=mark.last_read_seq
    ).aggregate(count=Count("envelope", distinct=True), at=Max("sent_at"))
    displayed = mine.filter(
        channel=Channel.PUSH,
        displayed_at__isnull=False,
        message__in=[row.message_id for row in rows],
    )
    return ConversationFacts(
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
