"""Register the devices of a person, and remember the endpoints that exist no more."""

import hmac
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.models import User
from notifications.models import GoneEndpoint, PushSubscription
from notifications.push import vapid
from notifications.push.webpush import Subscription

# Enough for a phone, a tablet and a computer with two browsers each. The oldest is forgotten.
DEVICES_PER_PERSON = 10
# A browser that did not start for so long asks the push service again anyway.
GONE_KEPT = timedelta(days=90)
# Beyond it the oldest are forgotten. A row takes some 150 bytes with its indexes.
GONE_KEPT_MAX = 100_000


class SubscriptionGone(Exception):
    """A push to this subscription cannot arrive, or it is not this person's to register."""


@transaction.atomic
def register(
    user: User,
    subscription: Subscription,
    *,
    label: str,
    session_key: str,
    application_server_key: str = "",
) -> PushSubscription:
    """Record that a browser may be pushed to. It is no longer a device of another person.

    What the same session registered before is deleted: a session is one browser, and a browser has
    one endpoint. The person's oldest devices beyond ten are deleted too. Raises ForbiddenAddress,
    BadSubscription or SubscriptionGone.
    """
    subscription.check()
    _require_living(subscription.endpoint)
    _require_our_key(application_server_key)
    _take_from_another(user, subscription)
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


def has_keys_of(subscription: Subscription, device: PushSubscription) -> bool:
    """Tell if a caller knows the secrets of a device: only its browser and we do."""
    return _is_same(subscription.auth, device.auth) and _is_same(subscription.p256dh, device.p256dh)


@transaction.atomic
def note_gone(device: PushSubscription) -> None:
    """Delete a device whose push service said that it is gone, and remember its endpoint."""
    GoneEndpoint.objects.get_or_create(digest=_digest(device.endpoint))
    device.delete()


def old_endpoints() -> QuerySet[GoneEndpoint]:
    """Return what can be forgotten: gone for long, or the oldest beyond a number."""
    rows = GoneEndpoint.objects.order_by("-gone_at")
    beyond = rows.values_list("gone_at", flat=True)[GONE_KEPT_MAX : GONE_KEPT_MAX + 1]
    limit = max([timezone.now() - GONE_KEPT, *beyond])
    return GoneEndpoint.objects.filter(gone_at__lte=limit)


def _require_living(endpoint: str) -> None:
    if GoneEndpoint.objects.filter(digest=_digest(endpoint)).exists():
        raise SubscriptionGone("its push service said so")


def _require_our_key(application_server_key: str) -> None:
    """Refuse a subscription for another key than ours: its push service would refuse our pushes."""
    private = settings.VAPID_PRIVATE_KEY
    if not application_server_key or not private:
        return
    if not _is_same(application_server_key, vapid.public_key(private)):
        raise SubscriptionGone("made for another key")


def _take_from_another(user: User, subscription: Subscription) -> None:
    """Delete the device if it is another person's. The keys prove that this is its browser."""
    others = PushSubscription.objects.filter(endpoint=subscription.endpoint).exclude(user=user)
    device = others.select_for_update().first()
    if device is None:
        return
    if not has_keys_of(subscription, device):
        raise SubscriptionGone("another person's, and the keys are not")
    # A new row, since late acknowledgements of the old one speak of the other person's messages.
    device.delete()


def _is_same(one: str, other: str) -> bool:
    try:
        return hmac.compare_digest(vapid.decoded(one), vapid.decoded(other))
    except ValueError:
        return False


def _digest(endpoint: str) -> bytes:
    return sha256(endpoint.encode()).digest()
