"""Write a delivery of each event for each address that wants it.

An address knows up to which position it has deliveries, so nothing is skipped and a paused one goes
on where it stopped.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import transaction

from core.jobs.lease import NOT_DUE
from core.models import OutgoingEvent
from core.outgoing import feed
from notifications.webhook_models import WebhookDelivery, WebhookEndpoint
from notifications.webhooks import lanes

AT_ONCE = 500
State = WebhookDelivery.State


def dispatch_events() -> int:
    """Write the deliveries of all events that are committed by now; return how many events."""
    feed.give_positions()
    last = feed.feed().last_position
    for endpoint_id in WebhookEndpoint.objects.filter(paused_at=None).values_list("pk", flat=True):
        while dispatch_some(endpoint_id):
            pass
    done = OutgoingEvent.objects.filter(position__lte=last, due_at__isnull=False)
    return done.update(**NOT_DUE)


@transaction.atomic
def dispatch_some(endpoint_id: UUID) -> int:
    """Write deliveries of the next events for one address; return how many events it was."""
    endpoint = lanes.lock(endpoint_id)
    if endpoint is None or endpoint.is_paused:
        return 0
    events = list(feed.events_after(endpoint.position)[:AT_ONCE])
    if events:
        write_deliveries(endpoint, events)
        endpoint.position = position_of(events[-1])
        endpoint.save(update_fields=["position"])
    lanes.release_first(endpoint)
    return len(events)


def write_deliveries(endpoint: WebhookEndpoint, events: Iterable[OutgoingEvent]) -> None:
    """Write deliveries of the kinds that the address wants. One that is there already stays."""
    WebhookDelivery.objects.bulk_create(
        (
            WebhookDelivery(
                endpoint=endpoint, event=event, position=position_of(event), lane=lane_of(event)
            )
            for event in events
            if not endpoint.kinds or event.kind in endpoint.kinds
        ),
        ignore_conflicts=True,
    )


def position_of(event: OutgoingEvent) -> int:
    assert event.position is not None, "read from the feed"
    return event.position


def lane_of(event: OutgoingEvent) -> UUID:
    """Return what an event is about: within it, order matters."""
    if event.conversation_id is not None:
        return event.conversation_id
    about = event.kind.partition(".")[0]
    return UUID(event.payload["data"][about]["id"])
