"""Logs: one JSON object a line, or words on a developer's terminal."""

import os
import sys

import structlog
from structlog.typing import Processor

shared: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

for_people: list[Processor] = [structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())]
for_machines: list[Processor] = [
    # Without the local variables: they hold tokens, passwords and what people wrote.
    structlog.processors.ExceptionRenderer(
        structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    ),
    structlog.processors.JSONRenderer(ensure_ascii=False),
]


def renderer(
    logger: object, name: str, event: structlog.typing.EventDict
) -> str | structlog.typing.EventDict:
    """Render one line the way the reader of this process wants it."""
    event.pop("_record", None)
    event.pop("_from_structlog", None)
    for step in for_people if os.environ.get("LOG_FORMAT") == "text" else for_machines:
        event = step(logger, name, event)  # type: ignore[assignment]  # the last one renders
    return event


structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *shared,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
