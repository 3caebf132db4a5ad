"""Log requests, set headers and language, and answer 503 while the database is down."""

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
    """Bind a request's id to its log lines, and the person's id if it is loaded already."""

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        # `request.user` is lazy: reading it here would query the database, which may be down.
        if hasattr(request, "_cached_user"):
            RequestMiddleware.bind_user_id(request)

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        """Bind the address that our own proxy saw; a caller can invent any other."""
        structlog.contextvars.bind_contextvars(ip=address_of(request))


class PermissionsPolicy:
    """Tell the browser which of its devices our pages never use."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response["Permissions-Policy"] = "geolocation=(), microphone=(), payment=(), usb=()"
        return response


class PersonLanguage:
    """Show pages in the language that the person chose; the API follows Accept-Language."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            if not request.path.startswith("/api/") and isinstance(request.user, User):
                translation.activate(request.user.locale)
                request.LANGUAGE_CODE = request.user.locale
        except DATABASE_ERRORS:
            # `DatabaseAway.process_exception` sees the errors of views, not of middleware.
            return unavailable()
        return self.get_response(request)


class DatabaseAway:
    """Answer a page with 503 and Retry-After while PostgreSQL cannot be reached."""

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
