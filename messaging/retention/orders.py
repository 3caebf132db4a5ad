"""Order purges: by the rules each day, or by hand; and say what would go before anything does."""

from collections.abc import Iterable, Iterator
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.audit.record import Action, Thing, record
from core.jobs.enqueue import Job, enqueue
from core.jobs.lease import reset_attempts
from core.models import Chantier, User
from core.web.errors import NotAllowed, Refusal
from messaging.models import Conversation, LegalHold, MessageAttachment, Note, PurgeOrder
from messaging.retention import holds, rules
from messaging.retention.rules import Because

# Of one daily run. What is left comes the next day.
ORDERED_AT_ONCE = 2_000
AT_A_TIME = 200

Json = dict[str, Any]


class NotOver(Refusal):
    default_code = "not_over"
    default_detail = _("It is still in use. Archive the chantier or close the conversation first.")


class PurgeNeedsReason(Refusal):
    default_code = "purge_needs_reason"
    default_detail = _("Say why this is deleted before its time.")


def pending_orders() -> QuerySet[PurgeOrder]:
    """Return the purges that are not over; without `due_at`, all attempts have failed."""
    return PurgeOrder.objects.filter(done_at=None, stopped_at=None)


def order_what_is_over() -> int:
    """Order the purge of what the rules say, but what is held; return how many. Once a day."""
    ordered = 0
    for conversations, because in _over():
        ordered += order(conversations, because)
        if ordered >= ORDERED_AT_ONCE:
            break
    return ordered


def order_by_hand(by: User | None, conversations: QuerySet[Conversation], reason: str) -> int:
    """Order a purge before its time; return of how many conversations. None: from the server.

    Raises NotAllowed for all but managers, PurgeNeedsReason, or NotOver if any is in use.
    """
    if by is not None and by.role != User.Role.MANAGER:
        raise NotAllowed
    if not reason.strip():
        raise PurgeNeedsReason
    rows = conversations.filter(purged_at=None).select_related("chantier")
    if not all(map(rules.may_be_purged, rows.iterator(chunk_size=AT_A_TIME))):
        raise NotOver
    because = Because(reason=reason.strip())
    count = sum(order(batch, because, by=by) for batch in _batches(rows))
    record(by, Action.PURGE_ORDERED, None, {"conversations": count, "reason": because.reason})
    return count


@transaction.atomic
def order(conversations: Iterable[Conversation], because: Because, by: User | None = None) -> int:
    """Write the orders of conversations that nothing holds, and wake a worker up for each."""
    rows = list(conversations)
    held = holds.all_on(rows)
    free = [row for row in rows if row.pk not in held]
    known = PurgeOrder.objects.filter(conversation__in=free)
    stopped = known.filter(stopped_at__isnull=False).values_list("pk", flat=True)
    again = list(stopped.select_for_update())
    columns = {"scope": because.scope, "years": because.years, "reason": because.reason}
    PurgeOrder.objects.filter(pk__in=again).update(
        **reset_attempts(), **columns, ordered_by=by, ordered_at=timezone.now(), stopped_at=None
    )
    has_one = set(known.values_list("conversation", flat=True))
    new = PurgeOrder.objects.bulk_create(
        (
            PurgeOrder(conversation=row, ordered_by=by, **columns)
            for row in free
            if row.pk not in has_one
        ),
        ignore_conflicts=True,
    )
    ids = [*again, *(each.pk for each in new)]
    for order_id in ids:
        enqueue(Job.PURGE_CONVERSATION, order_id=order_id)
    return len(ids)


def of_chantier(chantier_id: UUID) -> QuerySet[Conversation]:
    return Conversation.objects.filter(chantier=chantier_id, purged_at=None)


def _over() -> Iterator[tuple[list[Conversation], Because]]:
    """Yield what is over by the rules, in batches, with the reason, but what was ordered."""
    for rule, conversations in rules.all_over():
        waiting = pending_orders().values("conversation")
        rows = conversations.exclude(pk__in=waiting).select_related("chantier", "client")
        for batch in _batches(rows):
            yield batch, Because(rule.scope, rule.years)


