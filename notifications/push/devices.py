"""Push a batch to all devices of a person, and note for each device what became of it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from core import installation
from core.ids import new_id
from core.models import User
from core.telemetry import tracing
from notifications.delivery.batch import Batch
from notifications.delivery.result import SendResult, SendStatus
from notifications.models import DevicePush, PushSubscription
from notifications.push import sounds, webpush
from notifications.push.failure_count import count_failure
from notifications.push.payload import (
    DIGEST_TOPIC,
    LOUD,
    Notice,
    Sound,
    last_seqs,
    notice_of,
    test_notice,
)
from notifications.push.registration import note_gone
from notifications.push.still_unread import SeqByTag
from notifications.push.webpush import Push, Subscription, Urgency


@dataclass(frozen=True)
class Attempt:
    """A push to one device, to be sent now."""

    row: DevicePush
    notice: Notice
    sound: Sound = LOUD

    def make(self) -> SendResult:
        """Call the push service. Uses no database: it runs in a thread of its own."""
        result = webpush.send(self._subscription, self._push(is_short=False))
        if result.status == SendStatus.TOO_LARGE:
            return webpush.send(self._subscription, self._push(is_short=True))
        return result

    @property
    def is_heard(self) -> bool:
        return self.notice.alerts and self.sound.is_heard

    @property
    def _subscription(self) -> Subscription:
        device = self.row.subscription
        return Subscription(device.endpoint, device.p256dh, device.auth)

    def _push(self, *, is_short: bool) -> Push:
        payload = self.notice.payload(self.row.pk, sound=self.sound, is_short=is_short)
        is_digest = self.notice.tag == DIGEST_TOPIC
        return Push(payload, self.notice.tag, Urgency.NORMAL if is_digest else Urgency.HIGH)


def push_to_all(batch: Batch) -> list[SendResult]:
    """Push a batch to each device of its recipient that does not have it yet.

    Return one result for each device, also for those that had the batch before. Empty if the
    person has no device.
    """
    devices = PushSubscription.objects.filter(user=batch.recipient)
    rows = _rows(batch.id, devices, last_seqs(batch.deliveries))
    notice = notice_of(
        batch.id, batch.recipient, batch.deliveries, is_discreet=batch.preference.is_discreet
    )
    without_calling = {row.pk: _result_without_calling(row) for row in rows}
    called = [row for row in rows if without_calling[row.pk] is None]
    heard = sounds.sounds_of(called, batch.deliveries)
    attempts = [Attempt(row, notice, heard[row.pk]) for row in called]
    return [result for result in without_calling.values() if result] + _call(attempts)


def push_notice(recipient: User, notice: Notice) -> list[SendResult]:
    """Push a notification of its own to each device of a person that does not have it yet.

    Return one result for each device, as `push_to_all`.
    """
    rows = _rows(notice.batch_id, PushSubscription.objects.filter(user=recipient), {})
    without_calling = {row.pk: _result_without_calling(row) for row in rows}
    called = [row for row in rows if without_calling[row.pk] is None]
    attempts = [Attempt(row, notice, sounds.sound_of_notice(row)) for row in called]
    return [result for result in without_calling.values() if result] + _call(attempts)


def push_test(device: PushSubscription) -> SendResult:
    """Push a test notification to one device."""
    batch_id = new_id()
    notice = test_notice(batch_id, device.user)
    rows = _rows(batch_id, PushSubscription.objects.filter(pk=device.pk), {})
    return _call([Attempt(row, notice) for row in rows])[0]


@transaction.atomic
def _rows(batch_id: UUID, devices: QuerySet[PushSubscription], tells: SeqByTag) -> list[DevicePush]:
    # Locked, so that no logout deletes a device before its row is written.
    subscriptions = list(devices.select_for_update(no_key=True).order_by("pk"))
    DevicePush.objects.bulk_create(
        [DevicePush(envelope=batch_id, subscription=each, tells=tells) for each in subscriptions],
        ignore_conflicts=True,
    )
    rows = DevicePush.objects.filter(envelope=batch_id, subscription__in=subscriptions)
    return list(rows.select_related("subscription"))


def _result_without_calling(row: DevicePush) -> SendResult | None:
    """Return the result of a push that arrived or was refused or has to wait. Else return None."""
    if row.accepted_at or row.displayed_at:
        return SendResult(SendStatus.ACCEPTED, is_called=False)
    if row.refused_at:
        return SendResult(SendStatus.REFUSED, row.failure, is_called=False)
    paused_until = row.subscription.paused_until
    if paused_until and (wait := paused_until - timezone.now()) > timedelta():
        return SendResult(SendStatus.LATER, row.subscription.failure, wait, is_called=False)
    return None


def _call(attempts: list[Attempt]) -> list[SendResult]:
    if not attempts:
        return []
    if installation.is_copy():
        held = SendResult(SendStatus.LATER, str(installation.HeldBack()), is_called=False)
        return [held for _attempt in attempts]
    # Counted and committed before it is made: a worker that is killed then may have sent it.
    DevicePush.objects.filter(pk__in=[each.row.pk for each in attempts]).update(
        sends=F("sends") + 1, failure=""
    )
    with ThreadPoolExecutor(max_workers=len(attempts)) as threads:
        results = list(threads.map(tracing.carried(Attempt.make), attempts))
    for attempt, result in zip(attempts, results, strict=True):
        _note(attempt, result)
    return results


@transaction.atomic
def _note(attempt: Attempt, result: SendResult) -> None:
    row, now = attempt.row, timezone.now()
    match result.status:
        case SendStatus.ACCEPTED:
            _note_accepted(attempt, now)
            return
        case SendStatus.GONE:
            note_gone(row.subscription)
        case SendStatus.LATER:
            _note_failure(row, result, now)
            _note_wait(row, result, now)
        case SendStatus.REFUSED | SendStatus.TOO_LARGE:
            _note_failure(row, result, now)
            DevicePush.objects.filter(pk=row.pk).update(refused_at=now)
    # The last statement: every failed push of this hour changes the same row.
    count_failure(result.detail, now)


def _note_accepted(attempt: Attempt, now: datetime) -> None:
    push = DevicePush.objects.filter(pk=attempt.row.pk)
    push.update(accepted_at=now)
    device = PushSubscription.objects.filter(pk=attempt.row.subscription_id)
    device.exclude(failure="", key_refused_at=None).update(
        failed_at=None, failure="", key_refused_at=None
    )
    # The device may have acknowledged before the push service answered. Silent updates do not
    # count: a phone that is slow for ten seconds would look silent.
    if attempt.is_heard and push.filter(displayed_at=None).exists():
        device.update(undisplayed_count=F("undisplayed_count") + 1)


def _note_failure(row: DevicePush, result: SendResult, now: datetime) -> None:
    DevicePush.objects.filter(pk=row.pk).update(failure=result.detail)
    device = PushSubscription.objects.filter(pk=row.subscription_id)
    device.update(failed_at=now, failure=result.detail)


def _note_wait(row: DevicePush, result: SendResult, now: datetime) -> None:
    if result.is_certain:
        DevicePush.objects.filter(pk=row.pk).update(sends=F("sends") - 1)
    device = PushSubscription.objects.filter(pk=row.subscription_id)
    if result.retry_after:
        device.update(paused_until=now + result.retry_after)
    if result.refuses_key:
        device.update(key_refused_at=now)
