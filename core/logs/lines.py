"""Write a log record as one line: JSON, or text for a person at a terminal."""

import os
import sys
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import EventDict, Processor, WrappedLogger

from core.logs.process import process_name


def add_process(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    event["process"] = process_name()
    event["pid"] = os.getpid()
    return event


def add_count(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Add the count of a folded error that was not written through structlog."""
    event.update(event["_record"].__dict__.get("folded", {}))
    return event


ON_EVERY_LINE: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
AS_JSON: list[Processor] = [
    add_process,
    # Without the local variables: they hold tokens, passwords and what people wrote.
    structlog.processors.ExceptionRenderer(
        structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    ),
    structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
]


def line_formatter(log_format: str) -> dict[str, Any]:
    """Return the formatter that writes lines as `text`, or else as JSON, for `logging.config`."""
    as_text: list[Processor] = [
        structlog.dev.ConsoleRenderer(
            colors=sys.stdout.isatty(),
            # Where `rich` is installed, structlog's own choice shows the local variables.
            exception_formatter=structlog.dev.plain_traceback,
        )
    ]
    return {
        "()": ProcessorFormatter,
        "processors": [
            ProcessorFormatter.remove_processors_meta,
            *(as_text if log_format == "text" else AS_JSON),
        ],
        # Of a line that was not written through structlog.
        "foreign_pre_chain": [*ON_EVERY_LINE, add_count],
    }
