"""The fan-out of a message: count it for every participant, and publish it once more."""

from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.jobs.lease import NOT_DUE, commit_lazily
from core.realtime.publish import publish
from messaging import events
from messaging.conversation import participant_events, unread
from messaging.conversation.lock import lock_to_count
from messaging.models import Message, Participant


class FannedOut(NamedTuple):
    message: Message
    # Everyone who takes part, with the new counters.
    participants: list[Participant]


@transaction.atomic(savepoint=False)
def fan_out_message(message_id: UUID) -> FannedOut | None:
    """Count a message for every participant, and publish it to screens that missed it.

    Running it twice or late is harmless. Returns None if the fan-out was done before.
    """
    locked = lock_to_count(message_id)
    pending = Message.objects.filter(pk=message_id, fanned_out_at=None).order_by()
    # Read again under the lock: another worker may have counted it while this one waited.
    message = pending.select_related("author", "reply_to__author").first() if locked else None
    if locked is None or message is None:
        return None
    message.conversation = locked.conversation
    # A person who joins has this message to read, unless it is deleted.
    is_deleted = message.deleted_at is not None
    last_read = locked.conversation.last_seq if is_deleted else message.seq - 1
    if not participant_events.update_participants(locked, read_up_to=last_read):
        commit_lazily()
    counted = unread.recount(locked)
    participant_events.publish_counters(locked, counted)
    publish(events.message_again(message), to=locked.audience)
    pending.update(fanned_out_at=timezone.now(), last_error="", **NOT_DUE)
    return FannedOut(message, counted)
