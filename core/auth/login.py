"""Log in and out with a session."""

from django.contrib.auth import authenticate, logout
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables
from rest_framework import status

from core.auth import audited, lockout, oidc, second_step
from core.auth.oidc import UseProvider
from core.models import User
from core.text import email_spelling
from core.web.errors import Refusal, TooMany
from core.web.requests import address_of


class InvalidCredentials(Refusal):
    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "invalid_credentials"
    default_detail = _("This email address and this password do not go together.")


def log_in(request: HttpRequest, *, email: str, password: str, code: str | None = None) -> User:
    """Check password and second factor at once, and open a session.

    Raises what `check_password` and `second_step.check` raise.
    """
    user = check_password(request, email=email, password=password)
    second_step.check(user, code)
    second_step.open_session(request, user, by="second_factor" if code else "password")
    return user


@sensitive_variables("password")
def check_password(request: HttpRequest, *, email: str, password: str) -> User:
    """Return the person whose email and password these are. Every login goes through here.

    Raises InvalidCredentials, the same for an unknown email and for a wrong password. Raises
    TooMany after several failures, see `core.auth.lockout`. Raises UseProvider after the right
    password of a person whose company has switched passwords off.
    """
    address = address_of(request)
    _count_attempt(email, address)
    try:
        user = authenticate(request, username=email_spelling(email), password=password)
    except Exception:  # The database is away, say: that was no wrong password.
        lockout.give_back_attempt(email, address)
        raise
    if not isinstance(user, User):
        audited.email_refused(email)
        raise InvalidCredentials
    lockout.forgive(email, address)
    if oidc.takes_no_password(user):
        audited.refused(user, "use_provider")
        raise UseProvider
    return user


def _count_attempt(email: str, address: str) -> None:
    try:
        lockout.count_attempt(email, address)
    except TooMany:
        audited.blocked(email)
        raise


def log_out(request: HttpRequest) -> None:
    logout(request)
