"""The hourly comparison of the unread counters with a recount, which repairs and tells.

Counting from the rows under the conversation's lock leaves nothing to drift. This finds out.
"""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction

from core.jobs import progress
from messaging.conversation import lock, unread
from messaging.models import Conversation, Participant
from workers.models import CounterAudit

AT_A_TIME = 500
MAX_DRIFTS = 100

logger = structlog.get_logger(__name__)


def audit() -> str:
    """Compare every counter with its rows, repair the wrong ones, and keep what was found."""
    checked, drifts = 0, []
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
    """Return the conversations with a counter that is wrong at first sight.

    Without a lock: one whose message is being counted at this moment may be among them.
    """
    people = Participant.objects.filter(conversation__in=conversation_ids, left_at=None)
    counted = unread.with_recount(people)
    return {row.conversation_id for row in counted if row.recount != row.unread_count}


@transaction.atomic
def repair(conversation_id: UUID) -> list[dict[str, Any]]:
    """Look again under the lock, set what is wrong, and return it.

    Nothing is wrong while a message of the conversation is still to be counted.
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
