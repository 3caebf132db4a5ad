"""Send a delivery that is due, and write what became of it.

A success lets the next one of its lane leave. A failure is tried again, later each time, for a day
(PAUSES); then it is given up, waits for a person, and the next one leaves. An address that is gone,
or that has failed for three days, is paused.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from core.jobs.enqueue import Job, enqueue
from core.jobs.lease import NOT_DUE, due_again, is_free, reset_attempts
from core.jobs.outcome import TryAgain
from core.outgoing import feed
from notifications.webhook_models import WebhookDelivery, WebhookEndpoint
from notifications.webhooks import lanes, sending
from notifications.webhooks.sending import Answer

# Between the attempts: 24 hours in all.
PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 30, 120, 600, 1_800, 3_600, 7_200, 10_800, 14_400, 21_600, 26_400)
)
MAX_ATTEMPTS = len(PAUSES) + 1
FAILS_AT_MOST = timedelta(days=3)
# Longer than an attempt may last (`sending.DEADLINE_SECONDS`).
LEASE = timedelta(seconds=30)
# One after the other to each address: a slow one must not take all processes of a worker.
BUSY_PAUSE = timedelta(seconds=1)
# While an address fails: it may use up the whole time of each attempt.
FAILING_PAUSE = timedelta(seconds=30)
TOO_OLD = "Held back on a copy, then too old."
State = WebhookDelivery.State

logger = structlog.get_logger(__name__)


class WebhookFailed(TryAgain):
    """The address did not take it; another attempt may help."""


def send(delivery_id: UUID) -> None:
    """Send a delivery that the caller has leased. Raises WebhookFailed.

    Killed between the sending and its note, it is sent again under the same id.
    """
    rows = WebhookDelivery.objects.select_related("endpoint", "event")
    delivery = rows.filter(pk=delivery_id, state=State.PENDING).first()
    if delivery is None:
        return
    mine = WebhookDelivery.objects.filter(pk=delivery_id)
    if delivery.endpoint.is_paused:
        mine.update(state=State.HELD, **NOT_DUE)
    elif _is_busy(delivery):
        pause = FAILING_PAUSE if delivery.endpoint.failing_since else BUSY_PAUSE
        mine.update(**due_again(timezone.now() + pause), attempts=F("attempts") - 1)
    else:
        answer = sending.send(delivery.endpoint, feed.shown(delivery.event))
        _settle(delivery, answer)


def given_up(delivery_id: UUID, _reason: str) -> None:
    """Let the next one of the lane leave, when all attempts at this one have failed."""
    delivery = WebhookDelivery.objects.get(pk=delivery_id)
    if endpoint := lanes.lock(delivery.endpoint_id):
        lanes.release_first(endpoint, delivery.lane)


def give_up_due_before(moment: datetime) -> int:
    """Give up on what is older than a moment, and let the next of each lane leave; return how many.

    For what a copy held back. A replay sends it again. What waits for a paused address stays.
    """
    count = 0
    for endpoint_id in WebhookEndpoint.objects.filter(paused_at=None).values_list("pk", flat=True):
        with transaction.atomic():
            endpoint = lanes.lock(endpoint_id)
            if endpoint is not None and not endpoint.is_paused:
                open_ones = endpoint.deliveries.exclude(state=State.SENT).filter(is_free())
                late = open_ones.filter(created_at__lt=moment).exclude(
                    state=State.PENDING, due_at=None
                )
                count += late.update(state=State.PENDING, last_error=TOO_OLD, **NOT_DUE)
                lanes.release_first(endpoint)
    return count


def pause(endpoint: WebhookEndpoint, *, because: str = "") -> None:
    """Send nothing more to a locked address. `because`: Liaison stops, and tells the managers."""
    endpoint.paused_at = timezone.now()
    endpoint.paused_because = because
    endpoint.told_at = None
    endpoint.save(update_fields=["paused_at", "paused_because", "told_at"])
    under_way = endpoint.deliveries.filter(state=State.PENDING, due_at__isnull=False)
    under_way.update(state=State.HELD, **NOT_DUE)
    if because:
        WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**reset_attempts())
        enqueue(Job.TELL_OF_WEBHOOK, endpoint_id=endpoint.pk)
        logger.warning("webhook_paused", endpoint=str(endpoint.pk), because=because)
    feed.set_dispatched(WebhookEndpoint.objects.filter(paused_at=None).exists())


def _is_busy(delivery: WebhookDelivery) -> bool:
    """Return whether a worker began another one to this address before, and has not ended it."""
    began_before = Q(leased_until__lt=delivery.leased_until) | Q(
        leased_until=delivery.leased_until, pk__lt=delivery.pk
    )
    others = WebhookDelivery.objects.filter(
        began_before, endpoint=delivery.endpoint, state=State.PENDING,
        leased_until__gt=timezone.now(),
    )  # fmt: skip
    return others.exists()


def _settle(delivery: WebhookDelivery, answer: Answer) -> None:
    """Write the answer. Raises WebhookFailed after the commit if it is no success."""
    now = timezone.now()
    with transaction.atomic():
        endpoint = lanes.lock(delivery.endpoint_id)
        if endpoint is None:
            return
        said = {"answer_status": answer.status, "answer": answer.text}
        mine = WebhookDelivery.objects.filter(pk=delivery.pk, state=State.PENDING)
        if answer.is_success:
            mine.update(state=State.SENT, sent_at=now, last_error="", **NOT_DUE, **said)
            _note_success(endpoint)
            lanes.release_first(endpoint, delivery.lane)
            lanes.wake_postponed(endpoint)
            return
        mine.update(**said)
        _note_failure(endpoint, answer, now)
    raise WebhookFailed(answer.words, after=answer.retry_after)


def _note_success(endpoint: WebhookEndpoint) -> None:
    if endpoint.failing_since is not None:
        endpoint.failing_since = None
        endpoint.save(update_fields=["failing_since"])


def _note_failure(endpoint: WebhookEndpoint, answer: Answer, now: datetime) -> None:
    if endpoint.failing_since is None:
        endpoint.failing_since = now
        endpoint.save(update_fields=["failing_since"])
    has_failed_for_days = now - endpoint.failing_since >= FAILS_AT_MOST
    if not endpoint.is_paused and (answer.is_gone or has_failed_for_days):
        pause(endpoint, because=answer.words or str(answer.status))
