"""Write every error in the format of the API.

Not in `core.web.errors`, which our authentication imports: importing this module loads DRF's views,
and with them our authentication.
"""

from dataclasses import replace

import structlog
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import DataError, InterfaceError, OperationalError
from django.http import UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import Error
from rest_framework.exceptions import ParseError

from core.web.errors import Unavailable

logger = structlog.get_logger(__name__)

# What Django raises for a request that cannot be read.
UNREADABLE = (SuspiciousOperation, BadRequest, MultiPartParserError, UnreadablePostError)


class ErrorHandler(ExceptionHandler):
    """Write an error as drf-standardized-errors does; a lost database is a 503, not a 500."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, OperationalError | InterfaceError):
            return Unavailable()
        if isinstance(exc, UNREADABLE):
            return ParseError()
        if isinstance(exc, DataError):
            # PostgreSQL cannot hold the value, so the caller sent it. Logged, since the field
            # should have said so by name.
            logger.warning("value_refused_by_database", error=str(exc))
            return ParseError()
        return super().convert_known_exceptions(exc)


class ErrorFormatter(ExceptionFormatter):
    """Name the value that a refusal is about."""

    def get_errors(self) -> list[Error]:
        errors: list[Error] = super().get_errors()
        attr = getattr(self.exc, "attr", None)
        return errors if attr is None else [replace(error, attr=attr) for error in errors]
