"""Compare deliveries with what the chain of their conversation tells of them."""

from collections.abc import Iterator

from messaging.chain.faults import Fault, How, Thing
from messaging.chain.rebuilding import kept_by
from messaging.models import ChainEntry, Conversation
from messaging.queries.chain import MORE_CHECKS
from messaging.queries.chain_rows import fault
from messaging.queries.chain_told import Told
from notifications.models import Delivery

Status = Delivery.Status
FACTS = (Status.SENT, Status.DISPLAYED, Status.FAILED, Status.DEAD)
# After these it may be sent again, and then be anything.
MAY_CHANGE = (Status.FAILED, Status.DEAD)


def faults_of_deliveries(conversation: Conversation, told: Told) -> Iterator[Fault]:
    rows = Delivery.objects.filter(conversation=conversation).order_by("seq", "pk")
    seen = set()
    for row in rows.iterator(2_000):
        seen.add(row.pk)
        entry = told.deliveries.get(row.pk)
        if entry is not None:
            yield from _faults_of(row, entry, told)
        elif row.chained_status:
            subject = str(row.pk)
            yield Fault(
                How.INSERTED, Thing.DELIVERY, conversation.pk, None, row.seq, subject, row.status
            )
    for pk, entry in told.deliveries.items():
        # Of two people that were joined each delivery stays once.
        is_joined = entry.person in told.joined
        if pk not in seen and entry.salt is not None and not is_joined:
            yield fault(How.MISSING, Thing.DELIVERY, entry)


def _faults_of(row: Delivery, entry: ChainEntry, told: Told) -> Iterator[Fault]:
    if entry.salt is None:
        return
    kept = kept_by(entry)
    if told.person(row.recipient_id) != told.person(entry.person):
        yield fault(How.ALTERED, Thing.DELIVERY, entry, "its recipient")
    elif row.channel != kept.get("channel") or row.seq != entry.number:
        yield fault(How.ALTERED, Thing.DELIVERY, entry, "its channel or message")
    elif row.status != kept.get("status") and not _waits(row, kept.get("status", "")):
        detail = f"{row.status}, not {kept.get('status')}"
        yield fault(How.ALTERED, Thing.DELIVERY, entry, detail)


def _waits(row: Delivery, told: str) -> bool:
    """Tell whether the row may differ from the chain: a worker has not chained it yet."""
    if row.status in FACTS:
        return row.chained_status == told
    return row.is_resent or told in MAY_CHANGE


MORE_CHECKS.append(faults_of_deliveries)
