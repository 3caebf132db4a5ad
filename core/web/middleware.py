"""Log requests, set headers and language, and answer errors by pages of ours."""

from collections.abc import Callable

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django_structlog.middlewares import RequestMiddleware
from django_structlog.signals import (
    bind_extra_request_failed_metadata,
    bind_extra_request_finished_metadata,
)
from rest_framework.exceptions import APIException

from core.audit.caller import calling
from core.logs.loggable import loggable
from core.models import User
from core.web.json_errors import is_of_api
from core.web.own_pages import of_refusal, of_status, unavailable
from core.web.requests import address_of, loaded_person_id

# Words of Django's own pages of an error, which DEBUG shows.
DEBUG_PAGE = b"DEBUG = True"
DATABASE_ERRORS = (OperationalError, InterfaceError)
GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestLog(RequestMiddleware):
    """Bind a request's id to its log lines, and the person's id if it is loaded already."""

    @staticmethod
    def format_request(request: HttpRequest) -> str:
        """Return the method and the address, without what may open something."""
        return f"{request.method} {loggable(request.path)}"

    @staticmethod
    def bind_user_id(request: HttpRequest) -> None:
        # `request.user` is lazy: reading it here would query the database, which may be down.
        if hasattr(request, "_cached_user"):
            RequestMiddleware.bind_user_id(request)
        elif user_id := loaded_person_id(request):
            # By a bearer token.
            structlog.contextvars.bind_contextvars(user_id=user_id)

    @classmethod
    def bind_ip(cls, request: HttpRequest) -> None:
        """Bind the address that our own proxy saw; a caller can invent any other."""
        structlog.contextvars.bind_contextvars(ip=address_of(request))


@receiver([bind_extra_request_finished_metadata, bind_extra_request_failed_metadata])
def log_the_route(request: HttpRequest, log_kwargs: dict[str, object], **_: object) -> None:
    """Log the pattern of the address, by which lines are counted."""
    if match := request.resolver_match:
        log_kwargs["route"] = match.route


@receiver(bind_extra_request_failed_metadata)
def log_the_status_of_a_lost_database(
    exception: BaseException, log_kwargs: dict[str, object], **_: object
) -> None:
    """Log the 503 that the caller gets, where django-structlog says 500 of every exception."""
    if isinstance(exception, DATABASE_ERRORS):
        log_kwargs["code"] = 503


class AuditedCaller:
    """Name the request for what the audit records of it: who asked, from which address."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with calling(request, address_of):
            return self.get_response(request)


class OwnPages:
    """Show people a page of ours for each error, also with DEBUG. The API has its own errors.

    TRACEBACKS leaves Django's pages to developers; the log has the traceback in any case.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if not is_of_api(request.path) and self._needs_words(response):
            # Before or after the middleware that chooses it, no language is active.
            language = getattr(request, "LANGUAGE_CODE", None)
            with translation.override(language or translation.get_language_from_request(request)):
                page = of_status(response.status_code)
            response.content = page.content
            for name in ("Content-Type", "Content-Security-Policy"):
                response[name] = page[name]
            response["Content-Length"] = str(len(page.content))
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a page that a rule of ours refuses, such as a limit."""
        if isinstance(error, APIException) and not is_of_api(request.path):
            return of_refusal(error)
        return None

    @staticmethod
    def _needs_words(response: HttpResponse) -> bool:
        if response.status_code < 400 or response.streaming:
            return False
        if response.status_code == 405 and not response.content:
            return True
        is_shown = settings.DEBUG and not settings.TRACEBACKS
        return is_shown and DEBUG_PAGE in response.content


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
