"""Write every error in the format of the API.

Not in `core.web.errors`, which our authentication imports: importing this module loads DRF's views,
and with them our authentication.
"""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from drf_standardized_errors.handler import ExceptionHandler

from core.web.errors import BodyTooLarge, Unavailable


class ErrorHandler(ExceptionHandler):
    """Write an error as drf-standardized-errors does; a lost database is a 503, not a 500."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, OperationalError | InterfaceError):
            return Unavailable()
        if isinstance(exc, RequestDataTooBig):
            return BodyTooLarge(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        return super().convert_known_exceptions(exc)
