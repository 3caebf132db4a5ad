"""The person behind an authenticated request."""

from django.http import HttpRequest
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from core.models import User


def person(request: Request | HttpRequest) -> User:
    """Return the person, typed; raises NotAuthenticated where a view let a stranger in."""
    if isinstance(request.user, User):
        return request.user
    raise NotAuthenticated
