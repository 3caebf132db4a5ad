"""Count and time the requests of this process, for `/metrics`."""

import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from prometheus_client import CollectorRegistry, Counter, Histogram

GetResponse = Callable[[HttpRequest], HttpResponse]

REGISTRY = CollectorRegistry()
REQUESTS = Counter(
    "liaison_http_requests",
    "Requests that this web process answered",
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
# Other methods share one series: a caller must not create series by inventing methods.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


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
