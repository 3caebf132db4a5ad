"""Register the devices of a person, and push to all of them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from core.ids import new_id
from core.models import User
from notifications.delivery.batch import Batch
from notifications.delivery.result import SendResult, SendStatus
from notifications.models import DevicePush, PushSubscription
from notifications.planning import rules
from notifications.push import webpush
from notifications.push.payload import DIGEST_TOPIC, Notice, notice_of, test_notice
from notifications.push.webpush import Push, Subscription, Urgency

# Enough for a phone, a tablet and a computer with two browsers each. The oldest is forgotten.
DEVICES_PER_PERSON = 10


@dataclass(frozen=True)
class Attempt:
    """A push to one device, to be sent now."""

    row: DevicePush
    notice: Notice

    def make(self) -> SendResult:
        """Call the push service. Uses no database: it runs in a thread of its own."""
        result = webpush.send(self._subscription, self._push(is_short=False))
        if result.status == SendStatus.TOO_LARGE:
            return webpush.send(self._subscription, self._push(is_short=True))
        return result

    @property
    def _subscription(self) -> Subscription:
        device = self.row.subscription
        return Subscription(device.endpoint, device.p256dh, device.auth)

    def _push(self, *, is_short: bool) -> Push:
        # `sends` was read before this attempt was counted.
        payload = self.notice.payload(self.row.pk, is_repeat=self.row.sends > 0, is_short=is_short)
        is_digest = self.notice.tag == DIGEST_TOPIC
        return Push(payload, self.notice.tag, Urgency.NORMAL if is_digest else Urgency.HIGH)


def push_to_all(batch: Batch) -> list[SendResult]:
    """Push a batch to each device of its recipient that does not have it yet.

    Return one result for each device, also for those that had the batch before. Empty if the
    person has no device.
    """
    rows = _rows(batch.id, PushSubscription.objects.filter(user=batch.recipient))
    earliest = min(delivery.message.created_at for delivery in batch.deliveries)
    notice = notice_of(
        batch.id,
        batch.recipient,
        batch.deliveries,
        alerts=rules.alerts(earliest, batch.last_push_at),
        is_discreet=batch.preference.is_discreet,
    )
    without_calling = {row.pk: _result_without_calling(row) for row in rows}
    attempts = [Attempt(row, notice) for row in rows if without_calling[row.pk] is None]
    return [result for result in without_calling.values() if result] + _call(attempts)


def push_test(device: PushSubscription) -> SendResult:
    """Push a test notification to one device."""
    batch_id = new_id()
    notice = test_notice(batch_id, device.user)
    rows = _rows(batch_id, PushSubscription.objects.filter(pk=device.pk))
    return _call([Attempt(row, notice) for row in rows])[0]


def _rows(batch_id: UUID, devices: QuerySet[PushSubscription]) -> list[DevicePush]:
    subscriptions = list(devices)
    DevicePush.objects.bulk_create(
        [DevicePush(envelope=batch_id, subscription=each) for each in subscriptions],
        ignore_conflicts=True,
    )
    rows = DevicePush.objects.filter(envelope=batch_id, subscription__in=subscriptions)
    return list(rows.select_related("subscription"))


def _result_without_calling(row: DevicePush) -> SendResult | None:
    """Return the result of a push that was accepted or refused or has to wait. Else return None."""
    if row.accepted_at:
        return SendResult(SendStatus.ACCEPTED)
    if row.refused_at:
        return SendResult(SendStatus.REFUSED, "refused before")
    paused_until = row.subscription.paused_until
    if paused_until and (wait := paused_until - timezone.now()).total_seconds() > 0:
        return SendResult(SendStatus.LATER, "the push service asked to wait", wait)
    return None


def _call(attempts: list[Attempt]) -> list[SendResult]:
    if not attempts:
        return []
    # Counted and committed before it is made: a worker that is killed then may have sent it.
    DevicePush.objects.filter(pk__in=[each.row.pk for each in attempts]).update(
        sends=F("sends") + 1
    )
    with ThreadPoolExecutor(max_workers=len(attempts)) as threads:
        results = list(threads.map(Attempt.make, attempts))
    for attempt, result in zip(attempts, results, strict=True):
        _note(attempt, result)
    return results


@transaction.atomic
def _note(attempt: Attempt, result: SendResult) -> None:
    row, now = attempt.row, timezone.now()
    device = PushSubscription.objects.filter(pk=row.subscription_id)
    match result.status:
        case SendStatus.ACCEPTED:
            push = DevicePush.objects.filter(pk=row.pk)
            push.update(accepted_at=now)
            device.exclude(key_refused_at=None).update(key_refused_at=None)
            # The device may have acknowledged before the push service answered. Silent updates do
            # not count: a phone that is slow for ten seconds would look silent.
            if attempt.notice.alerts and push.filter(displayed_at=None).exists():
                device.update(undisplayed_count=F("undisplayed_count") + 1)
        case SendStatus.GONE:
            device.delete()
        case SendStatus.LATER:
            _note_wait(row, result, now)
        case SendStatus.REFUSED | SendStatus.TOO_LARGE:
            DevicePush.objects.filter(pk=row.pk).update(refused_at=now)


def _note_wait(row: DevicePush, result: SendResult, now: datetime) -> None:
    if result.is_certain:
        # The device got nothing, so the next attempt is no repeat and may make a sound.
        DevicePush.objects.filter(pk=row.pk).update(sends=F("sends") - 1)
    device = PushSubscription.objects.filter(pk=row.subscription_id)
    if result.retry_after:
        device.update(paused_until=now + result.retry_after)
    if result.refuses_key:
        device.update(key_refused_at=now)


@transaction.atomic
def register(
    user: User, subscription: Subscription, *, label: str, session_key: str
) -> PushSubscription:
    """Record that a browser may be pushed to. It is no longer a device of another person.

    What the same session registered before is deleted: a session is one browser, and a browser has
    one endpoint. The person's oldest devices beyond ten are deleted too. Raises ForbiddenAddress or
    BadSubscription.
    """
    subscription.check()
    device, _ = PushSubscription.objects.update_or_create(
        endpoint=subscription.endpoint,
        defaults={
            "user": user,
            "p256dh": subscription.p256dh,
            "auth": subscription.auth,
            "session_key": session_key,
            "registered_at": timezone.now(),
            **({"label": label} if label else {}),
        },
    )
    if session_key:
        PushSubscription.objects.filter(session_key=session_key).exclude(pk=device.pk).delete()
    mine = PushSubscription.objects.filter(user=user).order_by("-registered_at")
    kept = list(mine.values_list("pk", flat=True)[:DEVICES_PER_PERSON])
    mine.exclude(pk__in=kept).delete()
    return device
