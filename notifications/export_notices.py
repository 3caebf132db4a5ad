"""Tell a person that their export is ready, or that it could not be made: a push and an email.

The email goes also to those who want none about messages: they have asked for this one. Quiet hours
hold neither back, as the person waits for it.
"""

from email.utils import formataddr
from uuid import UUID

import structlog
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.jobs.outcome import WorkFailed
from core.text import one_line, shortened
from messaging.actions import exports
from messaging.models import Export
from messaging.queries.exports import untold_exports
from messaging.rendering.dates import exact_label
from messaging.rendering.files import size_label
from notifications import email_failures
from notifications.delivery.result import SendStatus
from notifications.models import Preference
from notifications.outbound_email.headers import FoldedEmail
from notifications.outbound_email.message import domain, html_of
from notifications.outbound_email.send import send
from notifications.push import devices
from notifications.push import payload as push_payload

LABEL_LENGTH = 80

logger = structlog.get_logger(__name__)


class ExportNoticeNotSent(Exception):
    """The mail server did not take it; another attempt may help."""


def tell(export_id: UUID) -> WorkFailed | None:
    """Tell the person who asked for it. Raises ExportNoticeNotSent.

    Return WorkFailed if the mail server refused it for good. Killed in between, the repeat has the
    same tag and the same Message-ID.
    """
    export = untold_exports().select_related("by__preference").filter(pk=export_id).first()
    if export is None:
        return None
    failed = None
    if export.by.is_active:
        with override(export.by.locale):
            _push(export)
            result = send(email_of(export))
        if result.status == SendStatus.LATER:
            raise ExportNoticeNotSent(email_failures.text_of(result.detail))
        logger.info("export_email_sent", user_id=str(export.by_id), status=result.status.value)
        failed = email_failures.failed_for_good(result)
    exports.told(export)
    return failed


def _push(export: Export) -> None:
    """Push to all devices. What fails is left: the email follows."""
    preference = Preference.of(export.by)
    if not preference.push:
        return
    title = title_of(export)
    shown = push_payload.Notice(
        batch_id=export.pk,
        lang=export.by.locale,
        title="Liaison" if preference.is_discreet else title,
        body=title if preference.is_discreet else shortened(export.label, LABEL_LENGTH),
        path=path_of(export),
        tag=export.pk.hex,
        badge=push_payload.badge_of(export.by),
    )
    devices.push_notice(export.by, shown)


def email_of(export: Export) -> FoldedEmail:
    """Return the email, in the active language. It holds no link to the ZIP itself: to the page."""
    title = title_of(export)
    is_ready = export.status == Export.Status.READY
    context = {
        "lang": export.by.locale,
        "name": export.by.name,
        "title": title,
        "label": export.label,
        "is_ready": is_ready,
        "size": size_label(export.size or 0),
        "until": exact_label(timezone.localtime(export.expires_at)) if export.expires_at else "",
        "sums": bytes(export.sums_sha256).hex() if export.sums_sha256 else "",
        "url": settings.PUBLIC_URL + path_of(export),
    }
    email = FoldedEmail(
        subject=one_line(f"{title} – {shortened(export.label, LABEL_LENGTH)}"),
        body=render_to_string("notifications/email/export.txt", context),
        to=[formataddr((one_line(export.by.name), export.by.email))],
        headers={
            "Message-ID": f"<{export.pk.hex}@{domain()}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    email.attach_alternative(html_of("notifications/email/export.html", context), "text/html")
    return email


def path_of(export: Export) -> str:
    return f"/{'staff' if export.by.is_company else 'client'}/exports"


def title_of(export: Export) -> str:
    if export.status == Export.Status.READY:
        return _("Your export is ready")
    return _("Your export could not be made")
