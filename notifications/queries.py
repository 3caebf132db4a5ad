"""What is known of a person's devices, preferences and deliveries. The reader comes first."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.http import Http404

from core.models import User
from messaging.models import Conversation, Message
from messaging.queries.conversations import conversation_for, message_for, visible_to
from notifications.models import (
    SILENT_AFTER,
    Delivery,
    Mute,
    Preference,
    PushSubscription,
)

OPEN = (Delivery.Status.PENDING, Delivery.Status.SENDING)


def locked(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Lock these deliveries until the end of the transaction: pushes first, then by id.

    For whoever changes several at once. Two that lock the same ones each in its own order wait for
    each other, until PostgreSQL ends one of them.
    """
    ordered = rows.select_for_update(of=("self",), no_key=True).order_by("-channel", "pk")
    return Delivery.objects.filter(pk__in=list(ordered.values_list("pk", flat=True)))


def devices_of(user: User) -> QuerySet[PushSubscription]:
    return PushSubscription.objects.filter(user=user)


def device_of(user: User, device_id: UUID) -> PushSubscription:
    """One of the person's own devices, or Http404."""
    device = devices_of(user).filter(pk=device_id).first()
    if device is None:
        raise Http404
    return device


def preference_of(user: User) -> Preference:
    """The person's preferences; the defaults, unsaved, for whoever never changed any."""
    return Preference.objects.filter(user=user).first() or Preference(user=user)


def mutes_of(user: User) -> QuerySet[Mute]:
    """The conversations a person has muted, the ones no longer theirs left out."""
    mine = Mute.objects.filter(user=user, conversation__in=visible_to(user))
    return mine.select_related("conversation").order_by("-created_at")


def devices_refusing_our_key() -> int:
    """How many devices cannot be reached because their push service does not know our key."""
    return PushSubscription.objects.exclude(key_refused_at=None).count()


def is_muted(user: User, conversation_id: UUID) -> bool:
    return Mute.objects.filter(user=user, conversation=conversation_id).exists()


# Written out, since every message asks it: the ORM takes longer to compose it than PostgreSQL to
# answer.
RECIPIENTS = """
    SELECT
        person.id AS person_id,
        EXISTS (
            SELECT FROM notifications_mute mute
            WHERE mute.user_id = person.id AND mute.conversation_id = %(conversation)s
        ) AS is_muted,
        EXISTS (
            SELECT FROM notifications_pushsubscription device
            WHERE device.user_id = person.id AND device.undisplayed_count < %(silent_after)s
        ) AS has_device,
        (
            SELECT max(COALESCE(push.sent_at, push.due_at)) FROM notifications_delivery push
            WHERE push.recipient_id = person.id AND push.conversation_id = %(conversation)s
                AND push.channel = 'push' AND NOT push.is_digest
                AND push.status IN ('pending', 'sending', 'sent', 'displayed')
        ) AS last_push_at,
        preference.*
    FROM core_user person
    LEFT JOIN notifications_preference preference ON preference.user_id = person.id
    WHERE person.id = ANY(%(people)s) AND person.is_active
"""


class RecipientRow(NamedTuple):
    """What `planning` wants to know of a person in a conversation."""

    person_id: UUID
    is_muted: bool
    # One that shows what it gets.
    has_device: bool
    # When the last push left, or is about to.
    last_push_at: datetime | None
    # None for whoever never changed any.
    preference: Preference | None


def recipient_rows(user_ids: Iterable[UUID], conversation: Conversation) -> list[RecipientRow]:
    """Return what is known of people, those left out who may no longer log in."""
    asked: dict[str, Any] = {
        "people": list(user_ids),
        "conversation": conversation.pk,
        "silent_after": SILENT_AFTER,
    }
    with connection.cursor() as cursor:
        cursor.execute(RECIPIENTS, asked)
        names = [column.name for column in cursor.description]
        return [_recipient_row(dict(zip(names, row, strict=True))) for row in cursor.fetchall()]


def _recipient_row(values: dict[str, Any]) -> RecipientRow:
    person = {name: values.pop(name) for name in RecipientRow._fields if name in values}
    has_changed_any = values["user_id"] is not None
    return RecipientRow(**person, preference=Preference(**values) if has_changed_any else None)


def colleagues() -> QuerySet[User]:
    """The company's people who may be called by their name."""
    return User.objects.filter(is_active=True).exclude(role=User.Role.CLIENT)


def pending_deliveries() -> QuerySet[Delivery]:
    """Deliveries that are still to be made; without `due_at`, every attempt has failed."""
    return Delivery.objects.filter(status__in=(*OPEN, Delivery.Status.DEAD))


def deliveries_of(reader: User, conversation_id: UUID, message_id: UUID) -> Message:
    """A message whose deliveries the reader may see, or Http404.

    Its author's affair; a message of the company is every colleague's.
    """
    message = message_for(reader, conversation_id, message_id)
    if message.author_id != reader.pk and not (reader.is_company and message.author.is_company):
        raise Http404
    return message


def told_messages_of(
    reader: User, conversation_id: UUID, *, first: int, last: int
) -> QuerySet[Message]:
    """The messages from one seq to another whose deliveries the reader may see; or Http404."""
    conversation = conversation_for(reader, conversation_id)
    messages = Message.objects.select_related("author").filter(
        conversation=conversation, seq__range=(first, last)
    )
    if not reader.is_company:
        return messages.filter(author=reader)
    return messages.exclude(author__role=User.Role.CLIENT)
