"""Tell the managers by email that a webhook was paused, since nobody looks at it."""

from email.utils import formataddr
from uuid import UUID

import structlog
from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.jobs.lease import NOT_DUE
from core.models import User
from core.text import one_line
from notifications import email_failures, queries
from notifications.delivery.result import SendStatus
from notifications.models import WebhookEndpoint
from notifications.outbound_email import addresses
from notifications.outbound_email.headers import FoldedEmail
from notifications.outbound_email.message import domain, html_of
from notifications.outbound_email.password_email import EmailNotSent
from notifications.outbound_email.send import send

logger = structlog.get_logger(__name__)


def tell(endpoint_id: UUID) -> None:
    """Send the emails. Raises EmailNotSent. Their repeat has the same Message-IDs."""
    endpoint = queries.untold_webhooks().filter(pk=endpoint_id).first()
    if endpoint is None:
        return
    later = ""
    for manager in User.objects.filter(role=User.Role.MANAGER, is_active=True).order_by("pk"):
        if addresses.is_refused(manager.email):
            continue
        with override(manager.locale):
            result = send(email_of(endpoint, manager))
        if result.status == SendStatus.LATER:
            later = result.detail
        logger.info("webhook_email_sent", user_id=str(manager.pk), status=result.status.value)
    if later:
        raise EmailNotSent(email_failures.text_of(later))
    queries.untold_webhooks().filter(pk=endpoint_id).update(told_at=timezone.now(), **NOT_DUE)


def email_of(endpoint: WebhookEndpoint, manager: User) -> FoldedEmail:
    """Return the email, in the active language."""
    context = {
        "lang": manager.locale,
        "name": manager.name,
        "endpoint": endpoint,
        "url": f"{settings.PUBLIC_URL}/staff/tasks",
    }
    assert endpoint.paused_at is not None, "told of a pause"
    pause_id = f"{endpoint.pk.hex}.{int(endpoint.paused_at.timestamp())}.{manager.pk.hex}"
    email = FoldedEmail(
        subject=_("Paused: other software no longer learns of your messages"),
        body=render_to_string("notifications/email/webhook_paused.txt", context),
        to=[formataddr((one_line(manager.name), manager.email))],
        headers={"Message-ID": f"<{pause_id}@{domain()}>", "Auto-Submitted": "auto-generated"},
    )
    html = html_of("notifications/email/webhook_paused.html", context)
    email.attach_alternative(html, "text/html")
    return email
