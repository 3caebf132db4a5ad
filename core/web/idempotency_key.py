"""Take `Idempotency-Key` as another name for the `id` that a caller makes.

The header of draft-ietf-httpapi-idempotency-key-header-07. The same key and content answers what
was recorded the first time, another content is refused with 409, without a time limit.
"""

from typing import Any
from uuid import UUID, uuid5

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from core.web.requests import person

HEADER = "Idempotency-Key"
MAX_LENGTH = 255
PARAMETER = OpenApiParameter(
    HEADER,
    {"type": "string", "minLength": 1, "maxLength": MAX_LENGTH},
    OpenApiParameter.HEADER,
    description=(
        "Another name for `id`: a UUID, or any text that is the caller's own for this request."
        " The same key with the same content is done once."
    ),
)


def with_key(request: Request) -> Any:
    """Return the body of a request, with the `id` that its key stands for.

    Raises ValidationError for a key that is too long or empty, and for an `id` that says something
    else. A body that is no object is returned as it is, and refused by its serializer.
    """
    given = request.headers.get(HEADER)
    if given is None or not isinstance(request.data, dict):
        return request.data
    key = _unquoted(given)
    if not 1 <= len(key) <= MAX_LENGTH:
        raise _refused(_("Give a key of 1 to 255 characters."), "invalid")
    made = str(id_of(key, request))
    if str(request.data.get("id", made)).lower() != made:
        raise _refused(_("`id` and this key say different things: give one of them."), "differs")
    return {**request.data, "id": made}


def id_of(key: str, request: Request) -> UUID:
    """Return a UUID as it is; of another text, one that only this person has."""
    try:
        return UUID(key)
    except ValueError:
        return uuid5(person(request).pk, f"{request.path} {key}")


def _unquoted(given: str) -> str:
    """Return a text as it is, and one in quotes (a string of RFC 9651) without them."""
    given = given.strip()
    is_quoted = len(given) >= 2 and given[0] == given[-1] == '"'
    return given[1:-1] if is_quoted else given


def _refused(text: str, code: str) -> ValidationError:
    return ValidationError({HEADER: ValidationError(text, code).detail})
