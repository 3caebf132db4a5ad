"""Writing the deliveries that a message owes, when it is fanned out."""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.utils import timezone

from messaging.models import Message, Participant
from notifications import queries
from notifications.models import Delivery, Preference
from notifications.planning import presence, rules
from notifications.planning.rules import Preferences, RecipientFacts


class Recipient(NamedTuple):
    user_id: UUID
    facts: RecipientFacts


def plan_deliveries(message: Message, participants: Iterable[Participant]) -> list[Delivery]:
    """Write who is to be told of a message, by which channel and when, in one statement.

    Those who take part, and whoever is called by name; not its author. Planned
    twice, the rows of the first time stay as they are.
    """
    if message.deleted_at is not None:
        return []
    deliveries = [
        delivery for person in _told(message, participants) for delivery in _for(person, message)
    ]
    return Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)


def preferences_of(preference: Preference | None) -> Preferences:
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


def _told(message: Message, participants: Iterable[Participant]) -> list[Recipient]:
    """All of them but the author, and what is known."""
    marks, called = (
        {participant.user_id: participant for participant in participants},
        _called(message),
    )
    told = queries.recipient_rows(
        (marks.keys() | called) - {message.author_id}, message.conversation
    )
    present = presence.present_among(person.person_id for person in told)
    return [
        Recipient(
            person.person_id,
            RecipientFacts(
                preferences=preferences_of(person.preference),
                is_muted=person.is_muted,
                is_mentioned=person.person_id in called,
                has_read=_has_read(marks.get(person.person_id), message),
                is_present=person.person_id in present,
                has_device=person.has_device,
                last_push_at=person.last_push_at,
            ),
        )
        for person in told
    ]


def _has_read(participant: Participant | None, message: Message) -> bool:
    return participant is not None and participant.unread_after_seq >= message.seq


def _called(message: Message) -> set[UUID]:
    """Whom of the company a text calls; a colleague also calls those who take no part."""
    if "@" not in message.body:
        return set()
    people = queries.colleagues()
    if not message.author.is_company:
        people = people.filter(
            participations__conversation=message.conversation, participations__left_at=None
        )
    names = people.values_list("pk", "name")
    return {key for key, name in names if rules.mentions(message.body, name)}


def _for(person: Recipient, message: Message) -> list[Delivery]:
    facts = person.facts
    planned = rules.plan(facts, sent_at=message.created_at, now=timezone.now())
    return [
        Delivery(
            message=message,
            recipient_id=person.user_id,
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
