"""Handing an envelope over, and noting what became of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import structlog
from django.db import transaction
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from core.owed import backoff_after
from notifications import devices, events, mails, queries, rules
from notifications.envelopes import MAX_ATTEMPTS, Envelope
from notifications.models import Channel, Delivery
from notifications.transports import Answer, Verdict, email

logger = structlog.get_logger(__name__)


class End(StrEnum):
    """What became of an envelope."""

    SENT = "sent"
    FAILED = "failed"
    NO_DEVICE = "no_device"
    LATER = "later"


@dataclass(frozen=True)
class Outcome:
    end: End
    detail: str = ""
    retry_after: timedelta | None = None
    # Some devices have it, others are to be tried again.
    is_partly_sent: bool = False


def send(envelope: Envelope) -> Outcome:
    """Hand an envelope over, outside of any transaction: this may take seconds."""
    if envelope.channel == Channel.EMAIL:
        return _ended(email.send(mails.message_of(envelope)))
    answers = devices.push_to_all(envelope)
    if not answers:
        return Outcome(End.NO_DEVICE)
    return _together(answers)


@transaction.atomic
def settle(envelope: Envelope, outcome: Outcome) -> None:
    """Note the outcome on every delivery of the envelope, and tell the authors.

    What was acknowledged in the meantime is displayed already, and stays so.
    """
    rows = queries.locked(
        Delivery.objects.filter(envelope=envelope.id, status=Delivery.Status.SENDING)
    )
    now = timezone.now()
    match outcome.end:
        case End.SENT:
            rows.update(**_closed(Delivery.Status.SENT), sent_at=now)
        case End.NO_DEVICE:
            rows.update(**_closed(Delivery.Status.SKIPPED), reason=rules.Skip.NO_DEVICE)
        case End.FAILED:
            rows.update(**_closed(Delivery.Status.FAILED, outcome.detail))
        case End.LATER if envelope.attempts >= MAX_ATTEMPTS:
            rows.update(**_closed(_given_up(), outcome.detail))
        case End.LATER:
            rows.update(**_postponed(envelope, outcome, now))
    if envelope.channel == Channel.PUSH and outcome.end in (End.NO_DEVICE, End.FAILED):
        _hurry_emails(envelope, now)
    if outcome.detail:
        logger.warning(
            "delivery_not_made", envelope=str(envelope.id), end=outcome.end, error=outcome.detail
        )
    events.publish_deliveries([delivery.message for delivery in envelope.deliveries])


def _ended(answer: Answer) -> Outcome:
    match answer.verdict:
        case Verdict.ACCEPTED:
            return Outcome(End.SENT)
        case Verdict.LATER:
            return Outcome(End.LATER, answer.detail, answer.retry_after)
    return Outcome(End.FAILED, answer.detail)


def _together(answers: list[Answer]) -> Outcome:
    """What the answers of a person's devices amount to."""
    accepted = any(answer.verdict == Verdict.ACCEPTED for answer in answers)
    waiting = [answer for answer in answers if answer.verdict == Verdict.LATER]
    if waiting:
        waits = [answer.retry_after for answer in waiting if answer.retry_after]
        soonest = min(waits) if len(waits) == len(waiting) else None
        return Outcome(End.LATER, waiting[0].detail, soonest, is_partly_sent=accepted)
    if accepted:
        return Outcome(End.SENT)
    return Outcome(End.FAILED, answers[0].detail)


def _closed(status: object, error: str = "") -> dict[str, object]:
    return {"status": status, "due_at": None, "leased_until": None, "last_error": error}


def _given_up() -> Case:
    return Case(
        When(sent_at__isnull=False, then=Value(Delivery.Status.SENT)),
        default=Value(Delivery.Status.DEAD),
    )


def _postponed(envelope: Envelope, outcome: Outcome, now: datetime) -> dict[str, object]:
    wait = outcome.retry_after or backoff_after(envelope.attempts)
    return {
        "status": Delivery.Status.PENDING,
        "due_at": now + wait,
        "leased_until": None,
        "last_error": outcome.detail,
        "sent_at": Coalesce("sent_at", Value(now)) if outcome.is_partly_sent else F("sent_at"),
    }


def _hurry_emails(envelope: Envelope, now: datetime) -> None:
    """No device of this person shows anything: their emails leave as for somebody without one."""
    if envelope.preference.email_delay_minutes is not None:
        return
    emails = Delivery.objects.filter(
        recipient=envelope.recipient,
        channel=Channel.EMAIL,
        message__in=[delivery.message_id for delivery in envelope.deliveries],
        status=Delivery.Status.PENDING,
        is_digest=False,
        attempts=0,
    )
    soon = Value(now + rules.EMAIL_DELAY_WITHOUT_DEVICE)
    queries.locked(emails).update(due_at=Least(F("due_at"), soon))
