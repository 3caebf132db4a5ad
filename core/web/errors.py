"""What the API says when it refuses, and what it says while a part is away.

A refusal is a DRF exception with a `code` for programs and a sentence for people. Each app
declares its own beside what raises them; the ones here belong to everybody.
"""

from datetime import timedelta

from django.utils.translation import gettext_lazy as _
from rest_framework import status
from rest_framework.exceptions import APIException

RETRY_AFTER_SECONDS = 2


class Refusal(APIException):
    """A rule of the domain says no; nothing was changed."""

    status_code: int = status.HTTP_409_CONFLICT
    default_code = "refused"


class NotAllowed(Refusal):
    status_code = status.HTTP_403_FORBIDDEN
    default_code = "permission_denied"
    default_detail = _("Your role does not allow this.")


class Unavailable(APIException):
    """A needed part is down: the same request may succeed in a moment."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_code = "unavailable"
    default_detail = _("The service is interrupted for a moment. Nothing is lost: try again.")
    wait = RETRY_AFTER_SECONDS


class TooMany(APIException):
    """The person did this too often; `retry_after_seconds` says when it is possible again."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS
    default_code = "throttled"
    default_detail = _("Too many requests. Wait a moment, then try again.")

    def __init__(self, retry_after: timedelta, detail: str | None = None) -> None:
        super().__init__(detail)
        self.retry_after_seconds = max(1, int(retry_after.total_seconds()))
        # DRF writes the Retry-After header from this attribute.
        self.wait = self.retry_after_seconds
