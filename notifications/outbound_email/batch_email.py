"""Send the email of a batch, unless its address is known to refuse our emails."""

from django.utils import timezone

from notifications import queries
from notifications.delivery.batch import Batch
from notifications.delivery.result import SendResult, SendStatus
from notifications.models import SentEmail
from notifications.outbound_email import addresses
from notifications.outbound_email.message import email_of
from notifications.outbound_email.refusal import Cause
from notifications.outbound_email.send import send


def send_batch(batch: Batch) -> SendResult:
    """Send the email, and note the address it went to and the id that the provider gave it."""
    address = batch.recipient.email
    if mark := queries.refused_address(address):
        return SendResult(SendStatus.REFUSED, mark.reason, cause=mark.cause)
    result = send(email_of(batch))
    if result.status == SendStatus.ACCEPTED:
        SentEmail.objects.update_or_create(
            envelope=batch.id,
            defaults={
                "recipient": batch.recipient,
                "address": address,
                "provider_id": result.provider_id,
                "sent_at": timezone.now(),
            },
        )
    elif result.status == SendStatus.GONE:
        addresses.mark(address, cause=Cause(result.cause), reason=result.detail)
    return result