def _batches(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    """Read rows by their ids, so that what is changed in between does not shift a page."""
    last: UUID | None = None
    while True:
        following = rows.filter(pk__gt=last) if last else rows
        batch = list(following.order_by("pk")[:AT_A_TIME])
        if not batch:
            return
        yield batch
        last = batch[-1].pk


# --- What would go -------------------------------------------------------------------------------


def report(chantier: Chantier | None = None, *, by: User | None = None) -> Json:
    """Say what would be purged now, and what is held and why. The audit alone knows it was asked.

    By the rules; of one chantier whatever its time, as if ordered by hand. `bytes` are those of the
    files as they were sent and as they are given out, without previews and earlier versions.
    """
    would_go: list[Json] = []
    held: list[Json] = []
    batches = _over() if chantier is None else _of_one(chantier)
    for batch, because in batches:
        on = holds.all_on(batch)
        sizes = _sizes_of([row.pk for row in batch])
        for row in batch:
            shown = {**_shown(row, because), **sizes[row.pk]}
            if hold := on.get(row.pk):
                held.append({**shown, "hold": hold_shape(hold)})
            else:
                would_go.append(shown)
    details = {"conversations": len(would_go), "held": len(held)}
    thing = Thing("core.chantier", str(chantier.pk), chantier.name) if chantier else None
    record(by, Action.PURGE_PREVIEWED, thing, details)
    return {
        "would_go": would_go,
        "held": held,
        "totals": {
            "conversations": len(would_go),
            "held": len(held),
            **{name: sum(row[name] for row in would_go) for name in SIZES},
        },
    }


SIZES = ("messages", "files", "bytes", "notes")


def _of_one(chantier: Chantier) -> Iterator[tuple[list[Conversation], Because]]:
    rows = of_chantier(chantier.pk).select_related("chantier", "client")
    for batch in _batches(rows):
        yield batch, Because()


def _shown(row: Conversation, because: Because) -> Json:
    return {
        "conversation": str(row.pk),
        "subject": row.subject,
        "client": row.client.name,
        "chantier": row.chantier.name if row.chantier else None,
        "rule": because.scope,
        "years": because.years,
    }


def _sizes_of(ids: list[UUID]) -> dict[UUID, Json]:
    sizes: dict[UUID, Json] = {key: dict.fromkeys(SIZES, 0) for key in ids}
    counted = Conversation.objects.filter(pk__in=ids).annotate(
        count=Count("messages", filter=Q(messages__deleted_at=None))
    )
    for key, count in counted.values_list("pk", "count"):
        sizes[key]["messages"] = count
    size = Sum(F("attachment__size") + Coalesce("attachment__shared_size", 0))
    links = MessageAttachment.objects.filter(message__conversation__in=ids).order_by()
    of_files = links.values_list("message__conversation").annotate(count=Count("pk"), size=size)
    for key, count, size_of_files in of_files:
        sizes[key] |= {"files": count, "bytes": size_of_files}
    notes = Note.objects.filter(conversation__in=ids).values_list("conversation").order_by()
    for key, count in notes.annotate(count=Count("pk")):
        sizes[key]["notes"] = count
    return sizes


def hold_shape(hold: LegalHold) -> Json:
    """Return a hold for a report: on what, why, by whom and since when."""
    return {
        "id": str(hold.pk),
        "on": hold.on,
        "reason": hold.reason,
        "by": hold.placed_by.name,
        "since": hold.placed_at.isoformat(),
    }


# --- What was ordered ----------------------------------------------------------------------------


def ordered() -> QuerySet[PurgeOrder]:
    """Return all purges, the newest first."""
    return PurgeOrder.objects.select_related(
        "conversation__client", "conversation__chantier", "ordered_by"
    )


def order_shape(row: PurgeOrder) -> Json:
    """Return an order for a list that is kept outside of the database."""
    return {
        "conversation": str(row.conversation_id),
        "client": row.conversation.client.name,
        "chantier": row.conversation.chantier.name if row.conversation.chantier else None,
        "rule": row.scope,
        "years": row.years,
        "reason": row.reason,
        "state": state_of(row),
        "ordered_at": row.ordered_at.isoformat(),
        "done_at": row.done_at.isoformat() if row.done_at else None,
        "counts": row.counts,
    }


def state_of(row: PurgeOrder) -> str:
    """Return done, stopped, failed, under_way or waiting."""
    if row.done_at:
        return "done"
    if row.stopped_at:
        return "stopped"
    if row.due_at is None:
        return "failed"
    return "under_way" if row.began_at else "waiting"
