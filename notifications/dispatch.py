"""Send a batch, and write what became of it on its deliveries."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from django.db import transaction
from django.db.models import Case, F, QuerySet, Value, When
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from core.jobs.enqueue import QUEUES, Job
from core.jobs.lease import NOT_DUE, backoff_after, due_again, is_free
from core.jobs.outcome import WorkFailed
from core.telemetry import tracing
from notifications import email_failures, queries
from notifications.delivery import events, outgoing
from notifications.delivery.batch import MAX_ATTEMPTS, Batch
from notifications.delivery.result import SendResult, SendStatus
from notifications.models import Channel, Delivery
from notifications.outbound_email.batch_email import send_batch
from notifications.planning import rules
from notifications.push import devices

logger = structlog.get_logger(__name__)


class SendOutcome(StrEnum):
    """What became of a batch."""

    SENT = "sent"
    FAILED = "failed"
    NO_DEVICE = "no_device"
    LATER = "later"


@dataclass(frozen=True)
class BatchResult:
    outcome: SendOutcome
    # What the other sides said that did not take it, one a line.
    detail: str = ""
    retry_after: timedelta | None = None
    # Some devices have it, others are to be tried again.
    is_partly_sent: bool = False
    # False: every device had it before or has to wait, so nothing was asked.
    is_called: bool = True
    # Why an email was refused.
    cause: str = ""


def send(batch: Batch) -> BatchResult:
    """Send a batch. Call this outside of any transaction: it may take seconds."""
    messages = (delivery.message_id for delivery in batch.deliveries)
    with tracing.continued(f"deliver {batch.channel}", QUEUES[Job.DELIVER].value, messages) as step:
        result = _sent(batch)
        if result.outcome in (SendOutcome.FAILED, SendOutcome.LATER):
            step.fail(result.outcome.value)
        return result


def _sent(batch: Batch) -> BatchResult:
    if batch.channel == Channel.EMAIL:
        return _outcome_of_email(send_batch(batch))
    return _outcome_of_pushes(devices.push_to_all(batch))


@transaction.atomic
def settle(batch: Batch, result: BatchResult) -> None:
    """Write the result on every delivery of the batch, and tell the authors.

    A delivery that a device has displayed ends as displayed, however the other devices ended.
    """
    rows = queries.locked(
        Delivery.objects.filter(envelope=batch.id, status=Delivery.Status.SENDING)
    )
    now = timezone.now()
    match result.outcome:
        case SendOutcome.SENT:
            _close(rows, Delivery.Status.SENT, result, sent_at=Coalesce("sent_at", Value(now)))
        case SendOutcome.NO_DEVICE:
            _close(rows, Delivery.Status.SKIPPED, result, reason=rules.Skip.NO_DEVICE)
        case SendOutcome.FAILED:
            _close(rows, Delivery.Status.FAILED, result, reason=result.cause)
        case SendOutcome.LATER if batch.attempts >= MAX_ATTEMPTS:
            _close(rows, Delivery.Status.DEAD, result)
        case SendOutcome.LATER:
            _postpone(rows, batch, result, now)
    if batch.channel == Channel.PUSH and result.outcome in (
        SendOutcome.NO_DEVICE,
        SendOutcome.FAILED,
    ):
        _hurry_emails(batch, now)
    if result.detail:
        logger.warning(
            "delivery_not_made", envelope=str(batch.id), end=result.outcome, error=result.detail
        )
    if result.outcome in (SendOutcome.FAILED, SendOutcome.LATER):
        outgoing.failures_written(delivery.pk for delivery in batch.deliveries)
    events.publish_deliveries([delivery.message for delivery in batch.deliveries])


def work_done(batch: Batch, result: BatchResult) -> bool | WorkFailed | None:
    """Return how the attempt ended, for its record: None if nobody was asked."""
    if not result.is_called:
        return None
    if not result.detail:
        return True
    is_last = result.outcome == SendOutcome.LATER and batch.attempts >= MAX_ATTEMPTS
    is_email = batch.channel == Channel.EMAIL
    detail = email_failures.text_of(result.detail) if is_email else result.detail
    return WorkFailed(detail, is_given_up=is_last and not result.is_partly_sent)


def _outcome_of_email(result: SendResult) -> BatchResult:
    match result.status:
        case SendStatus.ACCEPTED:
            return BatchResult(SendOutcome.SENT)
        case SendStatus.LATER:
            return BatchResult(SendOutcome.LATER, result.detail, result.retry_after)
    return BatchResult(SendOutcome.FAILED, result.detail, cause=result.cause)


def _outcome_of_pushes(results: list[SendResult]) -> BatchResult:
    """Return one result for all devices of a person: LATER while one of them is to be tried again.

    The soonest `retry_after` counts, unless a device that waits gave none.
    """
    if not results:
        return BatchResult(SendOutcome.NO_DEVICE)
    accepted = [each for each in results if each.status == SendStatus.ACCEPTED]
    waiting = [each for each in results if each.status == SendStatus.LATER]
    is_called = any(each.is_called for each in results)
    if waiting:
        waits = [each.retry_after for each in waiting if each.retry_after]
        soonest = min(waits) if len(waits) == len(waiting) else None
        return BatchResult(
            SendOutcome.LATER,
            _details(results),
            soonest,
            is_partly_sent=bool(accepted),
            is_called=is_called,
        )
    if accepted:
        refused = [each for each in results if each.status != SendStatus.GONE]
        return BatchResult(SendOutcome.SENT, _details(refused), is_called=is_called)
    return BatchResult(SendOutcome.FAILED, _details(results), is_called=is_called)


def _details(results: list[SendResult]) -> str:
    """Return what was said, each once. What is to be tried again comes first."""
    ordered = sorted(results, key=lambda each: each.status != SendStatus.LATER)
    return "\n".join(dict.fromkeys(each.detail for each in ordered if each.detail))


@transaction.atomic
def skip_due_before(moment: datetime) -> int:
    """End the deliveries that were due before a moment as not sent; return how many.

    For what a copy held back. What a device had already ends as that.
    """
    late = queries.pending_deliveries().filter(is_free(), due_at__lt=moment)
    rows = queries.locked(late)
    count = rows.count()
    result = BatchResult(SendOutcome.NO_DEVICE)
    _close(rows, Delivery.Status.SKIPPED, result, reason=rules.Skip.HELD_BACK)
    return count


def _close(
    rows: QuerySet[Delivery], status: Delivery.Status, result: BatchResult, **more: object
) -> None:
    """End deliveries with a status, or with the better one that an earlier attempt reached."""
    ended = Case(
        When(displayed_at__isnull=False, then=Value(Delivery.Status.DISPLAYED)),
        When(sent_at__isnull=False, then=Value(Delivery.Status.SENT)),
        default=Value(status),
    )
    rows.update(status=ended, last_error=result.detail, **NOT_DUE, **more)


def _postpone(rows: QuerySet[Delivery], batch: Batch, result: BatchResult, now: datetime) -> None:
    due_at = now + (result.retry_after or backoff_after(batch.attempts))
    rows.update(
        status=Delivery.Status.PENDING,
        sent_at=Coalesce("sent_at", Value(now)) if result.is_partly_sent else F("sent_at"),
        **due_again(due_at, result.detail),
    )


def _hurry_emails(batch: Batch, now: datetime) -> None:
    """Make the emails of these messages due as for a person without a device.

    A delay that the person chose stays.
    """
    if batch.preference.email_delay_minutes is not None:
        return
    emails = Delivery.objects.filter(
        recipient=batch.recipient,
        channel=Channel.EMAIL,
        message__in=[delivery.message_id for delivery in batch.deliveries],
        status=Delivery.Status.PENDING,
        is_digest=False,
        attempts=0,
    )
    soon = Value(now + rules.EMAIL_DELAY_WITHOUT_DEVICE)
    queries.locked(emails).update(due_at=Least(F("due_at"), soon))
