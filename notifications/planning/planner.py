"""Write the deliveries of a message when it is fanned out."""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone

from messaging.mentions import mentions
from messaging.models import Message, Participant
from notifications import queries
from notifications.models import Delivery, Preference
from notifications.planning import presence, rules
from notifications.planning.rules import Preferences, RecipientFacts


class Recipient(NamedTuple):
    user_id: UUID
    facts: RecipientFacts


def plan_deliveries(message: Message, participants: Iterable[Participant]) -> list[Delivery]:
    """Write who is told of a message, by which channel and when, in one statement.

    Recipients are the participants and the people whom the text mentions, without the author. The
    rows of an earlier call stay as they are.
    """
    if message.deleted_at is not None:
        return []
    deliveries = [
        delivery
        for recipient in _recipients(message, participants)
        for delivery in _deliveries(recipient, message)
    ]
    return Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)


def preferences_of(preference: Preference | None) -> Preferences:
    """Return a row of preferences as the rules take them; the defaults for None."""
    if preference is None:
        return Preferences()
    minutes = preference.email_delay_minutes
    return Preferences(
        push=preference.push,
        email=preference.email,
        email_delay=None if minutes is None else timedelta(minutes=minutes),
        quiet_from=preference.quiet_from,
        quiet_until=preference.quiet_until,
    )


def _recipients(message: Message, participants: Iterable[Participant]) -> list[Recipient]:
    marks = {participant.user_id: participant for participant in participants}
    mentioned = _mentioned(message)
    rows = queries.recipient_rows(
        (marks.keys() | mentioned) - {message.author_id}, message.conversation
    )
    present = presence.present_among(row.person_id for row in rows)
    return [
        Recipient(
            row.person_id,
            RecipientFacts(
                preferences=preferences_of(row.preference),
                is_muted=row.is_muted,
                is_mentioned=row.person_id in mentioned,
                has_read=_has_read(marks.get(row.person_id), message),
                is_present=row.person_id in present,
                has_device=row.has_device,
                last_push_at=row.last_push_at,
            ),
        )
        for row in rows
    ]


def _has_read(participant: Participant | None, message: Message) -> bool:
    return participant is not None and participant.unread_after_seq >= message.seq


def _mentioned(message: Message) -> set[UUID]:
    """Return whom of the company a text mentions by name.

    A client can mention participants only; a colleague also people who do not take part.
    """
    if "@" not in message.body:
        return set()
    people = queries.colleagues()
    if not message.author.is_company:
        people = people.filter(
            participations__conversation=message.conversation, participations__left_at=None
        )
    names = people.values_list("pk", "name")
    return {key for key, name in names if mentions(message.body, name)}


def _deliveries(recipient: Recipient, message: Message) -> list[Delivery]:
    facts = recipient.facts
    planned = rules.plan(facts, sent_at=message.created_at, now=timezone.now())
    return [
        Delivery(
            message=message,
            recipient_id=recipient.user_id,
            channel=step.channel,
            conversation_id=message.conversation_id,
            seq=message.seq,
            due_at=step.due_at,
            is_digest=step.is_digest,
            is_mention=facts.is_mentioned,
            was_present=facts.is_present,
        )
        for step in planned
    ]
