"""Write the deliveries of a message when it is fanned out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from messaging.mentions import mentions
from messaging.models import Message, Participant
from notifications import queries
from notifications.models import Channel, Delivery, Preference
from notifications.planning import presence, rules
from notifications.planning.rules import Preferences, RecipientFacts
from notifications.queries import RecipientRow


def plan_deliveries(
    messages: Sequence[Message], participants: Iterable[Participant]
) -> list[Delivery]:
    """Write who is told of messages of one conversation, how and when, in one statement.

    Recipients are the participants and the people whom a text mentions, without its author. The
    rows of an earlier call stay as they are.
    """
    return plan_all([(messages, participants)])


def plan_all(
    conversations: Iterable[tuple[Sequence[Message], Iterable[Participant]]],
) -> list[Delivery]:
    """Write who is told of messages of several conversations, each as `plan_deliveries` does."""
    plans = [
        plan
        for messages, participants in conversations
        if (plan := _Plan.of(messages, participants)).messages
    ]
    rows = queries.recipient_rows(
        (plan.conversation_id, person) for plan in plans for person in plan.people
    )
    present = presence.present_among({row.person_id for row in rows})
    by_conversation = {plan.conversation_id: plan for plan in plans}
    deliveries = [
        delivery
        for row in rows
        for delivery in by_conversation[row.conversation_id].deliveries_to(
            row, is_present=row.person_id in present
        )
    ]
    return Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)


@dataclass(frozen=True)
class _Plan:
    """Messages of one conversation, and who could be told of them."""

    messages: Sequence[Message]
    # The participants, by the id of the person.
    marks: Mapping[UUID, Participant]
    # The ids of the people whom each message mentions.
    mentioned: Mapping[UUID, set[UUID]]

    @classmethod
    def of(cls, messages: Sequence[Message], participants: Iterable[Participant]) -> "_Plan":
        shown = [message for message in messages if message.deleted_at is None]
        return cls(
            shown,
            {participant.user_id: participant for participant in participants},
            {message.pk: _mentioned(message) for message in shown},
        )

    @property
    def conversation_id(self) -> UUID:
        return self.messages[0].conversation_id

    @property
    def people(self) -> set[UUID]:
        everyone = self.marks.keys() | set().union(*self.mentioned.values())
        authors = {message.author_id for message in self.messages}
        return everyone - authors if len(authors) == 1 else everyone

    def deliveries_to(self, row: RecipientRow, *, is_present: bool) -> Iterator[Delivery]:
        """Plan for one person, as if each message had been planned after the one before."""
        preferences = preferences_of(row.preference)
        last_push_at = row.last_push_at
        for message in self.messages:
            if message.author_id == row.person_id:
                continue
            facts = RecipientFacts(
                preferences=preferences,
                is_muted=row.is_muted,
                is_mentioned=row.person_id in self.mentioned[message.pk],
                has_read=_has_read(self.marks.get(row.person_id), message),
                is_present=is_present,
                has_any_device=row.has_any_device,
                has_device=row.has_device,
                last_push_at=last_push_at,
            )
            planned = _deliveries(row.person_id, facts, message)
            yield from planned
            pushes = [each.due_at for each in planned if _rings(each)]
            last_push_at = max(filter(None, [last_push_at, *pushes]), default=None)


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


def _deliveries(user_id: UUID, facts: RecipientFacts, message: Message) -> list[Delivery]:
    planned = rules.plan(facts, sent_at=message.created_at, now=timezone.now())
    return [
        Delivery(
            message=message,
            recipient_id=user_id,
            channel=step.channel,
            conversation_id=message.conversation_id,
            seq=message.seq,
            status=Delivery.Status.SKIPPED if step.skip else Delivery.Status.PENDING,
            reason=step.skip or "",
            due_at=None if step.skip else step.due_at,
            is_digest=step.is_digest,
            is_mention=facts.is_mentioned,
            was_present=facts.is_present,
        )
        for step in planned
    ]


def _rings(delivery: Delivery) -> bool:
    """Return whether it is a push that later ones follow, as `queries.recipient_rows` has it."""
    is_sent = delivery.status != Delivery.Status.SKIPPED
    return delivery.channel == Channel.PUSH and is_sent and not delivery.is_digest
