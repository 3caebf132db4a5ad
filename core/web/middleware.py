"""What every answer carries, and what it says while the database is away."""

from collections.abc import Callable

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django_structlog.middlewares import RequestMiddleware

from core.models import User
from core.web.errors import RETRY_AFTER_SECONDS
from core.web.requests import address_of

DATABASE_ERRORS = (OperationalError, InterfaceError)
GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestLog(RequestMiddleware):
    """Put a request's id on its log lines, and the person's where that costs no question."""

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        # `request.user` is lazy: the log line would ask the database, which may be what is away.
        if hasattr(request, "_cached_user"):
            RequestMiddleware.bind_user_id(request)

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        """Bind the address that our own proxy saw, and none that the caller may make up."""
        structlog.contextvars.bind_contextvars(ip=address_of(request))


class PermissionsPolicy:
    """Tell the browser which of its devices a page of ours never uses."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Permissions-Policy"] = "geolocation=(), microphone=(), payment=(), usb=()"
        return response


class PersonLanguage:
    """Show pages in the language the person chose; the API follows Accept-Language."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            if not request.path.startswith("/api/") and isinstance(request.user, User):
                translation.activate(request.user.locale)
                request.LANGUAGE_CODE = request.user.locale
        except DATABASE_ERRORS:
            # Django gives `process_exception` what a view raises, not what a middleware does.
            return unavailable()
        return self.get_response(request)


class DatabaseAway:
    """Answer a page with 503 and Retry-After, not 500, while PostgreSQL cannot be reached."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return unavailable() if isinstance(error, DATABASE_ERRORS) else None


def unavailable() -> HttpResponse:
    response = render(None, "core/unavailable.html", status=503)
    response["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response
