"""Count and time requests, for `/metrics`.

With PROMETHEUS_MULTIPROC_DIR, the processes of one machine count together in files of that folder
(prometheus_client's multiprocess mode), so any of them can answer. Without it each counts alone.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.multiprocess import MultiProcessCollector

GetResponse = Callable[[HttpRequest], HttpResponse]

REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "liaison_http_requests",
    "Requests that the web answered",
    ["method", "route", "status"],
    registry=REGISTRY,
)
SECONDS = Histogram(
    "liaison_http_request_seconds",
    "From the request to its answer; of a stream, to its beginning",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
    registry=REGISTRY,
)
STREAMS = Gauge(
    "liaison_streams_open", "Open streams", registry=REGISTRY, multiprocess_mode="livesum"
)
# Other methods share one series: a caller must not create series by inventing methods.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def registry() -> CollectorRegistry:
    """Return what to answer: the counts of all processes that count together."""
    folder = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if not folder:
        return REGISTRY
    _forget_ended_processes(Path(folder))
    together = CollectorRegistry()
    MultiProcessCollector(together, folder)  # type: ignore[no-untyped-call]
    return together


def _forget_ended_processes(folder: Path) -> None:
    """Remove what counts only while its process lives: the open streams. Requests stay counted."""
    for file in folder.glob("gauge_live*.db"):
        try:
            os.kill(int(file.stem.rpartition("_")[2]), 0)
        except ProcessLookupError:
            file.unlink(missing_ok=True)


class RequestMetrics:
    """Count each request under its route: one series for all conversations, not one for each."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began = time.perf_counter()
        response = self.get_response(request)
        method = request.method if request.method in METHODS else "other"
        route = request.resolver_match.route if request.resolver_match else "none"
        REQUESTS.labels(method, route, str(response.status_code)).inc()
        SECONDS.labels(method, route).observe(time.perf_counter() - began)
        return response
