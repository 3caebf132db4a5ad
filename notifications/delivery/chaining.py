"""Chain what became of deliveries, soon after: whoever sends them does not wait for the chain.

What is not chained yet is in the rows (`models.UNCHAINED`), so nothing is lost or chained twice.
"""

import time
from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from messaging.chain.contents import NewEntry, delivered
from messaging.conversation import chaining
from messaging.conversation.lock import lock
from notifications.models import UNCHAINED, Delivery

AT_A_RUN_SECONDS = 10
CONVERSATIONS_AT_ONCE = 100
DELIVERIES_AT_ONCE = 500


def catch_up(seconds: float = AT_A_RUN_SECONDS) -> int:
    """Chain statuses that are not chained, for about so long; return how many."""
    until, count = time.monotonic() + seconds, 0
    after = UUID(int=0)
    while time.monotonic() < until:
        unchained = Delivery.objects.filter(UNCHAINED, conversation__gt=after)
        ids = unchained.order_by("conversation").values_list("conversation", flat=True).distinct()
        batch = list(ids[:CONVERSATIONS_AT_ONCE])
        if not batch:
            break
        for conversation_id in batch:
            if time.monotonic() >= until:
                break
            count += _chain(conversation_id)
            after = conversation_id
    return count


@transaction.atomic
def _chain(conversation_id: UUID) -> int:
    """Chain the deliveries of a conversation, but those that somebody is just writing."""
    locked = lock(conversation_id)
    rows = Delivery.objects.filter(UNCHAINED, conversation=conversation_id)
    # Not waited for: their writer may wait for the conversation.
    free = rows.select_for_update(skip_locked=True, of=("self",), no_key=True)
    found = list(free.order_by("seq", "pk")[:DELIVERIES_AT_ONCE])
    chaining.record(locked, [_entry(each) for each in found])
    _mark(found)
    return len(found)


def _entry(delivery: Delivery) -> NewEntry:
    return delivered(
        delivery.pk,
        delivery.recipient_id,
        delivery.seq,
        channel=delivery.channel,
        status=delivery.status,
    )


def _mark(deliveries: Iterable[Delivery]) -> None:
    by_status: dict[str, list[UUID]] = {}
    for each in deliveries:
        by_status.setdefault(each.status, []).append(each.pk)
    for status, ids in by_status.items():
        Delivery.objects.filter(pk__in=ids).update(chained_status=status)
