"""Define the errors that all apps raise.

An error is a DRF exception with a `code` for programs and a sentence for people. An app defines its
own errors beside the code that raises them.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from math import ceil

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException

RETRY_AFTER_SECONDS = 2


class Refusal(APIException):
    """A rule of the domain refuses the request; nothing was changed.

    `attr` names the value in the body that it is about, as `attachments.3`.
    """

    status_code: int = status.HTTP_409_CONFLICT
    default_code = "refused"
    attr: str | None = None


@contextmanager
def refusals_under(name: str) -> Iterator[None]:
    """Name the values of a refusal as parts of a field: `attachments.3` of `message`."""
    try:
        yield
    except Refusal as refusal:
        if refusal.attr is not None:
            refusal.attr = f"{name}.{refusal.attr}"
        raise


class NotAllowed(Refusal):
    status_code = status.HTTP_403_FORBIDDEN
    default_code = "permission_denied"
    default_detail = _("Your role does not allow this.")


class Unavailable(APIException):
    """A service is down; the same request can succeed a moment later."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "unavailable"
    default_detail = _("The service is interrupted for a moment. Nothing is lost: try again.")
    wait = RETRY_AFTER_SECONDS


class TooMany(APIException):
    """The person did this too often. It is possible again after `retry_after_seconds`."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS
    default_code = "throttled"
    default_detail = _("Too many requests. Wait a moment, then try again.")

    def __init__(self, retry_after: timedelta, detail: str | None = None) -> None:
        super().__init__(detail)
        self.retry_after_seconds = max(1, ceil(retry_after.total_seconds()))
        # DRF writes the header Retry-After from `wait`.
        self.wait = self.retry_after_seconds


class BodyTooLarge(APIException):
    """The body of the request is larger than its address accepts."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "body_too_large"

    def __init__(self, max_bytes: int) -> None:
        kilobytes = {"kilobytes": max_bytes // 1024}
        super().__init__(
            _("This is too large: at most %(kilobytes)d kB at once. Attach a file instead.")
            % kilobytes
        )


class BodyTooSlow(APIException):
    """The body of the request stopped coming, or comes too slowly."""

    status_code = status.HTTP_408_REQUEST_TIMEOUT
    default_code = "body_too_slow"
    default_detail = _("The connection is too slow: this did not arrive completely. Try again.")
