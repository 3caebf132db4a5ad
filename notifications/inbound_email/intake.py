"""Put an answer by email into its conversation, once, even if it comes several times."""

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from messaging.actions.messages import ConversationClosed, send_message
from messaging.models import Message
from messaging.queries.conversations import visible_to
from notifications.inbound_email import draft as drafts
from notifications.inbound_email import failure_report, parser
from notifications.inbound_email.bounce import ANSWERED, InboundStatus, send_bounce
from notifications.inbound_email.failure_report import Report
from notifications.inbound_email.parser import Incoming
from notifications.inbound_email.quotes import sent_letter
from notifications.inbound_email.quotes.find import author_text
from notifications.models import InboundEmail, ReplyAddress
from notifications.outbound_email import addresses, failures, reply_address

logger = structlog.get_logger(__name__)


def receive(raw: bytes) -> InboundStatus:
    """Receive one raw email (MIME), and return what became of it.

    Call it again after an error or a kill: nothing is written twice. An email that is refused is
    answered with the reason, one from a machine is not.
    """
    is_too_large = len(raw) > settings.INBOUND_EMAIL_MAX_BYTES
    incoming = parser.read_headers(raw) if is_too_large else parser.read(raw)
    known = InboundEmail.objects.filter(digest=incoming.digest)
    # One that we gave up on is read again when somebody puts it back.
    known.filter(verdict=InboundStatus.FAILED).delete()
    if known.exists():
        return InboundStatus.DUPLICATE
    report = failure_report.read(raw, incoming)
    if report is not None:
        status = _note(report, incoming)
    else:
        status = _put(incoming, is_too_large=is_too_large)
    logger.info("email_received", verdict=status)
    if status in ANSWERED:
        send_bounce(incoming, status)
    return status


def give_up(raw: bytes) -> None:
    """Record an email that failed at each attempt, and tell its sender to write in Liaison."""
    incoming = parser.read_headers(raw)
    logger.error("email_not_received", digest=incoming.digest.hex())
    is_new = _recorded(incoming, InboundStatus.FAILED) != InboundStatus.DUPLICATE
    if is_new and not incoming.is_automatic:
        send_bounce(incoming, InboundStatus.FAILED)


@transaction.atomic
def _note(report: Report, incoming: Incoming) -> InboundStatus:
    """Write on its messages that an email of ours did not arrive. One that is late may still."""
    if report.failure is None:
        return _recorded(incoming, InboundStatus.DELAYED)
    if failures.note(report.failure):
        return _recorded(incoming, InboundStatus.BOUNCE)
    logger.warning(
        "bounce_of_unknown_email",
        message_ids=report.failure.message_ids[:5],
        detail=report.failure.detail,
    )
    return _recorded(incoming, InboundStatus.UNKNOWN_BOUNCE)


def _put(incoming: Incoming, *, is_too_large: bool) -> InboundStatus:
    if incoming.is_automatic:
        return _recorded(incoming, InboundStatus.AUTOMATIC)
    holder = next(filter(None, map(reply_address.holder_of, incoming.tokens)), None)
    if holder is None or not visible_to(holder.user).filter(pk=holder.conversation_id).exists():
        return _recorded(incoming, InboundStatus.UNKNOWN_ADDRESS)
    if is_too_large:
        return _recorded(incoming, InboundStatus.TOO_LARGE)
    said = _said(incoming)
    if drafts.is_empty(incoming, said):
        return _recorded(incoming, InboundStatus.EMPTY)
    return _send(incoming, said, holder)


def _said(incoming: Incoming) -> str:
    """Return what the author wrote, without the letter that it answers."""
    sent = sent_letter.of(incoming.references)
    return author_text(incoming.text, sent, subject=incoming.subject).text


def _send(incoming: Incoming, said: str, holder: ReplyAddress) -> InboundStatus:
    with override(holder.user.locale):
        draft = drafts.of(incoming, said, holder)
    try:
        with transaction.atomic():
            sent = send_message(
                author=holder.user, conversation_id=holder.conversation.pk, draft=draft
            )
            if incoming.sender == holder.user.email:
                # Its mailbox works: the person answers from it.
                addresses.clear([incoming.sender])
            return _recorded(incoming, InboundStatus.ACCEPTED, sent.message)
    except ConversationClosed:
        return _recorded(incoming, InboundStatus.CLOSED)


def _recorded(
    incoming: Incoming, status: InboundStatus, message: Message | None = None
) -> InboundStatus:
    """Record what became of the email. Return DUPLICATE if it came twice at the same moment."""
    _row, is_new = InboundEmail.objects.get_or_create(
        digest=incoming.digest,
        defaults={"sender": incoming.sender, "verdict": status, "message": message},
    )
    return status if is_new else InboundStatus.DUPLICATE
