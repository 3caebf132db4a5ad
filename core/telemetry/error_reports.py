"""Report errors to Sentry, or to a server that speaks its protocol. Off unless SENTRY_DSN is set.

What is logged as an error is reported, in requests and jobs alike: its class, the stack, the event
of the log line, the ids of the request, the person and the task. Everything else stays here, above
all local variables and the texts of exceptions, which quote what people wrote. The log has them.
"""

import atexit
import logging
from functools import cache

import structlog
from django.conf import settings

logger = structlog.get_logger(__name__)


@cache
def handler() -> logging.Handler:
    """Return the handler of this process for LOGGING, which is configured more than once."""
    try:
        from core.telemetry.sentry import SentryHandler
    except ImportError as error:
        logger.error("error_reports_not_installed", error=str(error))  # noqa: TRY400 (as it says)
        return logging.NullHandler()
    found = SentryHandler()
    atexit.register(found.flush)
    return found


def flush() -> None:
    """Send what waits, as a process does before it ends. Takes a second at most."""
    if settings.SENTRY_DSN:
        handler().flush()
