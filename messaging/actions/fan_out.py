"""The fan-out of messages: count them for every participant, publish those that nobody did.

One call takes the messages of a conversation that wait beside the one it was asked for, and those
of several conversations at once. So a burst of a hundred messages costs one count.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core.jobs.lease import NOT_DUE, commit_lazily
from core.realtime.publish import publish_if_missed
from messaging import events
from messaging.conversation import participant_events, participants, unread
from messaging.conversation.lock import LockedConversation, lock_free_to_count, lock_to_count
from messaging.models import Message, Participant
from messaging.queries import waiting


class FannedOut(NamedTuple):
    """What was counted in one conversation."""

    # In the order of their seq.
    messages: list[Message]
    # Everyone who takes part, with the new counters.
    participants: list[Participant]


@transaction.atomic(savepoint=False)
def fan_out_message(message_id: UUID) -> FannedOut | None:
    """Count a message for every participant, and publish it if nobody did.

    Earlier and later ones of its conversation that wait as well are taken with it. Running it twice
    or late is harmless. Returns None if the fan-out was done before.
    """
    locked = lock_to_count(message_id)
    done = _fan_out([locked], [message_id]) if locked else []
    return done[0] if done else None


@transaction.atomic(savepoint=False)
def fan_out_messages(message_ids: Sequence[UUID]) -> list[FannedOut]:
    """Fan out messages of different conversations, each like `fan_out_message`.

    Those of a conversation that somebody else has locked are left out: to wait for several locks
    could be to wait for each other.
    """
    locked = lock_free_to_count(message_ids)
    return _fan_out(locked, message_ids) if locked else []


def _fan_out(locked: list[LockedConversation], asked: Sequence[UUID]) -> list[FannedOut]:
    # Read again under the lock: another worker may have counted them while this one waited.
    messages = _waiting(asked, {each.conversation.pk for each in locked})
    locked = [each for each in locked if each.conversation.pk in messages]
    if not locked:
        return []
    facts = participants.facts_of(locked)
    has_changed = [
        _update_participants(each, messages[each.conversation.pk], facts[each.conversation.pk])
        for each in locked
    ]
    if not any(has_changed):
        commit_lazily()
    counted = unread.recount_all(locked)
    for each in locked:
        participant_events.publish_counters(each, counted[each.conversation.pk])
    # After all counters, so that those of the company become one message of its channel.
    for each in locked:
        for message in messages[each.conversation.pk]:
            again = events.message_again(message)
            event_id = events.deduplication_id(message)
            publish_if_missed(again, to=each.audience, deduplication_id=event_id)
    taken = [message.pk for several in messages.values() for message in several]
    done = Message.objects.filter(pk__in=taken)
    done.update(fanned_out_at=timezone.now(), last_error="", **NOT_DUE)
    return [FannedOut(messages[key], counted[key]) for key in messages]


def _update_participants(
    locked: LockedConversation,
    messages: list[Message],
    people: list[participants.ParticipantFacts],
) -> bool:
    for message in messages:
        message.conversation = locked.conversation
    # A person who joins has these messages to read, unless they are deleted.
    shown = [message.seq for message in messages if message.deleted_at is None]
    last_read = shown[0] - 1 if shown else locked.conversation.last_seq
    return participant_events.update_with(locked, people, read_up_to=last_read)


def _waiting(asked: Sequence[UUID], conversations: set[UUID]) -> dict[UUID, list[Message]]:
    """Return the messages to take in each conversation, by seq; none where the asked one is done.

    One that has failed before is left to its own job: it may be the reason.
    """
    is_new = Q(due_at__isnull=False, attempts__lte=1, last_error="")
    rows = waiting.beside(asked).filter(is_new | Q(pk__in=asked), conversation__in=conversations)
    found: dict[UUID, list[Message]] = defaultdict(list)
    for message in rows.select_related("author", "reply_to__author").order_by("seq"):
        found[message.conversation_id].append(message)
    wanted = set(asked)
    return {
        key: messages
        for key, messages in found.items()
        if any(message.pk in wanted for message in messages)
    }
