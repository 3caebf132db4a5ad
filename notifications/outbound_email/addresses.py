"""The addresses that refuse our emails for good. No email goes there until the mark is cleared."""

from collections.abc import Iterable

import structlog

from core.text import email_spelling, one_line
from notifications.models import RefusedAddress
from notifications.outbound_email.refusal import Cause

REASON_LENGTH = 500

logger = structlog.get_logger(__name__)


def mark(address: str, *, cause: Cause, reason: str) -> None:
    """Note that an address refuses our emails. The first time stays: it is shown as "since"."""
    RefusedAddress.objects.update_or_create(
        address=email_spelling(address),
        defaults={"cause": cause, "reason": one_line(reason)[:REASON_LENGTH]},
    )
    logger.warning("address_refuses_emails", cause=cause, reason=reason[:REASON_LENGTH])


def is_refused(address: str) -> bool:
    return RefusedAddress.objects.filter(pk=email_spelling(address)).exists()


def clear(addresses: Iterable[str]) -> bool:
    """Send emails to these addresses again. Return False if none was marked."""
    spelled = [email_spelling(address) for address in addresses]
    count, _ = RefusedAddress.objects.filter(pk__in=spelled).delete()
    return count > 0
