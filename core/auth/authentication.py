"""How a request to the API says who it speaks for: a bearer token, or the session cookie."""

from rest_framework import authentication, exceptions
from rest_framework.request import Request

from core.auth.jwt_tokens import InvalidToken, user_of
from core.models import User


class BearerAuthentication(authentication.BaseAuthentication):
    """`Authorization: Bearer JWT`. A request that carries one never has its cookies read."""

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
    """The session cookie, with the CSRF token on unsafe methods."""
