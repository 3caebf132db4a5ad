"""Authenticate an API request by a bearer token or by the session cookie."""

from rest_framework import authentication, exceptions
from rest_framework.request import Request

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
        try:
            return user_of(token.strip()), token
        except InvalidToken as error:
            raise exceptions.AuthenticationFailed(str(error)) from error

    def authenticate_header(self, request: Request) -> str:
        return self.keyword


class SessionAuthentication(authentication.SessionAuthentication):
    """Read the session cookie; unsafe methods also need the CSRF token."""
