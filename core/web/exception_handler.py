"""Errors as answers, in the one format.

Beside `core.web.errors` and not in it: DRF loads its views, and with them our authentication, when
this is imported.
"""

from django.db import InterfaceError, OperationalError
from drf_standardized_errors.handler import ExceptionHandler

from core.web.errors import Unavailable


class Answers(ExceptionHandler):
    """Every error in the one format; a database that is away is a 503, not a 500."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, OperationalError | InterfaceError):
            return Unavailable()
        return super().convert_known_exceptions(exc)
