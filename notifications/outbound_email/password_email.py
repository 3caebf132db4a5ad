"""Compose and send the emails about an account: a link to choose a password, or a notice.

See `core.auth.password_reset`, `core.auth.invitations` and `core.auth.second_factors`.
"""

from email.utils import formataddr
from typing import Any

import structlog
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.auth import invitations, oidc
from core.auth.password_reset import can_reset, link_for, person_of
from core.jobs.outcome import WorkFailed
from core.models import PasswordReset, User
from core.text import one_line
from notifications import email_failures
from notifications.delivery.result import SendStatus
from notifications.outbound_email.headers import FoldedEmail
from notifications.outbound_email.message import domain, html_of
from notifications.outbound_email.send import send

logger = structlog.get_logger(__name__)


class EmailNotSent(Exception):
    """The mail server did not take it; another attempt may help."""


def send_for(asked: PasswordReset) -> WorkFailed | None:
    """Send the email and delete the row. Nobody's address gets nothing. Raises EmailNotSent.

    Return WorkFailed if it was refused for good.

    Killed in between, the repeat has the same Message-ID.
    """
    person = person_of(asked)
    # An invitation that waited, for one who has logged in since, would hold no valid link.
    is_too_late = asked.is_invitation and person and not invitations.can_be_invited(person)
    failed = None
    if person is not None and not is_too_late:
        result = send(email_of(asked, person))
        if result.status == SendStatus.LATER:
            raise EmailNotSent(email_failures.text_of(result.detail))
        logger.info("password_email_sent", user_id=str(person.pk), status=result.status.value)
        failed = email_failures.failed_for_good(result)
    asked.delete()
    return failed


def email_of(asked: PasswordReset, person: User) -> FoldedEmail:
    """Return the email, in the person's language.

    Whoever has no password here reads that there is none to choose, instead of waiting in vain.
    """
    with override(person.locale):
        return _email(asked, person)


def _email(asked: PasswordReset, person: User) -> FoldedEmail:
    context: dict[str, Any]
    if asked.notice:
        subject, template = _notice_subject(asked), "second_factor"
        context = {"is_reset": asked.notice == PasswordReset.Notice.FACTORS_RESET}
        context["url"] = f"{settings.PUBLIC_URL}/security"
    elif asked.is_invitation:
        subject, template = _("Welcome to Liaison: choose your password"), "invitation"
        context = {
            "url": invitations.link_for(person),
            "days": invitations.VALID_FOR.days,
        }
    else:
        subject, template = _("Your password for Liaison"), "password"
        url = link_for(person) if can_reset(person) else ""
        context = {"url": url, "minutes": settings.PASSWORD_RESET_TIMEOUT // 60}
        context["provider"] = settings.OIDC_NAME if oidc.takes_no_password(person) else ""
    context |= {"person": person, "lang": person.locale}
    email = FoldedEmail(
        subject=subject,
        body=render_to_string(f"notifications/email/{template}.txt", context),
        to=[formataddr((one_line(person.name), person.email))],
        headers={
            "Message-ID": f"<{asked.pk.hex}@{domain()}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    html = html_of(f"notifications/email/{template}.html", context)
    email.attach_alternative(html, "text/html")
    return email


def _notice_subject(asked: PasswordReset) -> str:
    if asked.notice == PasswordReset.Notice.FACTORS_RESET:
        return _("Your second factor for Liaison was reset")
    return _("Your second factor for Liaison was changed")
