"""Write logs to the standard output, one line for each event."""

import sys
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import Processor

from core.settings.env import env

LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOG_FORMAT = env.str("LOG_FORMAT", default="")

ON_EVERY_LINE: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def line_formatter(log_format: str) -> dict[str, Any]:
    """Return the formatter that writes lines as `text`, or else as JSON, for `logging.config`."""
    as_text: list[Processor] = [structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())]
    as_json: list[Processor] = [
        # Without the local variables: they hold tokens, passwords and what people wrote.
        structlog.processors.ExceptionRenderer(
            structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        ),
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]
    return {
        "()": ProcessorFormatter,
        "processors": [
            ProcessorFormatter.remove_processors_meta,
            *(as_text if log_format == "text" else as_json),
        ],
        # Of a line that was not written through structlog.
        "foreign_pre_chain": ON_EVERY_LINE,
    }


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": line_formatter(LOG_FORMAT)},
    "handlers": {"stdout": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stdout"], "level": LOG_LEVEL},
    "loggers": {
        # The proxy keeps the access log. Here, an error is logged with the id of its request.
        "uvicorn.access": {"level": "WARNING"},
        "django.request": {"level": "CRITICAL"},
        "django_structlog.middlewares": {"level": "WARNING"},
    },
}

structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *ON_EVERY_LINE,
        ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
