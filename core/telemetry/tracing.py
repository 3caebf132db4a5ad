"""Trace a message from its POST through its fan-out to the push or the email.

Off unless OTEL_EXPORTER_OTLP_ENDPOINT is set. Then nothing of OpenTelemetry is imported, and every
call here returns at once. `core.telemetry.otel` does the work.
"""

from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, TypeVar
from uuid import UUID

import structlog
from django.conf import settings

if TYPE_CHECKING:
    from core.telemetry.otel import Tracing

Given = TypeVar("Given")
Result = TypeVar("Result")

logger = structlog.get_logger(__name__)


class Span(Protocol):
    """A step of a trace, entered by `with`. Attributes are ids and numbers, never texts."""

    def __enter__(self) -> "Span": ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

    def name(self, name: str) -> None:
        """Name the step once more is known."""

    def note(self, **attributes: str | int) -> None:
        """Set attributes; `__` in a name stands for its dots."""

    def fail(self, error_type: str) -> None:
        """Mark the step as failed, with a class of error and no text."""

    def took(self, message_ids: Iterable[UUID]) -> None:
        """Let the deliveries of these messages continue from this step, once it has committed."""


class _Off:
    def __enter__(self) -> "_Off":
        return self

    def __exit__(self, *_: object) -> None:
        return

    def name(self, name: str) -> None:
        return

    def note(self, **_: str | int) -> None:
        return

    def fail(self, error_type: str) -> None:
        return

    def took(self, message_ids: Iterable[UUID]) -> None:
        return


OFF = _Off()


def _loaded() -> "Tracing | None":
    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT or settings.OTEL_SDK_DISABLED:
        return None
    try:
        from core.telemetry.otel import Tracing
    except ImportError as error:
        logger.error("tracing_not_installed", error=str(error))  # noqa: TRY400 (one line says it)
        return None
    return Tracing()


_tracing = _loaded()


def is_on() -> bool:
    return _tracing is not None


def request(method: str, headers: Mapping[str, str]) -> Span:
    """Begin the trace of a request, with a link to the caller's if it names one."""
    return _tracing.request(method, headers) if _tracing else OFF


def remember(message_id: UUID) -> None:
    """Let the fan-out of a new message continue the trace of this request, once it has committed.

    Wake-ups are lost and done together, so Valkey keeps it by the message's id. Never raises.
    """
    if _tracing:
        _tracing.remember(message_id)


def continued(name: str, queue: str, message_ids: Iterable[UUID]) -> Span:
    """Continue the trace of these messages in a job. Call it outside of a transaction.

    Several messages: it is a step of one of their traces, with a link to each other one. What is
    lost begins a new trace.
    """
    return _tracing.continued(name, queue, list(message_ids)) if _tracing else OFF


def http_call(method: str, host: str, port: int) -> Span:
    """Trace a request to another server. Its path and headers are secrets, so they are left out."""
    return _tracing.http_call(method, host, port) if _tracing else OFF


def carried(function: Callable[[Given], Result]) -> Callable[[Given], Result]:
    """Return the function such that it runs under the present step in other threads as well."""
    return _tracing.carried(function) if _tracing else function


def flush() -> None:
    """Send what waits, as a process does before it ends. Takes a second at most."""
    if _tracing:
        _tracing.flush()
