"""Read devices, preferences and deliveries. The reader is the first argument."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.http import Http404

from core.database.raw_rows import columns_of
from core.models import User
from core.text import email_spelling
from messaging.models import Message
from messaging.queries.conversations import conversation_for, message_for, visible_to
from notifications.models import (
    SILENT_AFTER,
    Delivery,
    ForwardedEmail,
    Mute,
    Preference,
    PushSubscription,
    RefusedAddress,
    WebhookDelivery,
    WebhookEndpoint,
)

OPEN = (Delivery.Status.PENDING, Delivery.Status.SENDING)


def locked(rows: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Lock deliveries until the end of the transaction, in one order: pushes first, then by id.

    Use this to change several at once. Two transactions that lock the same rows in different orders
    would wait for each other, until PostgreSQL ends one of them.
    """
    ordered = rows.select_for_update(of=("self",), no_key=True).order_by("-channel", "pk")
    return Delivery.objects.filter(pk__in=list(ordered.values_list("pk", flat=True)))


def devices_of(user: User) -> QuerySet[PushSubscription]:
    return PushSubscription.objects.filter(user=user)


def device_of(user: User, device_id: UUID) -> PushSubscription:
    """Return one of the person's own devices. Raises Http404."""
    device = devices_of(user).filter(pk=device_id).first()
    if device is None:
        raise Http404
    return device


def preference_of(user: User) -> Preference:
    """Return the person's preferences, read anew; unsaved defaults if there are none."""
    return Preference.objects.filter(user=user).first() or Preference(user=user)


def mutes_of(user: User) -> QuerySet[Mute]:
    """Return a person's mutes, without the conversations that they may no longer see."""
    mine = Mute.objects.filter(user=user, conversation__in=visible_to(user))
    return mine.select_related("conversation").order_by("-created_at")


def refused_address(address: str) -> RefusedAddress | None:
    """Return the mark of an address that refuses our emails, or None if emails may go there."""
    return RefusedAddress.objects.filter(pk=email_spelling(address)).first()


def devices_refusing_our_key() -> int:
    """Count the devices whose push service refuses our key."""
    return PushSubscription.objects.exclude(key_refused_at=None).count()


def is_muted(user: User, conversation_id: UUID) -> bool:
    return Mute.objects.filter(user=user, conversation=conversation_id).exists()


# The last push is looked for among so many: a long conversation has as many as it has messages.
NEWEST_PUSHES = 20
# In SQL, since every message runs it: the ORM takes longer to compose it than PostgreSQL to answer.
RECIPIENTS = f"""
    SELECT
        person.id AS person_id,
        asked.conversation_id,
        EXISTS (
            SELECT FROM notifications_mute mute
            WHERE mute.user_id = person.id AND mute.conversation_id = asked.conversation_id
        ) AS is_muted,
        device.best IS NOT NULL AS has_any_device,
        COALESCE(device.best < %(silent_after)s, false) AS has_device,
        (
            SELECT max(push.at) FROM (
                SELECT COALESCE(sent_at, due_at) AS at FROM notifications_delivery
                WHERE recipient_id = person.id AND conversation_id = asked.conversation_id
                    AND channel = 'push' AND NOT is_digest
                    AND status IN ('pending', 'sending', 'sent', 'displayed')
                ORDER BY seq DESC LIMIT %(pushes)s
            ) push
        ) AS last_push_at,
        {columns_of(Preference, "preference")}
    FROM unnest(%(conversations)s::uuid[], %(people)s::uuid[]) AS asked (conversation_id, user_id)
    JOIN core_user person ON person.id = asked.user_id
    LEFT JOIN notifications_preference preference ON preference.user_id = person.id
    CROSS JOIN LATERAL (
        SELECT min(undisplayed_count) AS best FROM notifications_pushsubscription
        WHERE user_id = person.id
    ) device
    WHERE person.is_active
"""  # noqa: S608  (of our own words)


class RecipientRow(NamedTuple):
    """A person in a conversation, with what `planning` needs."""

    person_id: UUID
    conversation_id: UUID
    is_muted: bool
    has_any_device: bool
    # At least one that displays its pushes.
    has_device: bool
    # When the last push was sent, or is due.
    last_push_at: datetime | None
    # None if the person never changed any.
    preference: Preference | None


def recipient_rows(asked_for: Iterable[tuple[UUID, UUID]]) -> list[RecipientRow]:
    """Return a row for each of these conversations and people.

    Without those people who may no longer log in.
    """
    pairs = list(asked_for)
    asked: dict[str, Any] = {
        "conversations": [conversation_id for conversation_id, _ in pairs],
        "people": [user_id for _, user_id in pairs],
        "silent_after": SILENT_AFTER,
        "pushes": NEWEST_PUSHES,
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
    """Return the company's people, whom a message can mention by name."""
    return User.objects.filter(is_active=True).exclude(role=User.Role.CLIENT)


def pending_deliveries() -> QuerySet[Delivery]:
    """Return the deliveries that are not done. Without `due_at`, all attempts of one failed."""
    return Delivery.objects.filter(status__in=(*OPEN, Delivery.Status.DEAD))


def pending_forwards() -> QuerySet[ForwardedEmail]:
    """Return the forwarded emails that are not sent. Without `due_at`, all attempts failed."""
    return ForwardedEmail.objects.filter(ended_at=None)


def pending_webhooks() -> QuerySet[WebhookDelivery]:
    """Return the deliveries to webhooks whose turn has come. Without `due_at`, all attempts failed.

    Those that wait for an earlier one are not pending.
    """
    return WebhookDelivery.objects.filter(state=WebhookDelivery.State.PENDING)


def paused_webhooks() -> QuerySet[WebhookEndpoint]:
    """Return the webhooks that Liaison paused, because they failed."""
    return WebhookEndpoint.objects.exclude(paused_at=None).exclude(paused_because="")


def untold_webhooks() -> QuerySet[WebhookEndpoint]:
    """Return those of them of which the managers were not told. Without `due_at`, that failed."""
    return paused_webhooks().filter(told_at=None)


def deliveries_of(reader: User, conversation_id: UUID, message_id: UUID) -> Message:
    """Return a message whose deliveries the reader may see. Raises Http404.

    Its author may see them. Those of a message of the company every colleague may see.
    """
    message = message_for(reader, conversation_id, message_id)
    if message.author_id != reader.pk and not (reader.is_company and message.author.is_company):
        raise Http404
    return message


def told_messages_of(
    reader: User, conversation_id: UUID, *, first: int, last: int
) -> QuerySet[Message]:
    """Return the messages between two seqs whose deliveries the reader may see. Raises Http404."""
    conversation = conversation_for(reader, conversation_id)
    messages = Message.objects.select_related("author").filter(
        conversation=conversation, seq__range=(first, last)
    )
    if not reader.is_company:
        return messages.filter(author=reader)
    return messages.exclude(author__role=User.Role.CLIENT)
