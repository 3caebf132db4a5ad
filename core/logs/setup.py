"""Set the logs of this process up, before Django does it with the same settings."""

import logging
import logging.config
import os
import sys
from typing import Any, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter

from core.logs.lines import ON_EVERY_LINE, line_formatter
from core.logs.process import SERVERS, is_command, is_step, process_name
from core.logs.streams import log_uncaught_errors, log_what_is_printed

LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")


def configuration(level: str, log_format: str, fold_seconds: float) -> dict[str, Any]:
    """Return the dictionary for `logging.config`. Raises ValueError for an unknown level."""
    if level.upper() not in LEVELS:
        raise ValueError(f"LOG_LEVEL={level}: use one of {', '.join(LEVELS)}")
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line_formatter(log_format)},
        "filters": {"loggable_paths": {"()": "core.logs.loggable.LoggablePaths"}},
        "handlers": {
            "lines": {
                "()": "core.logs.folding.FoldingHandler",
                "stream": stream_of_lines(),
                "seconds": fold_seconds,
                "formatter": "line",
            }
        },
        "root": {"handlers": ["lines"], "level": level.upper()},
        "loggers": {
            # The proxy keeps the access log. Here, an error is logged with the id of its request.
            "uvicorn.access": {"level": at_least("WARNING", level)},
            "django.request": {"level": "CRITICAL"},
            "django.security.csrf": {"filters": ["loggable_paths"]},
            "django_structlog.middlewares": {"level": at_least("WARNING", level)},
        },
    }


def at_least(lowest: str, level: str) -> str:
    """Return the higher one of two levels: a quiet logger is not louder than LOG_LEVEL."""
    return max(lowest, level.upper(), key=LEVELS.index)


def stream_of_lines() -> TextIO:
    """Return where lines go: the standard output is for what a command answers, if it is one."""
    stream = sys.stdout if process_name() in SERVERS else sys.stderr
    # What is printed becomes a line, which must not be printed again.
    return getattr(stream, "stream", stream)


def begin(log_format: str) -> None:
    """Have every line that one of our processes prints be one of the log.

    With the format "" a command prints to its person, and with `text` all do.
    """
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *ON_EVERY_LINE,
            ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    name = process_name()
    if not name or log_format == "text":
        return
    if not is_command(name):
        log_uncaught_errors()
        log_what_is_printed(output=True)
    elif log_format == "json":
        log_uncaught_errors()
        log_what_is_printed(output=is_step(name))


def early(environment: "os._Environ[str]") -> None:
    """Set the logs up from the environment alone, for an error in the settings themselves."""
    level = environment.get("LOG_LEVEL", "").upper()
    log_format = environment.get("LOG_FORMAT", "")
    logging.config.dictConfig(configuration(level if level in LEVELS else "INFO", log_format, 0))
    begin(log_format)
