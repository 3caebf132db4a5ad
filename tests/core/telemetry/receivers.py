"""A collector of OpenTelemetry and a server of Sentry on loopback, as far as they are called."""

import gzip
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import brotli
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span as ProtoSpan
from opentelemetry.proto.trace.v1.trace_pb2 import Status

DECOMPRESS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes, "gzip": gzip.decompress, "br": brotli.decompress,
}  # fmt: skip


@dataclass
class Span:
    """A span as the collector shows it."""

    name: str
    trace: str
    id: str
    parent: str
    kind: str
    attributes: dict[str, Any]
    resource: dict[str, Any]
    # (trace, span) of each link.
    links: list[tuple[str, str]]
    is_failed: bool
    began_ns: int
    ended_ns: int


@dataclass
class Collector:
    port: int = 0
    paths: set[str] = field(default_factory=set)
    spans: list[Span] = field(default_factory=list)
    # All that came, as it came.
    raw: list[bytes] = field(default_factory=list)

    def take(self, path: str, body: bytes) -> bytes:
        self.paths.add(path)
        self.raw.append(body)
        request = ExportTraceServiceRequest.FromString(body)
        for of_resource in request.resource_spans:
            resource = _values(of_resource.resource.attributes)
            for of_scope in of_resource.scope_spans:
                self.spans += [_read(span, resource) for span in of_scope.spans]
        return b""

    def named(self, name: str) -> list[Span]:
        return [span for span in list(self.spans) if span.name == name]

    def below(self, span: Span) -> list[Span]:
        """Return the children of a span, in the order in which they began."""
        found = [each for each in list(self.spans) if each.parent == span.id]
        return sorted(found, key=lambda each: each.began_ns)

    def clear(self) -> None:
        self.spans.clear()
        self.raw.clear()


def _read(span: ProtoSpan, resource: dict[str, Any]) -> Span:
    return Span(
        name=span.name,
        trace=span.trace_id.hex(),
        id=span.span_id.hex(),
        parent=span.parent_span_id.hex(),
        kind=ProtoSpan.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        attributes=_values(span.attributes),
        resource=resource,
        links=[(link.trace_id.hex(), link.span_id.hex()) for link in span.links],
        is_failed=span.status.code == Status.STATUS_CODE_ERROR,
        began_ns=span.start_time_unix_nano,
        ended_ns=span.end_time_unix_nano,
    )


def _values(attributes: Any) -> dict[str, Any]:
    found = {}
    for each in attributes:
        kind = each.value.WhichOneof("value")
        found[each.key] = getattr(each.value, kind)
    return found


@dataclass
class Sentry:
    port: int = 0
    # The events, and all that came.
    events: list[dict[str, Any]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)

    @property
    def dsn(self) -> str:
        return f"http://public@127.0.0.1:{self.port}/1"

    def take(self, path: str, body: bytes) -> bytes:
        """Read an envelope: a header line, then for each item a header line and its payload."""
        assert path == "/api/1/envelope/"
        self.raw.append(body)
        lines = body.split(b"\n")[1:]
        for header, payload in zip(lines[::2], lines[1::2], strict=False):
            if header and json.loads(header)["type"] == "event":
                self.events.append(json.loads(payload))
        return b"{}"

    def clear(self) -> None:
        self.events.clear()
        self.raw.clear()


@contextmanager
def listening(receiver: Collector | Sentry, port: int = 0) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            decompress = DECOMPRESS[self.headers.get("Content-Encoding", "")]
            answer = receiver.take(self.path, decompress(body))
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
