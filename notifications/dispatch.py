"""Send a batch, and write what became of it on its deliveries."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from django.db import transaction
from django.db.models import Case, F, QuerySet, Value, When
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from core.jobs.lease import NOT_DUE, backoff_after, due_again
from notifications import queries
from notifications.delivery import events
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
    detail: str = ""
    retry_after: timedelta | None = None
    # Some devices have it, others are to be tried again.
    is_partly_sent: bool = False
    # Why an email was refused.
    cause: str = ""


def send(batch: Batch) -> BatchResult:
    """Send a batch. Call this outside of any transaction: it may take seconds."""
    if batch.channel == Channel.EMAIL:
        return _outcome_of_email(send_batch(batch))
    return _outcome_of_pushes(devices.push_to_all(batch))


@transaction.atomic
def settle(batch: Batch, result: BatchResult) -> None:
    """Write the result on every delivery of the batch, and tell the authors.

    A delivery that was acknowledged in the meantime is displayed already, and stays so.
    """
    rows = queries.locked(
        Delivery.objects.filter(envelope=batch.id, status=Delivery.Status.SENDING)
    )
    now = timezone.now()
    match result.outcome:
        case SendOutcome.SENT:
            _close(rows, Delivery.Status.SENT, sent_at=now)
        case SendOutcome.NO_DEVICE:
            _close(rows, Delivery.Status.SKIPPED, reason=rules.Skip.NO_DEVICE)
        case SendOutcome.FAILED:
            _close(rows, Delivery.Status.FAILED, last_error=result.detail, reason=result.cause)
        case SendOutcome.LATER if batch.attempts >= MAX_ATTEMPTS:
            _close(rows, _sent_to_some_or_dead(), last_error=result.detail)
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
    events.publish_deliveries([delivery.message for delivery in batch.deliveries])


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
    is_accepted = any(each.status == SendStatus.ACCEPTED for each in results)
    waiting = [each for each in results if each.status == SendStatus.LATER]
    if waiting:
        waits = [each.retry_after for each in waiting if each.retry_after]
        soonest = min(waits) if len(waits) == len(waiting) else None
        return BatchResult(
            SendOutcome.LATER, waiting[0].detail, soonest, is_partly_sent=is_accepted
        )
    if is_accepted:
        return BatchResult(SendOutcome.SENT)
    return BatchResult(SendOutcome.FAILED, results[0].detail)


def _close(
    rows: QuerySet[Delivery], status: str | Case, *, last_error: str = "", **more: object
) -> None:
    rows.update(status=status, last_error=last_error, **NOT_DUE, **more)


def _sent_to_some_or_dead() -> Case:
    return Case(
        When(sent_at__isnull=False, then=Value(Delivery.Status.SENT)),
        default=Value(Delivery.Status.DEAD),
    )


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
