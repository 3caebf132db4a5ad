"""Authenticate an API request by a bearer token or by the session cookie."""

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from core.auth import credentials
from core.auth.credentials import Machine
from core.auth.jwt_tokens import InvalidToken, user_of
from core.models import User


class BearerAuthentication(authentication.BaseAuthentication):
    """Read `Authorization: Bearer JWT`.

    The cookies of a request with a bearer are ignored: a bad token is a 401, session or not.
    """

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[User, str] | None:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != self.keyword.lower():
            return None
        if token.strip().startswith(credentials.PREFIX):
            raise exceptions.AuthenticationFailed(
                "This address takes the token of a person, not the credential of a program."
            )
        try:
            return user_of(token.strip()), token
        except InvalidToken as error:
            raise exceptions.AuthenticationFailed(str(error)) from error

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class CredentialAuthentication(authentication.BaseAuthentication):
    """Read `Authorization: Bearer liaison_…`, the credential of a program.

    Any other bearer is left to the next way to authenticate, if the view has one.
    """

    keyword = "Bearer"

    def authenticate(self, request: Request) -> tuple[Machine, str] | None:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        is_bearer = scheme.lower() == self.keyword.lower()
        if not is_bearer or not secret.strip().startswith(credentials.PREFIX):
            return None
        machine = credentials.machine_of(secret.strip())
        if machine is None:
            raise exceptions.AuthenticationFailed(
                "This credential is not known, has expired or was withdrawn."
            )
        return machine, secret

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class OtherPerson(exceptions.AuthenticationFailed):
    """The session belongs to somebody else than the page that sends the request."""

    default_code = "other_person"
    default_detail = _("Somebody else has logged in on this device. Open the page again.")


class CsrfFailed(exceptions.PermissionDenied):
    """The CSRF token is not of this session. A login in another tab changes it."""

    default_code = "csrf_failed"
    default_detail = _("This page is too old to send anything. Open it again.")


def is_of_other_person(request: Request | HttpRequest, user: User) -> bool:
    """Return true if the page was made for another person than the session is of.

    A page names its person in `X-Person`. Without the header nothing is compared. Otherwise what
    one person wrote without network could leave in the name of the next one who logs in.
    """
    expected = request.headers.get("X-Person")
    return expected is not None and expected != str(user.pk)


def is_of_portal(request: Request | HttpRequest) -> bool:
    """Return true if the page that asks is of the portal, which speaks by a bearer token alone.

    Portal and Liaison may share a site, where browsers send our cookie along.
    """
    origin = request.headers.get("Origin")
    is_ours = origin == f"{request.scheme}://{request.get_host()}"
    return origin in settings.CORS_ALLOWED_ORIGINS and not is_ours


class SessionAuthentication(authentication.SessionAuthentication):
    """Read the session cookie; unsafe methods also need the CSRF token."""

    def authenticate(self, request: Request) -> tuple[User, None] | None:
        if is_of_portal(request):
            return None
        # Before the CSRF token, which fails too after the login of somebody else.
        user = getattr(request._request, "user", None)
        if not isinstance(user, User) or not user.is_active:
            return None
        if is_of_other_person(request, user):
            raise OtherPerson
        try:
            self.enforce_csrf(request)
        except exceptions.PermissionDenied as error:
            raise CsrfFailed from error
        return user, None
