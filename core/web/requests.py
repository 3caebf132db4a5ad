"""Read the person, the address and the validated data of a request."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.serializers import Serializer

from core.models import User


def person(request: Request | HttpRequest) -> User:
    """Return the logged-in person, as a User. Raises NotAuthenticated for a stranger."""
    if isinstance(request.user, User):
        return request.user
    raise NotAuthenticated


def address_of(request: HttpRequest) -> str:
    """Return the caller's IP address, as the outermost of TRUSTED_PROXY_COUNT proxies saw it."""
    forwarded = request.headers.get("X-Forwarded-For", "").split(",")
    if settings.TRUSTED_PROXY_COUNT and len(forwarded) >= settings.TRUSTED_PROXY_COUNT:
        return str(forwarded[-settings.TRUSTED_PROXY_COUNT].strip())
    return str(request.META.get("REMOTE_ADDR", ""))


def validated(shape: type[Serializer[Any]], data: Any) -> dict[str, Any]:
    """Validate data by a serializer and return it. Raises ValidationError."""
    serializer = shape(data=data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)
