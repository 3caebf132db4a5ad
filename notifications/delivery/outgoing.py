"""Tell other software of deliveries that failed, in the transaction that ends them."""

from collections.abc import Iterable
from uuid import UUID

from core.outgoing.record import Kind, record_in_conversation
from notifications.models import Delivery

NOT_MADE = (Delivery.Status.FAILED, Delivery.Status.DEAD)
DETAIL_LENGTH = 300


def failures_written(ids: Iterable[UUID]) -> None:
    """Record those of these deliveries that ended without reaching the person."""
    rows = Delivery.objects.filter(pk__in=list(ids), status__in=NOT_MADE)
    for row in rows.select_related("recipient", "conversation", "message").order_by("seq", "pk"):
        recipient, conversation = row.recipient, row.conversation
        data = {
            "delivery": {
                "id": row.pk,
                "channel": row.channel,
                "recipient": {
                    "id": recipient.pk,
                    "external_id": recipient.external_id,
                    "name": recipient.name,
                    "role": recipient.role,
                },
                "reason": row.reason,
                "detail": row.last_error[:DETAIL_LENGTH],
            },
            "message": {"id": row.message_id, "seq": row.seq},
            "conversation": {"id": conversation.pk, "subject": conversation.subject},
        }
        record_in_conversation(
            Kind.DELIVERY_FAILED,
            data,
            conversation_id=conversation.pk,
            client_id=conversation.client_id,
            chantier_id=conversation.chantier_id,
        )
