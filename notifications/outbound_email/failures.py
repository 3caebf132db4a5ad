"""Write what came back: an email that was sent and did not arrive, or that its reader reported.

It is found by the Message-ID, whose id of a batch nobody can guess, or by the provider's own id.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from core.jobs.lease import MAX_ERROR, NOT_DUE
from core.models import User
from core.text import email_spelling, one_line
from messaging.models import Message
from notifications import queries
from notifications.delivery import events, outgoing
from notifications.models import Channel, Delivery, EmailMode, Preference, ReplyAddress, SentEmail
from notifications.outbound_email import addresses
from notifications.outbound_email.refusal import Cause, Refusal

# In `<4f…@liaison.example>`, and in the address of BOUNCE_ADDRESS.
BATCH = re.compile(r"(?:^|<|\+)([0-9a-f]{32})@", re.IGNORECASE)
# Nothing of a batch has been shown while its email is one of these.
UNDECIDED = (Delivery.Status.PENDING, Delivery.Status.SENDING, Delivery.Status.SENT)

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Failure:
    """One email that did not arrive, or a complaint about it."""

    message_ids: tuple[str, ...]
    # The addresses that failed. None from a provider that names none.
    recipients: frozenset[str] | None
    refusal: Refusal
    # What the mail server said.
    detail: str = ""
    # The tokens of reply addresses that the report was sent to.
    tokens: tuple[str, ...] = ()


@transaction.atomic
def note(failure: Failure) -> bool:
    """Show the failure on its messages, and mark the address if it refuses emails for good.

    Return False if no email of ours has one of the ids and went to one of the recipients: a report
    can be forged, and must not stop the emails of somebody else.
    """
    email = _found(failure)
    if email is None or not _went_to(email, failure.recipients):
        return False
    _close(email, failure)
    if failure.refusal.cause == Cause.COMPLAINT:
        stop_emails(email.recipient_id)
    elif failure.refusal.is_of_address:
        addresses.mark(email.address, cause=failure.refusal.cause, reason=failure.detail)
    logger.warning("email_came_back", envelope=str(email.envelope), cause=failure.refusal.cause)
    return True


def stop_emails(user_id: UUID) -> None:
    """Send no more emails to a person, who can change that on the page of preferences."""
    if User.objects.filter(pk=user_id).exists():
        Preference.objects.update_or_create(user_id=user_id, defaults={"email": EmailMode.NEVER})


def find_unsubscribed(message_id: str, recipient: str | None) -> UUID | None:
    """Return whom an email was sent to, by the id that a provider gives; None if it is not ours."""
    email = _by_ids([message_id])
    recipients = None if recipient is None else frozenset({recipient})
    return email.recipient_id if email and _went_to(email, recipients) else None


def _close(email: SentEmail, failure: Failure) -> None:
    rows = queries.locked(
        Delivery.objects.filter(
            envelope=email.envelope, channel=Channel.EMAIL, status__in=UNDECIDED
        )
    )
    ids = list(rows.values_list("pk", flat=True))
    messages = list(Message.objects.filter(deliveries__in=rows).select_related("author"))
    rows.update(
        status=Delivery.Status.FAILED,
        reason=failure.refusal.cause,
        last_error=one_line(failure.detail)[:MAX_ERROR],
        bounced_at=timezone.now(),
        **NOT_DUE,
    )
    outgoing.failures_written(ids)
    events.publish_deliveries(messages)


def _went_to(email: SentEmail, recipients: frozenset[str] | None) -> bool:
    if recipients is None:
        return True
    return email_spelling(email.address) in {email_spelling(each) for each in recipients}


def _found(failure: Failure) -> SentEmail | None:
    return _by_ids(failure.message_ids) or _latest_at(failure.tokens)


def _by_ids(message_ids: Iterable[str]) -> SentEmail | None:
    ids = [each.strip() for each in message_ids if each.strip()]
    batches = [UUID(found[1]) for found in map(BATCH.search, ids) if found]
    if batches:
        known = SentEmail.objects.filter(pk__in=batches).first()
        return known or next(filter(None, map(_of_batch, batches)), None)
    return SentEmail.objects.filter(provider_id__in=_spellings(ids)).first() if ids else None


def _spellings(ids: list[str]) -> set[str]:
    """Return ids with and without brackets and domain: SES gives its id without them."""
    bare = {each.strip("<>") for each in ids}
    return bare | {f"<{each}>" for each in bare} | {each.partition("@")[0] for each in bare}


def _of_batch(batch_id: UUID) -> SentEmail | None:
    """Return an email that left, but whose worker has not written yet that it did."""
    row = Delivery.objects.filter(envelope=batch_id, channel=Channel.EMAIL)
    first = row.select_related("recipient").first()
    if first is None:
        return None
    return SentEmail(envelope=batch_id, recipient=first.recipient, address=first.recipient.email)


def _latest_at(tokens: Iterable[str]) -> SentEmail | None:
    """Return the last email that gave this reply address, for a report that names no email."""
    holder = ReplyAddress.objects.filter(token__in=list(tokens)).first() if tokens else None
    if holder is None:
        return None
    sent = Delivery.objects.filter(
        recipient=holder.user_id,
        conversation=holder.conversation_id,
        channel=Channel.EMAIL,
        status=Delivery.Status.SENT,
    )
    last = sent.order_by("-seq").first()
    if last is None or last.envelope is None:
        return None
    return SentEmail.objects.filter(pk=last.envelope).first() or _of_batch(last.envelope)
