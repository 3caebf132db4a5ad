"""A person's devices: registering them, pushing to them, and what they acknowledge."""

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
from notifications.push import payload as payloads
from notifications.push import webpush
from notifications.push.payload import DIGEST_TOPIC, Notice
from notifications.push.webpush import Push, Subscription, Urgency

# A person has a phone, a tablet, a computer, each with two browsers perhaps; the oldest goes.
DEVICES_PER_PERSON = 10


@dataclass(frozen=True)
class Attempt:
    """One device to call now."""

    row: DevicePush
    notice: Notice

    def make(self) -> SendResult:
        """Call the push service; touches no database, since it runs in a thread of its own."""
        answer = webpush.send(self._subscription, self._push(short=False))
        if answer.status == SendStatus.TOO_LARGE:
            return webpush.send(self._subscription, self._push(short=True))
        return answer

    @property
    def _subscription(self) -> Subscription:
        device = self.row.subscription
        return Subscription(device.endpoint, device.p256dh, device.auth)

    def _push(self, *, short: bool) -> Push:
        # `sends` was read before this attempt was counted.
        payload = self.notice.payload(self.row.pk, repeats=self.row.sends > 0, short=short)
        is_pressing = self.notice.tag != DIGEST_TOPIC
        return Push(payload, self.notice.tag, Urgency.HIGH if is_pressing else Urgency.NORMAL)


def push_to_all(batch: Batch) -> list[SendResult]:
    """Push an batch to each device of its recipient that does not have it yet.

    Returns what each device amounts to so far, those that had it before included; nothing when
    the person has no device.
    """
    rows = _rows(batch.id, PushSubscription.objects.filter(user=batch.recipient))
    earliest = min(delivery.message.created_at for delivery in batch.deliveries)
    notice = payloads.notice_of(
        batch.id,
        batch.recipient,
        batch.deliveries,
        alerts=rules.alerts(earliest, batch.last_push_at),
        is_discreet=batch.preference.is_discreet,
    )
    settled = [answer for row in rows if (answer := _known(row))]
    return settled + _call([Attempt(row, notice) for row in rows if not _known(row)])


def push_test(device: PushSubscription) -> SendResult:
    """Push a notification that only says that this device shows them."""
    batch = new_id()
    notice = payloads.test_notice(batch, device.user)
    rows = _rows(batch, PushSubscription.objects.filter(pk=device.pk))
    return _call([Attempt(row, notice) for row in rows])[0]


def _rows(batch: UUID, devices: QuerySet[PushSubscription]) -> list[DevicePush]:
    subscriptions = list(devices)
    DevicePush.objects.bulk_create(
        [DevicePush(envelope=batch, subscription=each) for each in subscriptions],
        ignore_conflicts=True,
    )
    rows = DevicePush.objects.filter(envelope=batch, subscription__in=subscriptions)
    return list(rows.select_related("subscription"))


def _known(row: DevicePush) -> SendResult | None:
    """What is certain without asking: it has it, it refused it, or it asked for patience."""
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
    # Counted before it is made, and committed: an attempt that a kill cuts is one, too.
    DevicePush.objects.filter(pk__in=[each.row.pk for each in attempts]).update(
        sends=F("sends") + 1
    )
    with ThreadPoolExecutor(max_workers=len(attempts)) as threads:
        answers = list(threads.map(Attempt.make, attempts))
    for attempt, answer in zip(attempts, answers, strict=True):
        _note(attempt, answer)
    return answers


@transaction.atomic
def _note(attempt: Attempt, answer: SendResult) -> None:
    row, now = attempt.row, timezone.now()
    device = PushSubscription.objects.filter(pk=row.subscription_id)
    match answer.status:
        case SendStatus.ACCEPTED:
            mine = DevicePush.objects.filter(pk=row.pk)
            mine.update(accepted_at=now)
            device.exclude(key_refused_at=None).update(key_refused_at=None)
            # The acknowledgement may have been faster than the answer. And a burst counts once:
            # a phone that is slow for ten seconds is not silent.
            if attempt.notice.alerts and mine.filter(displayed_at=None).exists():
                device.update(undisplayed_count=F("undisplayed_count") + 1)
        case SendStatus.GONE:
            device.delete()
        case SendStatus.LATER:
            _note_refusal(row, answer, now)
        case SendStatus.REFUSED | SendStatus.TOO_LARGE:
            DevicePush.objects.filter(pk=row.pk).update(refused_at=now)


def _note_refusal(row: DevicePush, answer: SendResult, now: datetime) -> None:
    if answer.is_certain:
        # The device has nothing yet: the next attempt is the first that it may hear.
        DevicePush.objects.filter(pk=row.pk).update(sends=F("sends") - 1)
    device = PushSubscription.objects.filter(pk=row.subscription_id)
    if answer.retry_after:
        device.update(paused_until=now + answer.retry_after)
    if answer.refuses_key:
        device.update(key_refused_at=now)


@transaction.atomic
def register(
    user: User, subscription: Subscription, *, label: str, session_key: str
) -> PushSubscription:
    """Record that a browser may be pushed to; whoever registered it before loses it.

    And so goes what the same session registered before: a session is one browser, and a browser has
    one address. The person's oldest devices beyond ten are forgotten. Raises ForbiddenAddress or
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
