"""Tell the author of an email why it did not reach a conversation, a few times an hour at most."""

from datetime import timedelta
from enum import StrEnum

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.models import User
from core.text import one_line
from notifications.delivery.result import SendStatus
from notifications.inbound_email.parser import Incoming
from notifications.models import InboundEmail
from notifications.outbound_email.headers import FoldedEmail
from notifications.outbound_email.send import send as send_email

# The sender may be forged: with an answer to each email, others could flood that person through us.
# Nobody writes more emails by hand that we cannot read.
LETTERS = ((timedelta(hours=1), 5), (timedelta(days=1), 20))

logger = structlog.get_logger(__name__)


class InboundStatus(StrEnum):
    """What became of an email that came in."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    AUTOMATIC = "automatic"
    UNKNOWN_ADDRESS = "unknown_address"
    TOO_LARGE = "too_large"
    EMPTY = "empty"
    CLOSED = "closed"
    # A report that one of our emails did not arrive, of an unknown email, or that it is late.
    BOUNCE = "bounce"
    UNKNOWN_BOUNCE = "unknown_bounce"
    DELAYED = "delayed"
    # `manage.py doctor` sent it to see whether emails arrive.
    PROBE = "probe"
    # It could not be received at any attempt.
    FAILED = "failed"


# What the sender is told of.
ANSWERED = frozenset(
    {
        InboundStatus.UNKNOWN_ADDRESS,
        InboundStatus.TOO_LARGE,
        InboundStatus.EMPTY,
        InboundStatus.CLOSED,
        InboundStatus.FAILED,
    }
)


def send_bounce(incoming: Incoming, status: InboundStatus) -> None:
    """Tell the sender what happened and where to write instead, unless they had many letters."""
    if not incoming.sender or _was_answered(incoming.sender):
        return
    result = send_email(_bounce(incoming, status))
    if result.status != SendStatus.ACCEPTED:
        logger.warning("inbound_not_answered", error=result.detail)
        return
    InboundEmail.objects.filter(digest=incoming.digest).update(answered_at=timezone.now())


def _was_answered(sender: str) -> bool:
    """Tell if a sender has had as many letters as one may get."""
    now = timezone.now()
    return any(
        InboundEmail.objects.filter(sender=sender, answered_at__gt=now - within).count() >= at_most
        for within, at_most in LETTERS
    )


def _bounce(incoming: Incoming, status: InboundStatus) -> EmailMessage:
    known = User.objects.filter(email=incoming.sender).first()
    with override(known.locale if known else settings.LANGUAGE_CODE):
        kept = _("Our team has it all the same, and can put it there.")
        where = _("Write to us here: %(url)s") % {"url": settings.PUBLIC_URL}
        return FoldedEmail(
            subject=one_line(f"Re: {incoming.subject}")[:200],
            body=f"{_reason(status)}\n\n{kept}\n\n{where}\n\nLiaison\n",
            to=[incoming.sender],
            # So that no machine answers this email (RFC 3834).
            headers={
                "Auto-Submitted": "auto-replied",
                **({"In-Reply-To": incoming.message_id} if incoming.message_id else {}),
            },
        )


def _reason(status: InboundStatus) -> str:
    megabytes = settings.INBOUND_EMAIL_MAX_BYTES // (1024 * 1024)
    reasons = {
        InboundStatus.UNKNOWN_ADDRESS: _(
            "Your email did not reach the conversation: the address you answered to is unknown "
            "or too old. Answer our latest email instead."
        ),
        InboundStatus.TOO_LARGE: _(
            "Your email did not reach the conversation: it is larger than %(megabytes)d MB. "
            "Send its files from the conversation itself."
        )
        % {"megabytes": megabytes},
        InboundStatus.EMPTY: _(
            "Your email did not reach the conversation: we found no text above the quoted one."
        ),
        InboundStatus.CLOSED: _(
            "Your email did not reach the conversation: it can no longer be written in."
        ),
        InboundStatus.FAILED: _(
            "Your email did not reach the conversation: we could not read it. Write its text in "
            "the conversation itself."
        ),
    }
    return reasons[status]
