"""Traces by the SDK of OpenTelemetry, sent by OTLP over HTTP. Imported only if tracing is on.

The SDK reads the standard variables (OTEL_*) itself: sampler, headers, limits, time-outs. It sends
from a thread of its own, and drops spans when the collector takes none.
"""

import atexit
import contextvars
import logging
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from types import TracebackType
from typing import Any, Self, TypeVar
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from opentelemetry import context, trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, SERVICE_VERSION, Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExportResult
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from redis.exceptions import RedisError

from core import background_sender
from core.valkey import key, valkey
from core.version import VERSION

Given = TypeVar("Given")
Result = TypeVar("Result")

# As long as a delivery is tried (`notifications.delivery.batch.MAX_ATTEMPTS`), and some more.
KEPT = timedelta(hours=2)
FLUSH_MS = 1_000
SYSTEM = "liaison"
TRACEPARENT = "traceparent"

logger = structlog.get_logger(__name__)
_propagator = TraceContextTextMapPropagator()


class Exporter(OTLPSpanExporter):
    """Sends spans; logs once when the collector takes none, and once when it does again."""

    is_away = False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        result = super().export(spans)
        is_away = result != SpanExportResult.SUCCESS
        if is_away and not self.is_away:
            logger.warning("traces_not_taken")
        elif self.is_away and not is_away:
            logger.info("traces_taken_again")
        self.is_away = is_away
        return result


class Tracing:
    """The tracer of this process. A forked process gets a sending thread of its own."""

    def __init__(self) -> None:
        # A line each for every try would fill the log while the collector is away.
        logging.getLogger("opentelemetry").setLevel(logging.CRITICAL)
        resource = Resource.create(
            {
                SERVICE_NAME: settings.OTEL_SERVICE_NAME,
                SERVICE_VERSION: VERSION,
                "process.pid": os.getpid(),
            }
        )
        self._processor = BatchSpanProcessor(Exporter())
        # Not at exit by the SDK: it would wait half a minute for a collector that is away.
        provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        provider.add_span_processor(self._processor)
        self._tracer = provider.get_tracer("liaison", VERSION)
        atexit.register(self.flush)

    def flush(self) -> None:
        # The method of the processor itself takes no limit, and waits for half a minute.
        self._processor._batch_processor.shutdown(timeout_millis=FLUSH_MS)

    def request(self, method: str, headers: Mapping[str, str]) -> "Step":
        caller = _context_of(headers.get(TRACEPARENT, ""))
        span = self._tracer.start_span(
            method,
            context.Context(),
            SpanKind.SERVER,
            {"http.request.method": method},
            [Link(caller)] if caller else [],
        )
        return Step(self._tracer, span)

    def remember(self, message_id: UUID) -> None:
        span = trace.get_current_span()
        if span.get_span_context().is_valid:
            span.set_attribute("messaging.message.id", str(message_id))
            parents = {message_id: _traceparent(span)}
            transaction.on_commit(partial(_hand_on, parents))

    def continued(self, name: str, queue: str, message_ids: list[UUID]) -> "JobStep":
        return JobStep(self._tracer, name, queue, message_ids)

    def http_call(self, method: str, host: str, port: int) -> "Step":
        attributes: dict[str, str | int] = {
            "http.request.method": method,
            "server.address": host,
            "server.port": port,
        }
        span = self._tracer.start_span(method, None, SpanKind.CLIENT, attributes)
        return Step(self._tracer, span)

    def carried(self, function: Callable[[Given], Result]) -> Callable[[Given], Result]:
        here = context.get_current()

        def call(given: Given) -> Result:
            token = context.attach(here)
            try:
                return function(given)
            finally:
                context.detach(token)

        return call


class Step:
    """A span that is the current one while `with` lasts."""

    def __init__(self, tracer: trace.Tracer, span: trace.Span) -> None:
        self._tracer = tracer
        self._span = span
        self._token: contextvars.Token[context.Context] | None = None

    def __enter__(self) -> Self:
        self._token = context.attach(trace.set_span_in_context(self._span))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is not None:
            # Without its text, which may quote what people wrote.
            self.fail(kind.__name__)
        if self._token:
            context.detach(self._token)
        self.end()

    def end(self) -> None:
        self._span.end()

    def note(self, **attributes: str | int) -> None:
        for name, value in attributes.items():
            self._span.set_attribute(name.replace("__", "."), value)

    def name(self, name: str) -> None:
        self._span.update_name(name)

    def fail(self, error_type: str) -> None:
        self._span.set_attribute("error.type", error_type)
        self._span.set_status(Status(StatusCode.ERROR))

    def took(self, message_ids: Iterable[UUID]) -> None:
        raise NotImplementedError


