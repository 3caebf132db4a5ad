"""Let a person who forgot the password choose another one, by a link in an email.

The link holds Django's token: signed, valid for PASSWORD_RESET_MINUTES, and for one use, since it
covers the old password and the last login. `notifications` writes the email. The link of an
invitation (`core.auth.invitations`) opens the same page.
"""

from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.dispatch import Signal
from django.http import HttpRequest

from core import installation
from core.auth import invitations, lockout, oidc
from core.jobs.enqueue import Job, enqueue
from core.models import PasswordReset, User
from core.text import email_spelling
from core.web import rate_limits
from core.web.requests import address_of

# To one address, whoever asks: nobody's mailbox is filled from here.
EMAILS_PER_HOUR = 5
ONE_HOUR = timedelta(hours=1)

logger = structlog.get_logger(__name__)

# Sent with `user` once a new password is stored. All sessions of the person have ended by then.
password_was_reset = Signal()


def ask(request: HttpRequest, *, email: str) -> None:
    """Ask for the email. Raises TooMany as a login does (`core.auth.lockout`).

    The person is looked up by a worker. So the answer, and the time it takes, are the same for an
    address that nobody has.
    """
    lockout.count_attempt(email, address_of(request), at=lockout.PASSWORD_RESET)
    address = email_spelling(email)
    if rate_limits.count("password-email", address, window=ONE_HOUR) > EMAILS_PER_HOUR:
        return
    with transaction.atomic():
        asked = PasswordReset.objects.create(email=address)
        enqueue(Job.SEND_PASSWORD_RESET, reset_id=asked.pk)
    if settings.DEBUG and installation.is_copy():
        _log_link(asked)


def _log_link(asked: PasswordReset) -> None:
    """Show a developer the link whose email a copy holds back."""
    person = person_of(asked)
    if person is not None and can_reset(person):
        logger.warning("password_link_of_copy", email=asked.email, link=link_for(person))


def person_of(asked: PasswordReset) -> User | None:
    """Return whose address it is: an active person, or nobody."""
    return User.objects.filter(email=asked.email, is_active=True).first()


def can_reset(user: User) -> bool:
    """Tell whether the person logs in here by a password. Others come from the portal.

    One who was invited may choose the first password by this way, too: the invitation ends.
    """
    if oidc.takes_no_password(user):
        return False
    return user.is_active and (user.has_usable_password() or user.invited_at is not None)


def opens(user: User, token: str) -> bool:
    """Tell whether the token of a link lets the person choose a password now."""
    if can_reset(user) and invitations.reset_tokens.check_token(user, token):
        return True
    return invitations.may_choose(user) and invitations.tokens.check_token(user, token)


def link_for(user: User) -> str:
    """Return the link of the email. The site's address is the configured one, never a Host."""
    return invitations.address_with(user, invitations.reset_tokens.make_token(user))


@transaction.atomic
def choose_password(request: HttpRequest, user: User, *, token: str, password: str) -> bool:
    """Store a new password, which ends all sessions of the person; False for a used link.

    Of two uses of one link at once, the row's lock lets one through.
    """
    locked = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if not opens(locked, token):
        return False
    locked.set_password(password)
    locked.save(update_fields=["password"])
    # Whoever has tried five wrong passwords before asking may log in now.
    lockout.forgive(locked.email, address_of(request))
    password_was_reset.send(sender=User, user=locked)
    return True
