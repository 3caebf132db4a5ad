"""Decide for each device if a push makes a sound: once for what it was not told of yet.

A person's devices differ: the phone may have the first message of a burst while the tablet's push
service was away. Then the next push is silent on the phone, and heard on the tablet.
"""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from notifications.models import Delivery, DevicePush
from notifications.planning import rules
from notifications.push.payload import Sound, last_seqs
from notifications.push.webpush import TTL


def sounds_of(rows: list[DevicePush], deliveries: list[Delivery]) -> dict[UUID, Sound]:
    """Return the sound of each push of a batch, by the id of its row."""
    earlier = _earlier(rows, deliveries)
    return {row.pk: _sound(row, earlier.get(row.subscription_id, []), deliveries) for row in rows}


def sound_of_notice(row: DevicePush) -> Sound:
    """Return the sound of a notice on one device: none if the device may have it already."""
    return Sound(not _may_have_it(row))


def _earlier(rows: list[DevicePush], deliveries: list[Delivery]) -> dict[UUID, list[DevicePush]]:
    """Return, by device, the other pushes of these conversations that it has or may have."""
    told = DevicePush.objects.filter(
        subscription__in=[row.subscription_id for row in rows],
        # A push service keeps a push for no longer.
        created_at__gt=timezone.now() - TTL,
        tells__has_any_keys=list(last_seqs(deliveries)),
    ).exclude(pk__in=[row.pk for row in rows])
    found: dict[UUID, list[DevicePush]] = {}
    for push in told.filter(_has_or_may_have()):
        found.setdefault(push.subscription_id, []).append(push)
    return found


def _has_or_may_have() -> Q:
    """Match pushes that arrived, and those whose worker was killed while it sent them.

    A push that failed otherwise most likely did not arrive. If it did, the device shows a
    notification of the same id (`Sound.id`), and makes no second sound.
    """
    arrived = Q(accepted_at__isnull=False) | Q(displayed_at__isnull=False)
    return arrived | Q(sends__gt=0, failure="", refused_at=None)


def _sound(row: DevicePush, earlier: list[DevicePush], deliveries: list[Delivery]) -> Sound:
    new = _not_told(earlier, deliveries)
    told_at = max((_told_at(push) for push in earlier), default=None)
    is_new = bool(new) and rules.alerts(new[0].message.created_at, told_at)
    return Sound(is_new and not _may_have_it(row), _last_burst(deliveries).message_id.hex)


def _may_have_it(row: DevicePush) -> bool:
    """Tell if the worker was killed while it sent this push."""
    return row.sends > 0 and not row.failure


def _not_told(earlier: list[DevicePush], deliveries: list[Delivery]) -> list[Delivery]:
    """Return what the device was not told of, the oldest message first."""
    heard: dict[str, int] = {}
    for push in earlier:
        for tag, seq in push.tells.items():
            heard[tag] = max(heard.get(tag, 0), seq)
    new = [each for each in deliveries if each.seq > heard.get(each.conversation_id.hex, 0)]
    return _in_time(new)


def _last_burst(deliveries: Iterable[Delivery]) -> Delivery:
    """Return the first delivery of the last burst."""
    first, *others = _in_time(deliveries)
    before = first
    for each in others:
        if each.message.created_at - before.message.created_at >= rules.BURST:
            first = each
        before = each
    return first


def _in_time(deliveries: Iterable[Delivery]) -> list[Delivery]:
    return sorted(deliveries, key=lambda each: (each.message.created_at, each.seq))


def _told_at(push: DevicePush) -> datetime:
    return push.accepted_at or push.displayed_at or push.created_at
