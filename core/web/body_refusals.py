"""Answer a request whose body was not taken: as JSON in the API, as plain text elsewhere.

A middleware answers, not the event loop, so that the answer has the headers of all others: a page
of the portal reads it (CORS), and the metrics count it.
"""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from rest_framework.exceptions import APIException

from core.web.bodies import BodyRefused
from core.web.errors import BodyTooLarge

# The key of the WSGI environment under which the bridge leaves a BodyRefused.
REFUSAL = "liaison.refusal"


class BodyRefusals:
    """Answer what the bridge refused, and what Django itself finds too large in another server."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        refused = request.META.get(REFUSAL)
        if isinstance(refused, BodyRefused):
            return _answer(request, refused)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, RequestDataTooBig):
            return None
        at_most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        return _answer(request, BodyRefused(lambda: BodyTooLarge(at_most)))


def _answer(request: HttpRequest, refused: BodyRefused) -> HttpResponse:
    with translation.override(translation.get_language_from_request(request)):
        error = refused.error()
    response = _written(error, as_json=request.path.startswith("/api/"))
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(wait)
    return response


def _written(error: APIException, *, as_json: bool) -> HttpResponse:
    if not as_json:
        return HttpResponse(
            f"{error.detail}\n", status=error.status_code, content_type="text/plain; charset=utf-8"
        )
    kind = "server_error" if error.status_code >= 500 else "client_error"
    shown = {"code": error.default_code, "detail": str(error.detail), "attr": None}
    return JsonResponse({"type": kind, "errors": [shown]}, status=error.status_code)
