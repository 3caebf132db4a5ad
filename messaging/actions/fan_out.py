"""Count a message for everyone it concerns, and tell the open screens again."""

from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from core.jobs.lease import commit_lazily
from core.realtime.publish import publish
from messaging import events
from messaging.conversation import participant_events, unread
from messaging.conversation.lock import lock_to_count
from messaging.models import Message, Participant


class FannedOut(NamedTuple):
    message: Message
    # Everyone who takes part, counted.
    participants: list[Participant]


@transaction.atomic(savepoint=False)
def fan_out_message(message_id: UUID) -> FannedOut | None:
    """Count a message for everyone it concerns, and tell the open screens again.

    Whether it runs once, twice or late makes no difference. Returns None when nothing was owed
    any more.
    """
    locked = lock_to_count(message_id)
    pending = Message.objects.filter(pk=message_id, fanned_out_at=None).order_by()
    # Asked again under the lock: another worker may have counted it while we waited.
    message = pending.select_related("author").first() if locked else None
    if locked is None or message is None:
        return None
    message.conversation = locked.conversation
    # Whoever joins has this message to read; a tombstone leaves nothing.
    is_deleted = message.deleted_at is not None
    last_read = locked.conversation.last_seq if is_deleted else message.seq - 1
    if not participant_events.update_participants(locked, read_up_to=last_read):
        commit_lazily()
    counted = unread.recount(locked)
    participant_events.publish_counters(locked, counted)
    publish(events.message_again(message), to=locked.audience)
    pending.update(fanned_out_at=timezone.now(), due_at=None, leased_until=None, last_error="")
    return FannedOut(message, counted)
