"""The fan-out of messages: count them for every participant, and publish them once more.

One call takes the messages of the conversation that wait beside the one it was asked for. So a
burst of a hundred messages costs one count. The wake-up of the first then does those of the other
conversations that wait (`workers.engine.batches`).
"""

from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from core.jobs.lease import NOT_DUE, commit_lazily
from core.realtime.publish import publish
from messaging import events
from messaging.conversation import participant_events, unread
from messaging.conversation.lock import lock_to_count
from messaging.models import Message, Participant
from messaging.queries import waiting


class FannedOut(NamedTuple):
    # In the order of their seq.
    messages: list[Message]
    # Everyone who takes part, with the new counters.
    participants: list[Participant]


@transaction.atomic(savepoint=False)
def fan_out_message(message_id: UUID) -> FannedOut | None:
    """Count a message for every participant, and publish it to screens that missed it.

    Earlier and later ones of its conversation that wait as well are taken with it. Running it twice
    or late is harmless. Returns None if the fan-out was done before.
    """
    locked = lock_to_count(message_id)
    # Read again under the lock: another worker may have counted it while this one waited.
    messages = _waiting(message_id) if locked else []
    if locked is None or not messages:
        return None
    for message in messages:
        message.conversation = locked.conversation
    # A person who joins has these messages to read, unless they are deleted.
    shown = [message.seq for message in messages if message.deleted_at is None]
    last_read = shown[0] - 1 if shown else locked.conversation.last_seq
    if not participant_events.update_participants(locked, read_up_to=last_read):
        commit_lazily()
    counted = unread.recount(locked)
    participant_events.publish_counters(locked, counted)
    for message in messages:
        publish(events.message_again(message), to=locked.audience)
    done = Message.objects.filter(pk__in=[message.pk for message in messages])
    done.update(fanned_out_at=timezone.now(), last_error="", **NOT_DUE)
    return FannedOut(messages, counted)


def _waiting(message_id: UUID) -> list[Message]:
    """Return the messages to take, by seq; nothing if this one does not wait.

    One that has failed before is left to its own job: it may be the reason.
    """
    is_new = Q(due_at__isnull=False, attempts__lte=1, last_error="")
    rows = waiting.beside(message_id).filter(is_new | Q(pk=message_id))
    messages = list(rows.select_related("author", "reply_to__author").order_by("seq"))
    return messages if any(message.pk == message_id for message in messages) else []
