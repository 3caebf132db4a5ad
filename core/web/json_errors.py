"""Write the errors of Django itself in the format of the API, for every address under `/api`.

These are the errors from outside of DRF: an unknown path, a wrong Host, a form without its CSRF
token, a fault in a middleware, and Django's own pages of DEBUG.
"""

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import gettext as _

GetResponse = Callable[[HttpRequest], HttpResponse]

SERVER_ERROR = 500


class JsonErrors:
    """Replace the page of an error by JSON. The status and the other headers stay."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_error = response.status_code >= 400 and not response.streaming
        if is_error and is_of_api(request.path) and not _is_json(response):
            # Before or after the middleware that chooses it, no language is active.
            with translation.override(translation.get_language_from_request(request)):
                response.content = json.dumps(error_of(response.status_code), ensure_ascii=False)
            response["Content-Type"] = "application/json"
            response["Content-Length"] = str(len(response.content))
        return response


def is_of_api(path: str) -> bool:
    return path == "/api" or path.startswith("/api/")


def error_of(status: int) -> dict[str, Any]:
    """Return the JSON of an error of which only the status is known."""
    code, detail = _words(status)
    kind = "server_error" if status >= SERVER_ERROR else "client_error"
    return {"type": kind, "errors": [{"code": code, "detail": detail, "attr": None}]}


def _words(status: int) -> tuple[str, str]:
    """Return a code for programs and a sentence for people."""
    match status:
        case 403:
            return "permission_denied", _("This is not allowed.")
        case 404:
            return "not_found", _("There is nothing at this address.")
        case 405:
            return "method_not_allowed", _("This address does not take this method.")
        case 412:
            return "precondition_failed", _(
                "This has changed since it was read. Read it again, then change it."
            )
        case 413:
            return "body_too_large", _("This request is too large.")
        case 503:
            return "unavailable", _(
                "The service is interrupted for a moment. Nothing is lost: try again."
            )
    if status >= SERVER_ERROR:
        return "error", _("Something broke on our side. The error is recorded.")
    return "bad_request", _("This request was not understood.")


def _is_json(response: HttpResponse) -> bool:
    return response.get("Content-Type", "").startswith("application/json")
