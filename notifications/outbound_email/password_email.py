"""Compose and send the email to a person who forgot the password (`core.auth.password_reset`)."""

from email.utils import formataddr

import structlog
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.auth.password_reset import can_reset, link_for, person_of
from core.models import PasswordReset, User
from core.text import one_line
from notifications.delivery.result import SendStatus
from notifications.outbound_email.headers import FoldedEmail
from notifications.outbound_email.message import INLINER, domain
from notifications.outbound_email.send import send

logger = structlog.get_logger(__name__)


class EmailNotSent(Exception):
    """The mail server did not take it; another attempt may help."""


def send_for(asked: PasswordReset) -> None:
    """Send the email and delete the row. Nobody's address gets nothing. Raises EmailNotSent.

    Killed in between, the repeat has the same Message-ID.
    """
    person = person_of(asked)
    if person is not None:
        result = send(email_of(asked, person))
        if result.status == SendStatus.LATER:
            raise EmailNotSent(result.detail)
        logger.info("password_email_sent", user_id=str(person.pk), status=result.status.value)
    asked.delete()


def email_of(asked: PasswordReset, person: User) -> FoldedEmail:
    """Return the email, in the person's language.

    Whoever has no password here reads that there is none to choose, instead of waiting in vain.
    """
    with override(person.locale):
        return _email(asked, person)


def _email(asked: PasswordReset, person: User) -> FoldedEmail:
    context = {
        "person": person,
        "lang": person.locale,
        "url": link_for(person) if can_reset(person) else "",
        "minutes": settings.PASSWORD_RESET_TIMEOUT // 60,
    }
    email = FoldedEmail(
        subject=_("Your password for Liaison"),
        body=render_to_string("notifications/email/password.txt", context),
        to=[formataddr((one_line(person.name), person.email))],
        headers={
            "Message-ID": f"<{asked.pk.hex}@{domain()}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    html = INLINER.inline(render_to_string("notifications/email/password.html", context))
    email.attach_alternative(html, "text/html")
    return email
