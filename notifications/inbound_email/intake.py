"""Putting an answer by email into its conversation, once however often it comes."""

import unicodedata
from uuid import UUID, uuid5

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from attachments.uploads.server_side import store_bytes
from core.models import User
from core.web.errors import Refusal, TooMany
from core.web.text_field import ALLOWED_CONTROLS, BIDI_CONTROLS
from messaging.actions import attachments
from messaging.actions.messages import ConversationClosed, send_message
from messaging.conversation.idempotency import Draft
from messaging.models import BODY_LENGTH, Message
from messaging.queries.conversations import visible_to
from notifications.inbound_email import parser
from notifications.inbound_email.bounce import InboundStatus, answer
from notifications.inbound_email.parser import File, Incoming
from notifications.models import InboundEmail, ReplyAddress
from notifications.outbound_email import reply_address

# Ids of messages and files are made from the email's own: received again, they are known again.
EMAILS = UUID("5b0c1f5e-7d3f-4c0b-9a52-6d2b0e5a4f11")

logger = structlog.get_logger(__name__)


def receive(raw: bytes) -> InboundStatus:
    """Take in one raw email and return what became of it.

    Cut short, it may simply come again: nothing is doubled.
    """
    is_too_large = len(raw) > settings.INBOUND_EMAIL_MAX_BYTES
    incoming = parser.read_headers(raw) if is_too_large else parser.read(raw)
    if InboundEmail.objects.filter(digest=incoming.digest).exists():
        return InboundStatus.DUPLICATE
    verdict = _judge(incoming, is_too_large=is_too_large)
    logger.info("email_received", verdict=verdict)
    if verdict not in (InboundStatus.ACCEPTED, InboundStatus.DUPLICATE, InboundStatus.AUTOMATIC):
        answer(incoming, verdict)
    return verdict


def _judge(incoming: Incoming, *, is_too_large: bool) -> InboundStatus:
    if incoming.is_automatic:
        return _recorded(incoming, InboundStatus.AUTOMATIC)
    holder = next(filter(None, map(reply_address.holder_of, incoming.tokens)), None)
    if holder is None or not visible_to(holder.user).filter(pk=holder.conversation_id).exists():
        return _recorded(incoming, InboundStatus.UNKNOWN_ADDRESS)
    if is_too_large:
        return _recorded(incoming, InboundStatus.TOO_LARGE)
    if not incoming.text and not incoming.files:
        return _recorded(incoming, InboundStatus.EMPTY)
    return _sent(incoming, holder)


def _sent(incoming: Incoming, holder: ReplyAddress) -> InboundStatus:
    with override(holder.user.locale):
        draft = _draft(incoming, holder.user)
    try:
        with transaction.atomic():
            sent = send_message(
                author=holder.user, conversation_id=holder.conversation.pk, draft=draft
            )
            return _recorded(incoming, InboundStatus.ACCEPTED, sent.message)
    except ConversationClosed:
        return _recorded(incoming, InboundStatus.CLOSED)


def _draft(incoming: Incoming, author: User) -> Draft:
    draft_id = uuid5(EMAILS, incoming.digest.hex())
    kept, refused = [], []
    for number, file in enumerate(incoming.files):
        try:
            kept.append(_upload(uuid5(draft_id, str(number)), file, author))
        except (Refusal, TooMany) as refusal:
            refused.append(f"{file.name} : {refusal.detail}")
    body = _storable(incoming.text)
    if refused:
        body += "\n\n" + _("Files of the email that were refused:") + "\n" + "\n".join(refused)
    return Draft(
        id=draft_id, body=body.strip()[:BODY_LENGTH], attachment_ids=tuple(kept), by_email=True
    )


def _upload(file_id: UUID, file: File, author: User) -> UUID:
    """Send a file through everybody's door: quarantine, analysis, and only then seen."""
    attachment = store_bytes(uploader=author, name=file.name, content=file.content, id=file_id)
    return attachments.complete(attachment).pk


def _storable(text: str) -> str:
    """Return a text as messages are kept: NFC, without invisible control characters."""
    normal = unicodedata.normalize("NFC", text)
    return "".join(letter for letter in normal if _is_visible(letter)).strip()


def _is_visible(letter: str) -> bool:
    if letter in ALLOWED_CONTROLS:
        return True
    return letter not in BIDI_CONTROLS and unicodedata.category(letter) not in ("Cc", "Cs")


def _recorded(
    incoming: Incoming, verdict: InboundStatus, message: Message | None = None
) -> InboundStatus:
    """Write down what became of the email; DUPLICATE when it came twice at the same moment."""
    _row, is_new = InboundEmail.objects.get_or_create(
        digest=incoming.digest,
        defaults={"sender": incoming.sender, "verdict": verdict, "message": message},
    )
    return verdict if is_new else InboundStatus.DUPLICATE
