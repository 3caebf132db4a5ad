"""Trace each request under its route: method, status and the id of the person, nothing else."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

from core.telemetry import tracing
from core.web.request_metrics import METHODS
from core.web.requests import loaded_person_id

GetResponse = Callable[[HttpRequest], HttpResponse]

# Asked all the time by machines.
UNTRACED = ("/livez", "/readyz", "/metrics", f"/{settings.STATIC_URL.strip('/')}/")


class RequestTracing:
    """Not in use while tracing is off."""

    def __init__(self, get_response: GetResponse) -> None:
        if not tracing.is_on():
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(UNTRACED):
            return self.get_response(request)
        method = request.method if request.method in METHODS else "_OTHER"
        with tracing.request(str(method), request.headers) as span:
            response = self.get_response(request)
            if match := request.resolver_match:
                span.note(http__route=match.route)
                span.name(f"{method} {match.route}")
            if user_id := loaded_person_id(request):
                span.note(user__id=user_id)
            span.note(http__response__status_code=response.status_code)
            if response.status_code >= 500:
                span.fail(str(response.status_code))
        return response
