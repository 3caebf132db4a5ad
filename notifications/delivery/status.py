"""How far a message has come with each person, for its author."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.utils import timezone

from core.database.folding import FoldText
from core.models import User
from messaging.models import Message, Participant
from messaging.queries.reads import read_times_of
from notifications.models import Channel, Delivery
from notifications.push_failures import in_words

# A push service drops a push that it could not deliver after this (the TTL that we send).
PUSH_LIFETIME = timedelta(hours=24)
NOT_MADE = (Delivery.Status.FAILED, Delivery.Status.DEAD)
UNDER_WAY = (Delivery.Status.PENDING, Delivery.Status.SENDING)


class State(StrEnum):
    SENT = "sent"
    RECEIVED = "received"
    EMAILED = "emailed"
    READ = "read"
    UNDELIVERED = "undelivered"


@dataclass(frozen=True)
class PersonState:
    user: User
    state: State
    at: datetime | None = None
    # What the mail server or the push service said of an undelivered message of the company.
    # Empty for a client's message: it may name our own addresses.
    reason: str = ""
    # Why an email was refused (`refusal.Cause`), which the pages say in words.
    cause: str = ""


def states_of(messages: Iterable[Message]) -> dict[UUID, list[PersonState]]:
    """Return how far each message has come with each participant except its author, by its id."""
    messages = list(messages)
    people = _people({message.conversation_id for message in messages})
    deliveries = _deliveries(messages)
    read_at = read_times_of([message.pk for message in messages])
    return {
        message.pk: [
            _state(
                message,
                person,
                deliveries.get((message.pk, person.user_id), {}),
                read_at.get((message.pk, person.user_id)),
            )
            for person in people.get(message.conversation_id, [])
            if person.user_id != message.author_id
        ]
        for message in messages
    }


Channels = dict[str, Delivery]


def _people(conversation_ids: set[UUID]) -> dict[UUID, list[Participant]]:
    rows = Participant.objects.filter(conversation__in=conversation_ids, left_at=None)
    people: dict[UUID, list[Participant]] = {}
    for person in rows.select_related("user").order_by(FoldText("user__name"), "user_id"):
        people.setdefault(person.conversation_id, []).append(person)
    return people


def _deliveries(messages: list[Message]) -> dict[tuple[UUID, UUID], Channels]:
    deliveries: dict[tuple[UUID, UUID], Channels] = {}
    for delivery in Delivery.objects.filter(message__in=messages):
        deliveries.setdefault((delivery.message_id, delivery.recipient_id), {})[
            delivery.channel
        ] = delivery
    return deliveries


def _state(
    message: Message, person: Participant, channels: Channels, read_at: datetime | None
) -> PersonState:
    push, email = channels.get(Channel.PUSH), channels.get(Channel.EMAIL)
    user = person.user
    if person.last_read_seq >= message.seq:
        return PersonState(user, State.READ, read_at)
    if push and push.displayed_at:
        return PersonState(user, State.RECEIVED, push.displayed_at)
    if email and email.status == Delivery.Status.SENT:
        return PersonState(user, State.EMAILED, email.sent_at)
    if any(delivery.was_present for delivery in channels.values()):
        return PersonState(user, State.RECEIVED, message.created_at)
    if (lost := _lost(push, email)) is not None:
        reason = in_words(lost.last_error) if message.author.is_company else ""
        cause = lost.reason if lost.channel == Channel.EMAIL else ""
        return PersonState(user, State.UNDELIVERED, lost.bounced_at, reason, cause)
    return PersonState(user, State.SENT, message.created_at)


def _lost(push: Delivery | None, email: Delivery | None) -> Delivery | None:
    """Return the delivery that failed, or None while another one may still reach the person."""
    if email is not None and email.status in UNDER_WAY:
        return None
    # A refused email is told at once, even if a phone that is off may show the push later.
    is_refused = email is not None and email.reason != "" and email.status == Delivery.Status.FAILED
    is_waited_for = push is not None and (push.status in UNDER_WAY or not is_refused)
    if is_waited_for and _may_still_show(push):
        return None
    return next((each for each in (email, push) if each and each.status in NOT_MADE), None)


def _may_still_show(push: Delivery | None) -> bool:
    """Tell if a push is on its way, or waits at the push service for a phone that is off."""
    if push is None or push.status in (*NOT_MADE, Delivery.Status.SKIPPED):
        return False
    if push.status == Delivery.Status.SENT and push.sent_at:
        return timezone.now() - push.sent_at < PUSH_LIFETIME
    return True
