"""Send messages of a conversation on by email, to anybody: a subcontractor, an insurer.

Files go along that were analysed, without their location, while all fit into one email. The others
are named. The recipient's answer goes to the person who forwards it.
"""

from datetime import datetime
from email.utils import formataddr, parseaddr
from typing import NamedTuple
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override
from rest_framework import status

from attachments.models import Attachment
from attachments.storage import objects
from core.jobs.enqueue import Job, enqueue
from core.jobs.lease import NOT_DUE, is_free
from core.jobs.outcome import WorkFailed
from core.models import User
from core.text import one_line
from core.web.errors import NotAllowed, Refusal
from messaging.conversation import history, notices
from messaging.conversation.history import Kind, NewLine
from messaging.conversation.idempotency import DraftConflict
from messaging.conversation.lock import lock
from messaging.conversation.versions import bump
from messaging.models import Conversation, Message, Notice
from messaging.queries.attachments import with_files
from notifications import email_failures
from notifications.delivery.result import SendStatus
from notifications.models import ForwardedEmail
from notifications.outbound_email.headers import FoldedEmail
from notifications.outbound_email.message import domain, html_of
from notifications.outbound_email.password_email import EmailNotSent
from notifications.outbound_email.send import send

# Many mail servers refuse 25 MB; as text (base64), files grow by a third.
FILES_MAX_BYTES = 15 * 1024 * 1024
REFUSAL_LENGTH = 300

logger = structlog.get_logger(__name__)


class UnknownMessages(Refusal):
    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "unknown_message"
    attr = "messages"
    default_detail = gettext_lazy("Choose messages of this conversation that are not deleted.")


class Forwarded(NamedTuple):
    email: ForwardedEmail
    is_new: bool


@transaction.atomic
def order(
    email_id: UUID,
    conversation: Conversation,
    *,
    by: User,
    address: str,
    message_ids: list[UUID],
    comment: str,
) -> Forwarded:
    """Record what is to be sent, with a line of the history. See `actions.forward`."""
    if not by.is_company:
        raise NotAllowed
    locked = lock(conversation.pk)
    wanted = [str(each) for each in message_ids]
    if earlier := ForwardedEmail.objects.filter(pk=email_id).first():
        asked = (conversation.pk, by.pk, address, wanted, comment)
        if asked != _asked_by(earlier):
            raise DraftConflict
        return Forwarded(earlier, is_new=False)
    kept = Message.objects.filter(conversation=conversation, deleted_at=None, pk__in=message_ids)
    if kept.count() < len(set(message_ids)):
        raise UnknownMessages
    email = ForwardedEmail.objects.create(
        pk=email_id,
        conversation=conversation,
        by=by,
        address=address,
        comment=comment,
        messages=wanted,
    )
    bump(locked)
    details = {"address": address, "count": len(wanted)}
    history.show_changed(locked, [NewLine(Kind.FORWARDED, by, details)])
    enqueue(Job.FORWARD_EMAIL, email_id=email.pk)
    return Forwarded(email, is_new=True)


def send_on(email: ForwardedEmail) -> WorkFailed | None:
    """Send the email, and tell who forwards it if it is refused for good. Raises EmailNotSent.

    Return WorkFailed if it is refused. Killed in between, the repeat has the same Message-ID.
    """
    with override(email.by.locale):
        result = send(_email(email))
    if result.status == SendStatus.LATER:
        raise EmailNotSent(email_failures.text_of(result.detail))
    refusal = "" if result.status == SendStatus.ACCEPTED else result.detail[:REFUSAL_LENGTH]
    logger.info("email_forwarded", conversation=str(email.conversation_id), status=result.status)
    _end(email, refusal)
    return email_failures.failed_for_good(result)


def refuse_due_before(moment: datetime) -> int:
    """End the emails that were due before a moment, and tell who ordered them; return how many."""
    late = ForwardedEmail.objects.filter(is_free(), ended_at=None, due_at__lt=moment)
    emails = list(late.select_related("by", "conversation"))
    for email in emails:
        with override(email.by.locale):
            _end(email, _("This was a copy, and then the email was too old."))
    return len(emails)


@transaction.atomic
def _end(email: ForwardedEmail, refusal: str) -> None:
    pending = ForwardedEmail.objects.filter(pk=email.pk, ended_at=None)
    ended = pending.update(ended_at=timezone.now(), refusal=refusal, last_error="", **NOT_DUE)
    if ended and refusal:
        kind, text = Notice.Kind.NOT_FORWARDED, f"{email.address}\n{refusal}"
        notices.tell([email.by], kind, email.conversation, about=email.pk, text=text)


def _asked_by(email: ForwardedEmail) -> tuple[UUID, UUID, str, list[str], str]:
    return email.conversation_id, email.by_id, email.address, email.messages, email.comment


def _email(forwarded: ForwardedEmail) -> FoldedEmail:
    conversation, by = forwarded.conversation, forwarded.by
    kept = Message.objects.filter(pk__in=forwarded.messages, deleted_at=None)
    messages = with_files(kept.select_related("author").order_by("seq"))
    ready, left_out = _chosen([file for message in messages for file in message.attachments])
    context = {
        "lang": by.locale,
        "by": by,
        "comment": forwarded.comment,
        "conversation": conversation,
        "messages": messages,
        "left_out": left_out,
    }
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    email = FoldedEmail(
        subject=one_line(_("Fwd: %(subject)s") % {"subject": _subject(conversation)}),
        body=render_to_string("notifications/email/forwarded.txt", context),
        from_email=formataddr((one_line(f"{by.name} (Liaison)"), address)),
        to=[forwarded.address],
        reply_to=[formataddr((one_line(by.name), by.email))],
        headers={"Message-ID": f"<{forwarded.pk.hex}@{domain()}>"},
    )
    html = html_of("notifications/email/forwarded.html", context)
    email.attach_alternative(html, "text/html")
    for file in ready:
        email.attach(file.name, b"".join(objects.chunks(_key(file))), file.content_type)
    return email


def _subject(conversation: Conversation) -> str:
    chantier = conversation.chantier
    return f"{conversation.subject} – {chantier.name}" if chantier else conversation.subject


def _chosen(files: list[Attachment]) -> tuple[list[Attachment], list[Attachment]]:
    """Return the files that fit into the email, in their order, and those that are left out."""
    ready, left_out, size = [], [], 0
    for file in files:
        size_with_it = size + (file.size or 0)
        if file.status == Attachment.Status.READY and size_with_it <= FILES_MAX_BYTES:
            ready.append(file)
            size = size_with_it
        else:
            left_out.append(file)
    return ready, left_out


def _key(file: Attachment) -> str:
    is_shared = file.location == Attachment.Location.REMOVED
    return objects.file_key(file.pk, objects.SHARED if is_shared else objects.ORIGINAL)
