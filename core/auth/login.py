"""Log in and out with a session."""

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework import status

from core.auth import lockout
from core.models import User
from core.web.errors import Refusal
from core.web.requests import address_of


class InvalidCredentials(Refusal):
    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "invalid_credentials"
    default_detail = _("This email address and this password do not go together.")


def log_in(request: HttpRequest, *, email: str, password: str) -> User:
    """Check the password and open a session.

    Raises InvalidCredentials, the same for an unknown email and for a wrong password. Raises
    TooMany after several failures, see `core.auth.lockout`.
    """
    email, address = email.strip().lower(), address_of(request)
    lockout.check(email, address)
    user = authenticate(request, username=email, password=password)
    if not isinstance(user, User):
        lockout.record_failure(email, address)
        raise InvalidCredentials
    lockout.forget_failures(email, address)
    login(request, user)
    return user


def log_out(request: HttpRequest) -> None:
    logout(request)
