"""Send the notices of conversations to the company's people: a push, or an email without a device.

A notice (`messaging.models.Notice`) tells one person of something that is no message: a
conversation that is theirs now, one that was taken over, a question that waits for too long. A
muted conversation holds none back, since each is for this person alone. Quiet hours do.
"""

from email.utils import formataddr

import structlog
from django.conf import settings
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.jobs.lease import NOT_DUE, reset_attempts
from core.jobs.outcome import WorkFailed
from core.models import User
from core.text import one_line, shortened
from messaging.models import Conversation, Notice
from notifications import email_failures
from notifications.delivery.result import SendStatus
from notifications.models import EmailMode, Preference
from notifications.outbound_email import addresses
from notifications.outbound_email.headers import FoldedEmail
from notifications.outbound_email.message import domain, html_of
from notifications.outbound_email.send import send
from notifications.planning import rules
from notifications.planning.planner import preferences_of
from notifications.push import devices
from notifications.push import payload as push_payload

SUBJECT_LENGTH = 80
TEXT_LENGTH = 120
Kind = Notice.Kind

logger = structlog.get_logger(__name__)


class NoticeNotSent(Exception):
    """Neither a device nor the mailbox took it; another attempt may help."""


def send_notice(notice: Notice) -> WorkFailed | None:
    """Tell the person, or wait for the end of their quiet hours. Raises NoticeNotSent.

    Return WorkFailed if the mail server refused it for good.

    Killed in between, the repeat has the same tag and the same Message-ID.
    """
    recipient = notice.recipient
    preference = Preference.of(recipient)
    preferences = preferences_of(preference)
    if morning := rules.quiet_hours_end(preferences, timezone.now()):
        Notice.objects.filter(pk=notice.pk).update(**reset_attempts(morning))
        return None
    failed = None
    if recipient.is_active and not _is_pushed(notice, preference):
        failed = _send_email(notice, preference)
    with transaction.atomic():
        pending = Notice.objects.filter(pk=notice.pk, sent_at=None)
        pending.update(sent_at=timezone.now(), last_error="", **NOT_DUE)
    return failed


def _is_pushed(notice: Notice, preference: Preference) -> bool:
    """Push to all devices; True if one has it. Raises NoticeNotSent if one may have it later."""
    if not preference.push:
        return False
    with override(notice.recipient.locale):
        title, body = words(notice)
    shown = push_payload.Notice(
        batch_id=notice.pk,
        lang=notice.recipient.locale,
        title="Liaison" if preference.is_discreet else title,
        body=title if preference.is_discreet else body,
        path=path_of(notice.conversation),
        tag=notice.pk.hex,
        badge=push_payload.badge_of(notice.recipient),
        conversation=notice.conversation_id,
    )
    results = devices.push_notice(notice.recipient, shown)
    if any(each.status == SendStatus.ACCEPTED for each in results):
        return True
    if waiting := [each for each in results if each.status == SendStatus.LATER]:
        raise NoticeNotSent(waiting[0].detail)
    return False


def _send_email(notice: Notice, preference: Preference) -> WorkFailed | None:
    if preference.email == EmailMode.NEVER or addresses.is_refused(notice.recipient.email):
        return None
    with override(notice.recipient.locale):
        result = send(email_of(notice))
    if result.status == SendStatus.LATER:
        raise NoticeNotSent(email_failures.text_of(result.detail))
    logger.info("notice_email_sent", user_id=str(notice.recipient_id), status=result.status.value)
    return email_failures.failed_for_good(result)


def email_of(notice: Notice) -> FoldedEmail:
    """Return the email, in the active language."""
    title, body = words(notice)
    context = {
        "lang": notice.recipient.locale,
        "name": notice.recipient.name,
        "title": title,
        "text": body,
        "url": settings.PUBLIC_URL + path_of(notice.conversation),
    }
    email = FoldedEmail(
        subject=one_line(title),
        body=render_to_string("notifications/email/notice.txt", context),
        to=[formataddr((one_line(notice.recipient.name), notice.recipient.email))],
        headers={
            "Message-ID": f"<{notice.pk.hex}@{domain()}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    html = html_of("notifications/email/notice.html", context)
    email.attach_alternative(html, "text/html")
    return email


def path_of(conversation: Conversation) -> str:
    return f"/staff/messages/{conversation.pk}"


def words(notice: Notice) -> tuple[str, str]:
    """Return the title and the text of a notice, in the active language."""
    return _title(notice), shortened(notice.text or _place(notice.conversation), TEXT_LENGTH)


def _title(notice: Notice) -> str:
    values = {
        "subject": shortened(notice.conversation.subject, SUBJECT_LENGTH),
        "name": _name(notice.by),
    }
    match notice.kind:
        case Kind.ESCALATED:
            return _("Without an answer for too long: “%(subject)s”") % values
        case Kind.TAKEN_OVER if notice.by:
            return _("%(name)s has taken over “%(subject)s”") % values
        case Kind.TAKEN_OVER:
            return _("Given to somebody else: “%(subject)s”") % values
        case Kind.MENTIONED:
            return _("%(name)s mentions you in “%(subject)s”") % values
        case Kind.NOT_FORWARDED:
            return _("Your email about “%(subject)s” did not leave") % values
        case Kind.WOKEN:
            return _("Back from its pause: “%(subject)s”") % values
    if notice.by:
        return _("%(name)s gives you “%(subject)s”") % values
    return _("You follow “%(subject)s” now") % values


def _name(person: User | None) -> str:
    return person.name if person else ""


def _place(conversation: Conversation) -> str:
    """Return the client and the chantier."""
    chantier = conversation.chantier
    return " · ".join(filter(None, [conversation.client.name, chantier.name if chantier else ""]))
