"""Read the person, the address and the validated data of a request."""

from functools import cache
from typing import Any

from django.http import HttpRequest
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request
from rest_framework.serializers import Serializer

from core.models import User
from core.web.proxies import client_address


def person(request: Request | HttpRequest) -> User:
    """Return the logged-in person, as a User. Raises NotAuthenticated for a stranger."""
    if isinstance(request.user, User):
        return request.user
    raise NotAuthenticated


def loaded_person_id(request: HttpRequest) -> str:
    """Return the id of the person if they are loaded already, else "". A query could fail."""
    user = getattr(request, "_cached_user", None) or request.__dict__.get("user")
    # Not `isinstance`, which would load a lazy one.
    return str(user.pk) if type(user) is User else ""


def address_of(request: HttpRequest) -> str:
    """Return the caller's IP address, as the outermost of our trusted proxies saw it."""
    peer = str(request.META.get("REMOTE_ADDR", ""))
    return client_address(peer, request.headers.get("X-Forwarded-For", ""))


def own_address(request: HttpRequest, wanted: str) -> str:
    """Return an address that a form or a link asks for if it is on this site, else ""."""
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_ours else ""


def validated(shape: type[Serializer[Any]], data: Any) -> dict[str, Any]:
    """Validate data by a serializer that needs no context, and return it. Raises ValidationError.

    It keeps one serializer for the process: DRF would copy all fields for each new one, which takes
    longer than to validate a message.
    """
    if data is None:
        # `is_valid` has words of its own for this.
        shape(data=data).is_valid(raise_exception=True)
    return dict(_kept(shape, translation.get_language()).run_validation(data))


@cache
def _kept(shape: type[Serializer[Any]], _language: str | None) -> Serializer[Any]:
    """Return a serializer for one language, since its fields keep the words of their refusals."""
    return shape()
