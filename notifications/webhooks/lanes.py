"""Which delivery of a lane may leave: the first one that is open. Call this under `lock`.

A lane is a conversation, at one address. What ends a delivery and what adds one both hold the
lock of the address, so the next one is never forgotten between the two.
"""

from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from core.jobs.enqueue import Job, enqueue
from notifications.webhook_models import WebhookDelivery, WebhookEndpoint

State = WebhookDelivery.State

# One is under way in a lane while it is pending and due; one that was given up holds nothing back.
RELEASE = """
    UPDATE notifications_webhookdelivery SET
        state = 'pending', due_at = %(now)s, leased_until = NULL, attempts = 0
    WHERE id IN (
        SELECT DISTINCT ON (held.lane) held.id
        FROM notifications_webhookdelivery held
        WHERE held.endpoint_id = %(endpoint)s AND held.state = 'held'
            AND (%(lane)s::uuid IS NULL OR held.lane = %(lane)s)
            AND NOT EXISTS (
                SELECT FROM notifications_webhookdelivery other
                WHERE other.endpoint_id = held.endpoint_id AND other.lane = held.lane
                    AND other.state = 'pending' AND other.due_at IS NOT NULL
            )
        ORDER BY held.lane, held.position
    )
    RETURNING id
"""


def lock(endpoint_id: UUID) -> WebhookEndpoint | None:
    """Lock an address until the end of the transaction and read it; None if it was deleted."""
    rows = WebhookEndpoint.objects.select_for_update(no_key=True, of=("self",))
    return rows.filter(pk=endpoint_id).first()


def release_first(endpoint: WebhookEndpoint, lane: UUID | None = None) -> None:
    """Make the first held delivery of a lane due, or of every lane; none of a paused address."""
    if endpoint.is_paused:
        return
    asked = {"endpoint": endpoint.pk, "lane": lane, "now": timezone.now()}
    with connection.cursor() as cursor:
        cursor.execute(RELEASE, asked)
        released = [row[0] for row in cursor.fetchall()]
    for delivery_id in released:
        enqueue(Job.SEND_WEBHOOK, delivery_id=delivery_id)


def wake_postponed(endpoint: WebhookEndpoint) -> None:
    """Make the oldest delivery due that was postponed because another one was under way."""
    free = Q(leased_until=None) | Q(leased_until__lt=timezone.now())
    rows = endpoint.deliveries.filter(free, state=State.PENDING, attempts=0)
    postponed = rows.filter(due_at__gt=timezone.now()).order_by("position").first()
    if postponed is None:
        return
    rows.filter(pk=postponed.pk).update(due_at=timezone.now())
    enqueue(Job.SEND_WEBHOOK, delivery_id=postponed.pk)
