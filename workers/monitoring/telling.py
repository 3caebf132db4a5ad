"""Tell people of alerts: the webhook of TASK_ALERT_WEBHOOK_URL, and emails.

The emails go to TASK_ALERT_EMAILS, or to the managers if there are none.
"""

import json
import urllib.request
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from smtplib import SMTPException

import structlog
from anymail.exceptions import AnymailError
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import DatabaseError, InterfaceError
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from core import installation
from core.models import User
from core.text import one_line
from notifications.outbound_email import addresses
from workers.monitoring.causes import ActiveAlert

WEBHOOK_SECONDS = 5
# PostgreSQL may be what the alert is about: it knows who the managers are.
ERRORS = (OSError, SMTPException, AnymailError, DatabaseError, InterfaceError)

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Told:
    """An alert and its span; `ended_at` is None while it lasts."""

    alert: ActiveAlert
    started_at: datetime
    ended_at: datetime | None = None

    @property
    def line(self) -> str:
        if self.ended_at is None:
            return self.alert.words
        minutes = max(1, round((self.ended_at - self.started_at).total_seconds() / 60))
        values = {"minutes": minutes, "words": self.alert.words}
        return _("Well again after %(minutes)d min: %(words)s") % values

    @property
    def text(self) -> str:
        """Return what an email says of it."""
        if self.ended_at is not None:
            return self.line
        said = _("Answer: %(detail)s") % {"detail": self.alert.detail} if self.alert.detail else ""
        return "\n".join(filter(None, [self.line, said, self.alert.what_to_do]))


def tell(opened: Sequence[Told], ended: Sequence[Told]) -> bool:
    """Send alerts and ends by webhook and email; return whether at least one of them took it.

    A failure is logged. The page shows the alerts anyway. The webhook is first: the mail server may
    be what the alert is about, and take its time. A copy tells nobody.
    """
    if _is_copy():
        return False
    heard = False
    for send in (_call_webhook, _email):
        try:
            heard = send(opened, ended) or heard
        except ERRORS as error:
            logger.warning("alert_not_sent", by=send.__name__.strip("_"), error=str(error))
    return heard


def _is_copy() -> bool:
    """Ask PostgreSQL, unless it is what the alert is about: then beat has asked before."""
    try:
        return installation.is_copy()
    except (DatabaseError, InterfaceError):
        return False


def recipients() -> dict[str, list[str]]:
    """Return the addresses by the language of their email."""
    if settings.TASK_ALERT_EMAILS:
        return {settings.LANGUAGE_CODE: list(settings.TASK_ALERT_EMAILS)}
    found: dict[str, list[str]] = defaultdict(list)
    if settings.EMAIL_IS_CONFIGURED:
        for manager in User.objects.filter(role=User.Role.MANAGER, is_active=True).order_by("pk"):
            if not addresses.is_refused(manager.email):
                found[manager.locale].append(manager.email)
    return dict(found)


def _email(opened: Sequence[Told], ended: Sequence[Told]) -> bool:
    emails = [_email_to(to, lang, [*opened, *ended]) for lang, to in recipients().items()]
    return bool(emails and get_connection().send_messages(emails))


def _email_to(to: list[str], language: str, told: Sequence[Told]) -> EmailMessage:
    with translation.override(language):
        paragraphs = [*(each.text for each in told), _page()]
        subject = f"Liaison: {one_line(told[0].line)}"
    headers = {"Auto-Submitted": "auto-generated"}
    return EmailMessage(subject, "\n\n".join(paragraphs), None, to, headers=headers)


def _call_webhook(opened: Sequence[Told], ended: Sequence[Told]) -> bool:
    """Post `alert.opened`, then `alert.closed`; README has their shape."""
    if not settings.TASK_ALERT_WEBHOOK_URL:
        return False
    with translation.override(settings.LANGUAGE_CODE):
        bodies = [_body("alert.opened", opened), _body("alert.closed", ended)]
    for body in bodies:
        if body["alerts"]:
            _post(settings.TASK_ALERT_WEBHOOK_URL, body)
    return True


def _body(event: str, told: Sequence[Told]) -> dict[str, object]:
    return {
        "event": event,
        "at": timezone.now().isoformat(),
        "url": _page(),
        # For chats that show text alone.
        "alerts": [each.line for each in told],
        "details": [
            {
                "key": each.alert.code,
                "about": each.alert.about,
                "words": each.alert.words,
                "detail": each.alert.detail,
                "what_to_do": each.alert.what_to_do,
                "started_at": each.started_at.isoformat(),
                "ended_at": each.ended_at.isoformat() if each.ended_at else None,
            }
            for each in told
        ],
    }


def _page() -> str:
    return f"{settings.PUBLIC_URL.rstrip('/')}/staff/tasks"


def _post(url: str, body: dict[str, object]) -> None:
    request = urllib.request.Request(  # noqa: S310  (the operator's own address)
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    urllib.request.urlopen(request, timeout=WEBHOOK_SECONDS).close()  # noqa: S310
