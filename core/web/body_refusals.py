"""Answer a request whose body was not taken: as JSON in the API, as plain text elsewhere.

A middleware answers, not the event loop, so that the answer has the headers of all others: a page
of the portal reads it (CORS), and the metrics count it.
"""

from collections.abc import Callable
from functools import partial

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import translation
from rest_framework.exceptions import APIException

from core.web.bodies import BodyRefused
from core.web.body_limits import max_bytes_of
from core.web.errors import BodyTooLarge

# The key of the WSGI environment under which the bridge leaves a BodyRefused.
REFUSAL = "liaison.refusal"


class BodyRefusals:
    """Answer what the bridge refused, and in another server what is too large for its path.

    Another server must know the length: WSGI gives no body without one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        refused = request.META.get(REFUSAL)
        if isinstance(refused, BodyRefused):
            return _answer(request, refused)
        at_most = max_bytes_of(request.path)
        if _declared(request) > at_most:
            return _answer(request, BodyRefused(partial(BodyTooLarge, at_most)))
        return self.get_response(request)


def _declared(request: HttpRequest) -> int:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if str(length).isdecimal() else 0


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
