"""Handing an batch over, and noting what became of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from django.db import transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from core.jobs.lease import NOT_DUE, backoff_after, due_again
from notifications import queries
from notifications.delivery import events
from notifications.delivery.batch import MAX_ATTEMPTS, Batch
from notifications.delivery.result import SendResult, SendStatus
from notifications.models import Channel, Delivery
from notifications.outbound_email import message
from notifications.outbound_email import send as outbound_email
from notifications.planning import rules
from notifications.push import devices

logger = structlog.get_logger(__name__)


class SendOutcome(StrEnum):
    """What became of an batch."""

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


def send(batch: Batch) -> BatchResult:
    """Hand an batch over, outside of any transaction: this may take seconds."""
    if batch.channel == Channel.EMAIL:
        return _ended(outbound_email.send(message.message_of(batch)))
    answers = devices.push_to_all(batch)
    if not answers:
        return BatchResult(SendOutcome.NO_DEVICE)
    return _together(answers)


@transaction.atomic
def settle(batch: Batch, result: BatchResult) -> None:
    """Note the outcome on every delivery of the batch, and tell the authors.

    What was acknowledged in the meantime is displayed already, and stays so.
    """
    rows = queries.locked(
        Delivery.objects.filter(envelope=batch.id, status=Delivery.Status.SENDING)
    )
    now = timezone.now()
    match result.outcome:
        case SendOutcome.SENT:
            rows.update(**_closed(Delivery.Status.SENT), sent_at=now)
        case SendOutcome.NO_DEVICE:
            rows.update(**_closed(Delivery.Status.SKIPPED), reason=rules.Skip.NO_DEVICE)
        case SendOutcome.FAILED:
            rows.update(**_closed(Delivery.Status.FAILED, result.detail))
        case SendOutcome.LATER if batch.attempts >= MAX_ATTEMPTS:
            rows.update(**_closed(_given_up(), result.detail))
        case SendOutcome.LATER:
            rows.update(**_postponed(batch, result, now))
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


def _ended(sent: SendResult) -> BatchResult:
    match sent.status:
        case SendStatus.ACCEPTED:
            return BatchResult(SendOutcome.SENT)
        case SendStatus.LATER:
            return BatchResult(SendOutcome.LATER, sent.detail, sent.retry_after)
    return BatchResult(SendOutcome.FAILED, sent.detail)


def _together(answers: list[SendResult]) -> BatchResult:
    """What the answers of a person's devices amount to."""
    accepted = any(sent.status == SendStatus.ACCEPTED for sent in answers)
    waiting = [sent for sent in answers if sent.status == SendStatus.LATER]
    if waiting:
        waits = [sent.retry_after for sent in waiting if sent.retry_after]
        soonest = min(waits) if len(waits) == len(waiting) else None
        return BatchResult(SendOutcome.LATER, waiting[0].detail, soonest, is_partly_sent=accepted)
    if accepted:
        return BatchResult(SendOutcome.SENT)
    return BatchResult(SendOutcome.FAILED, answers[0].detail)


def _closed(status: object, error: str = "") -> dict[str, object]:
    return {"status": status, "last_error": error, **NOT_DUE}


def _given_up() -> Case:
    return Case(
        When(sent_at__isnull=False, then=Value(Delivery.Status.SENT)),
        default=Value(Delivery.Status.DEAD),
    )


def _postponed(batch: Batch, result: BatchResult, now: datetime) -> dict[str, object]:
    wait = result.retry_after or backoff_after(batch.attempts)
    return {
        "status": Delivery.Status.PENDING,
        "sent_at": Coalesce("sent_at", Value(now)) if result.is_partly_sent else F("sent_at"),
        **due_again(now + wait, result.detail),
    }


def _hurry_emails(batch: Batch, now: datetime) -> None:
    """No device of this person shows anything: their emails leave as for somebody without one."""
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
