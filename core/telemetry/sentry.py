"""The handler of log records that makes events of Sentry. Imported only if SENTRY_DSN is set."""

import logging
import sys
from collections.abc import Mapping
from typing import Any

import sentry_sdk
import structlog
from django.conf import settings
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.excepthook import ExcepthookIntegration
from sentry_sdk.types import Event, Hint

from core.version import VERSION

FLUSH_SECONDS = 1.0
# What leaves of an event, of an exception, and of a frame of its stack. Nothing else does, whatever
# a later SDK adds.
KEPT = frozenset(
    {
        "event_id", "timestamp", "platform", "level", "logger", "release", "environment",
        "server_name", "transaction", "tags", "user", "sdk",
    }
)  # fmt: skip
KEPT_OF_EXCEPTION = frozenset({"type", "module", "mechanism", "stacktrace"})
KEPT_OF_FRAME = frozenset(
    {
        "filename", "abs_path", "function", "module", "lineno", "in_app",
        "pre_context", "context_line", "post_context",
    }
)  # fmt: skip
# Of the log's context. By these ids people find the lines, which have the text of the error.
TAGS = ("request_id", "task_id")


class SentryHandler(logging.Handler):
    """Sends each error from a thread of the SDK."""

    def __init__(self) -> None:
        super().__init__()
        sentry_sdk.init(
            dsn=settings.SENTRY_DSN,
            environment=settings.SENTRY_ENVIRONMENT,
            release=VERSION,
            send_default_pii=False,
            include_local_variables=False,
            max_breadcrumbs=0,
            default_integrations=False,
            auto_enabling_integrations=False,
            # `Dedupe`: an exception that is logged twice is one.
            integrations=[DedupeIntegration(), ExcepthookIntegration()],
            before_send=only_kept,
            # Not what the SDK would do of itself.
            auto_session_tracking=False,
            send_client_reports=False,
        )

    def emit(self, record: logging.LogRecord) -> None:
        # The SDK's own troubles would go round in a circle.
        if record.name.startswith(("sentry_sdk", "urllib3")):
            return
        try:
            self._report(record)
        except Exception:
            self.handleError(record)

    def _report(self, record: logging.LogRecord) -> None:
        said = record.msg if isinstance(record.msg, dict) else {}
        context = structlog.contextvars.get_contextvars()
        with sentry_sdk.new_scope() as scope:
            scope.set_tag("event", str(said.get("event", "")) or record.name)
            scope.set_tag("logger", record.name)
            for name in TAGS:
                if name in context:
                    scope.set_tag(name, str(context[name]))
            if job := said.get("job"):
                scope.set_tag("job", str(job))
            if user_id := context.get("user_id"):
                scope.set_user({"id": str(user_id)})
            if route := said.get("route"):
                method = str(said.get("request", "")).partition(" ")[0]
                scope.set_transaction_name(f"{method} {route}")
            error = _error_of(record, said)
            if error is not None:
                scope.capture_exception(error)
            else:
                scope.capture_event({"level": "error", "logger": record.name})

    def flush(self) -> None:
        sentry_sdk.flush(timeout=FLUSH_SECONDS)


def only_kept(event: Event, _hint: Hint) -> Event:
    """Return of an event what may leave: no text of an error, no variable, no request."""
    kept: dict[str, Any] = {name: value for name, value in event.items() if name in KEPT}
    values = (event.get("exception") or {}).get("values") or []
    if values:
        kept["exception"] = {"values": [_exception(value) for value in values]}
    else:
        kept["message"] = (event.get("tags") or {}).get("event", "")
    return kept  # type: ignore[return-value]  # a TypedDict, made of one


def _exception(value: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: part for name, part in value.items() if name in KEPT_OF_EXCEPTION}
    if mechanism := kept.get("mechanism"):
        # `data` may hold arguments.
        kept["mechanism"] = {
            name: part for name, part in mechanism.items() if name not in ("data", "meta")
        }
    frames = (kept.get("stacktrace") or {}).get("frames") or []
    kept["stacktrace"] = {
        "frames": [
            {name: part for name, part in frame.items() if name in KEPT_OF_FRAME}
            for frame in frames
        ]
    }
    return kept


def _error_of(record: logging.LogRecord, said: Mapping[str, Any]) -> BaseException | None:
    """Return the exception of a record: structlog keeps it in the event."""
    given = record.exc_info or said.get("exc_info")
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    return error if isinstance(error, BaseException) else None