class JobStep(Step):
    """A job for messages: a step of the trace of one, linked with those of the others.

    Each of the other messages that the job `took` gets a step of the same time in its own trace.
    """

    def __init__(
        self, tracer: trace.Tracer, name: str, queue: str, message_ids: list[UUID]
    ) -> None:
        self._known = _contexts(message_ids)
        parent = next(
            (found for found in self._known.values() if found.trace_flags.sampled),
            next(iter(self._known.values()), None),
        )
        self._name = name
        self._attributes: dict[str, Any] = {
            "messaging.system": SYSTEM,
            "messaging.destination.name": queue,
            "messaging.operation.name": name,
            "messaging.operation.type": "process",
        }
        others = [found for found in self._known.values() if found is not parent]
        span = tracer.start_span(
            name,
            _below(parent),
            SpanKind.CONSUMER,
            self._attributes | _ids(message_ids),
            [Link(other) for other in others],
        )
        self._linked = {found.trace_id for found in self._known.values()}
        self._beside: list[trace.Span] = []
        super().__init__(tracer, span)

    def end(self) -> None:
        super().end()
        for span in self._beside:
            span.end()

    def took(self, message_ids: Iterable[UUID]) -> None:
        # After the commit, since nobody must wait for Valkey while conversations are locked. Call
        # it before the deliveries are enqueued: their wake-ups leave after this.
        if ids := list(message_ids):
            transaction.on_commit(partial(self._pass_on, ids))

    def _pass_on(self, message_ids: list[UUID]) -> None:
        self._known |= _contexts([each for each in message_ids if each not in self._known])
        self._span.set_attributes(_ids(message_ids))
        _hand_on({each: _traceparent(self._of(each)) for each in message_ids})

    def _of(self, message_id: UUID) -> trace.Span:
        """Return this step in the trace of a message."""
        mine = self._span.get_span_context()
        found = self._known.get(message_id)
        if found is None or found.trace_id == mine.trace_id:
            return self._span
        if found.trace_id not in self._linked:
            self._span.add_link(found)
            self._linked.add(found.trace_id)
        beside = self._tracer.start_span(
            self._name,
            _below(found),
            SpanKind.CONSUMER,
            self._attributes | _ids([message_id]),
            [Link(mine)],
            getattr(self._span, "start_time", None),
        )
        self._beside.append(beside)
        return beside


def _ids(message_ids: list[UUID]) -> dict[str, str | int]:
    if len(message_ids) == 1:
        return {"messaging.message.id": str(message_ids[0])}
    return {"messaging.batch.message_count": len(message_ids)}


def _below(parent: SpanContext | None) -> context.Context:
    """Return a context with that parent; without one, such that a new trace begins."""
    empty = context.Context()
    return trace.set_span_in_context(trace.NonRecordingSpan(parent), empty) if parent else empty


def _traceparent(span: trace.Span) -> str:
    carrier: dict[str, str] = {}
    _propagator.inject(carrier, trace.set_span_in_context(span, context.Context()))
    return carrier[TRACEPARENT]


def _context_of(traceparent: str) -> SpanContext | None:
    if not traceparent:
        return None
    read = _propagator.extract({TRACEPARENT: traceparent}, context.Context())
    found = trace.get_current_span(read).get_span_context()
    return found if found.is_valid else None


def _hand_on(parents: Mapping[UUID, str]) -> None:
    background_sender.send(partial(_write, parents))


def _write(parents: Mapping[UUID, str]) -> None:
    with suppress(RedisError):
        pipeline = valkey().pipeline(transaction=False)
        for message_id, traceparent in parents.items():
            pipeline.set(key("trace", message_id), traceparent, ex=KEPT)
        pipeline.execute()


def _contexts(message_ids: list[UUID]) -> dict[UUID, SpanContext]:
    """Return where the traces of messages stand, as far as Valkey knows."""
    if not message_ids:
        return {}
    try:
        found = valkey().mget([key("trace", each) for each in message_ids])
    except (RedisError, OSError):
        return {}
    known = {
        each: _context_of(value.decode())
        for each, value in zip(message_ids, found, strict=True)
        if isinstance(value, bytes)
    }
    return {each: found for each, found in known.items() if found}
