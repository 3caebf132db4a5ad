"""The addresses: made, changed, paused, resumed, deleted; their secrets; what is sent again."""

from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import status

from core.audit.record import Action, record
from core.audited_admin import RECORD_THEMSELVES_ELSEWHERE
from core.ids import new_id
from core.jobs.lease import NOT_DUE
from core.models import User
from core.outgoing import feed
from core.web.errors import Refusal
from notifications.push import endpoint_guard
from notifications.webhook_models import WebhookDelivery, WebhookEndpoint
from notifications.webhooks import delivery, dispatch, lanes, sending, signing
from notifications.webhooks.sending import Answer

MOST = 20
# The receiver has so long to take the new secret.
OVERLAP = timedelta(hours=24)
State = WebhookDelivery.State
RECORD_THEMSELVES_ELSEWHERE.add(WebhookEndpoint._meta.label_lower)


class AddressForbidden(Refusal):
    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "address_forbidden"
    default_detail = _("Give an https address that is reached from the internet.")
    attr = "url"


class TooManyWebhooks(Refusal):
    default_code = "too_many_webhooks"
    default_detail = _("There are as many webhooks as there may be. Delete one first.")


class WithSecret(NamedTuple):
    """An address, and its secret, which is shown this once."""

    endpoint: WebhookEndpoint
    secret: str


@transaction.atomic
def create(*, url: str, description: str, kinds: list[str], by: User | None) -> WithSecret:
    """Tell an address of the events from now on. Raises AddressForbidden, TooManyWebhooks."""
    check_address(url)
    # The lock of the feed: the address begins where it stands.
    feed.set_dispatched(True)
    if WebhookEndpoint.objects.count() >= MOST:
        raise TooManyWebhooks
    feed.give_positions()
    endpoint_id, secret = new_id(), signing.new_secret()
    endpoint = WebhookEndpoint.objects.create(
        pk=endpoint_id,
        url=url,
        description=description,
        kinds=kinds,
        secret=signing.seal(endpoint_id, secret),
        position=feed.feed().last_position,
        created_by=by,
    )
    record(by, Action.SETTING_CREATED, endpoint)
    return WithSecret(endpoint, secret)


@transaction.atomic
def change(endpoint_id: UUID, changes: dict[str, Any]) -> WebhookEndpoint | None:
    """Change `url`, `description`, `kinds` or `is_paused`; None if it was deleted.

    A resumed one gets what happened since its pause, in order. Raises AddressForbidden.
    """
    if "url" in changes:
        check_address(changes["url"])
    endpoint = lanes.lock(endpoint_id)
    if endpoint is None:
        return None
    record(None, Action.SETTING_CHANGED, endpoint, {"changed": sorted(changes)})
    is_paused = changes.pop("is_paused", endpoint.is_paused)
    for name, value in changes.items():
        setattr(endpoint, name, value)
    endpoint.save(update_fields=list(changes))
    if is_paused and not endpoint.is_paused:
        delivery.pause(endpoint)
    elif endpoint.is_paused and not is_paused:
        _resume(endpoint)
    return endpoint


@transaction.atomic
def delete(endpoint_id: UUID) -> None:
    if endpoint := lanes.lock(endpoint_id):
        record(None, Action.SETTING_DELETED, endpoint)
        endpoint.delete()
    feed.set_dispatched(WebhookEndpoint.objects.filter(paused_at=None).exists())


@transaction.atomic
def rotate(endpoint_id: UUID) -> WithSecret | None:
    """Make another secret. The old one signs as well for a day. None if it was deleted."""
    endpoint = lanes.lock(endpoint_id)
    if endpoint is None:
        return None
    secret = signing.new_secret()
    endpoint.previous_secret = endpoint.secret
    endpoint.previous_until = timezone.now() + OVERLAP
    endpoint.secret = signing.seal(endpoint.pk, secret)
    endpoint.save(update_fields=["secret", "previous_secret", "previous_until"])
    record(None, Action.CREDENTIAL_ROTATED, endpoint)
    return WithSecret(endpoint, secret)


def reseal() -> int:
    """Seal all secrets anew, by the SECRET_KEY of today. Return of how many addresses.

    One that no key of ours opens stays as it is: its deliveries say so.
    """
    ids = WebhookEndpoint.objects.values_list("pk", flat=True)
    return sum(map(_resealed, list(ids)))


@transaction.atomic
def _resealed(endpoint_id: UUID) -> bool:
    endpoint = lanes.lock(endpoint_id)
    if endpoint is None:
        return False
    try:
        endpoint.secret = _sealed_anew(endpoint_id, endpoint.secret)
        if endpoint.previous_secret is not None:
            endpoint.previous_secret = _sealed_anew(endpoint_id, endpoint.previous_secret)
    except signing.SecretLost:
        return False
    endpoint.save(update_fields=["secret", "previous_secret"])
    return True


def _sealed_anew(endpoint_id: UUID, secret: bytes | memoryview) -> bytes:
    return signing.seal(endpoint_id, signing.opened(endpoint_id, secret))


@transaction.atomic
def replay(endpoint_id: UUID, *, after: int | None) -> int:
    """Send again what was given up; or, with a position, all events after it. Return how many.

    What a worker sends at this moment is left out. Raises feed.CursorTooOld.
    """
    endpoint = lanes.lock(endpoint_id)
    if endpoint is None:
        return 0
    rows = endpoint.deliveries.filter(Q(leased_until=None) | Q(leased_until__lt=timezone.now()))
    if after is None:
        rows = rows.filter(state=State.PENDING, due_at=None)
    else:
        if after < feed.feed().purged_position:
            raise feed.CursorTooOld
        _write_missing(endpoint, after)
        rows = rows.filter(position__gt=after)
    record(None, Action.EVENTS_SENT_AGAIN, endpoint, {"after": after})
    again = rows.update(state=State.HELD, sent_at=None, attempts=0, **NOT_DUE)
    lanes.release_first(endpoint)
    return again


def try_out(endpoint: WebhookEndpoint) -> Answer:
    """Send `webhook.test` at once, also to a paused address, and return the answer."""
    event = {
        "id": uuid4(),
        "position": None,
        "type": "webhook.test",
        "at": timezone.now(),
        "version": 1,
        "data": {"webhook": {"id": endpoint.pk}},
    }
    return sending.send(endpoint, event)


def _resume(endpoint: WebhookEndpoint) -> None:
    endpoint.paused_at, endpoint.paused_because, endpoint.failing_since = None, "", None
    endpoint.save(update_fields=["paused_at", "paused_because", "failing_since"])
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(**NOT_DUE)
    feed.set_dispatched(True)
    feed.give_positions()
    # The others follow with the next event, and within a minute (`dispatch_events`).
    dispatch.dispatch_some(endpoint.pk)


def _write_missing(endpoint: WebhookEndpoint, after: int) -> None:
    while True:
        events = list(
            feed.events_after(after).filter(position__lte=endpoint.position)[: dispatch.AT_ONCE]
        )
        if not events:
            return
        dispatch.write_deliveries(endpoint, events)
        after = dispatch.position_of(events[-1])


def check_address(url: str) -> None:
    """Raise AddressForbidden unless it is an https address outside the own network."""
    try:
        endpoint_guard.check_any_host(url)
    except endpoint_guard.ForbiddenAddress as error:
        raise AddressForbidden from error
