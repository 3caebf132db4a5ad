"""Compare the unread counters with a recount every hour, repair the wrong ones and report them.

Counters are counted from rows under the conversation's lock, so none should ever be wrong. This
audit checks it.
"""

from collections.abc import Iterator
from typing import TypedDict
from uuid import UUID

import structlog
from django.db import transaction

from core.jobs import progress
from messaging.conversation import lock, unread
from messaging.models import Conversation, Participant
from workers.models import CounterAudit

AT_A_TIME = 500
MAX_DRIFTS = 100

# By call: `is` cannot be written as a field of a class.
CounterDrift = TypedDict("CounterDrift", {"conversation": str, "user": str, "was": int, "is": int})

logger = structlog.get_logger(__name__)


def audit() -> str:
    """Compare every counter with its rows, repair the wrong ones and keep the result.

    Returns "wrong counters / conversations checked".
    """
    checked = 0
    drifts: list[CounterDrift] = []
    total = Conversation.objects.count()
    for conversation_ids in conversations_by_batch():
        progress.step(checked, max(total, checked), "comparing")
        checked += len(conversation_ids)
        for conversation_id in suspects(conversation_ids):
            drifts += repair(conversation_id)
    CounterAudit.objects.create(conversations=checked, drifts=drifts[:MAX_DRIFTS])
    if drifts:
        logger.error("counters_drifted", drifts=drifts[:MAX_DRIFTS])
    return f"{len(drifts)} / {checked}"


def conversations_by_batch() -> Iterator[list[UUID]]:
    last = UUID(int=0)
    rows = Conversation.objects.order_by("pk").values_list("pk", flat=True)
    while batch := list(rows.filter(pk__gt=last)[:AT_A_TIME]):
        yield batch
        last = batch[-1]


def suspects(conversation_ids: list[UUID]) -> set[UUID]:
    """Return the conversations with a counter that looks wrong without a lock.

    A conversation whose message is being counted at this moment may be among them.
    """
    people = Participant.objects.filter(conversation__in=conversation_ids, left_at=None)
    counted = unread.with_recount(people)
    return {row.conversation_id for row in counted if row.recount != row.unread_count}


@transaction.atomic
def repair(conversation_id: UUID) -> list[CounterDrift]:
    """Look again under the lock, repair the wrong counters and return them.

    While a message of the conversation is still to be counted, no counter is wrong.
    """
    locked = lock.lock(conversation_id)
    if locked.conversation.messages.filter(fanned_out_at=None, due_at__isnull=False).exists():
        return []
    people = Participant.objects.filter(conversation=conversation_id, left_at=None)
    wrong = [row for row in unread.with_recount(people) if row.recount != row.unread_count]
    if wrong:
        unread.recount(locked)
    return [
        {
            "conversation": str(conversation_id),
            "user": str(row.user_id),
            "was": row.unread_count,
            "is": row.recount,
        }
        for row in wrong
    ]
