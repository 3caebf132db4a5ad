"""Tell whether this process is up (`/livez`) and whether its services answer (`/readyz`)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from django.core.files.storage import storages
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import override
from django.views.decorators.http import require_safe

from core import installation
from core.valkey import valkey
from core.web import bundles
from core.web.monitors import is_monitor
from core.web.static_files import uncollected

CHECK_SECONDS = 1.0
NO_ANSWER = "does not answer (the log has the reason)"

logger = structlog.get_logger(__name__)
# The services that did not answer this process the last time.
_away: set[str] = set()


@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 if each service answers within CHECK_SECONDS, else 503 with the reasons.

    The JSON has one key for each service; its value is "ok" or the reason. One of SAID_ONLY that
    is away is said and leaves the 200: the pages work without it. The words of a library may hold
    addresses: they go to the log and to monitors, strangers get NO_ANSWER.
    """
    reasons, errors = look()
    _log_changes(errors)
    is_ready = all(reasons[name] == "ok" for name in CHECKS)
    shown = {**reasons, **errors} if is_monitor(request) else reasons
    said = {name: reason for name, reason in shown.items() if reason}
    return JsonResponse(said, status=200 if is_ready else 503)


def look() -> tuple[dict[str, str], dict[str, str]]:
    """Ask all services at the same time. Return our words for each, and the errors among them."""
    reasons, errors = {}, {}
    checks = {**CHECKS, **SAID_ONLY}
    pool = ThreadPoolExecutor(max_workers=len(checks))
    started = {name: pool.submit(check) for name, check in checks.items()}
    for name, future in started.items():
        try:
            reasons[name] = future.result(timeout=CHECK_SECONDS)
        except Exception as error:  # Each library has errors of its own: all are shown.
            reasons[name] = NO_ANSWER
            errors[name] = f"{type(error).__name__}: {error}".strip()
    # One that hangs ends by its own time-out.
    pool.shutdown(wait=False)
    return reasons, errors


def _log_changes(errors: dict[str, str]) -> None:
    """Log an error when it is new, and not at every probe."""
    for name, error in errors.items():
        if name not in _away:
            logger.warning("service_does_not_answer", service=name, error=error)
    _away.clear()
    _away.update(errors)


def database_answers() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
        return "migrations are pending" if pending else "ok"
    finally:
        connections.close_all()


def valkey_answers() -> str:
    return "ok" if valkey().ping() else "no pong"


def storage_answers() -> str:
    bucket: Any = storages["attachments"]
    bucket.connection.meta.client.head_bucket(Bucket=bucket.bucket_name)
    return "ok"


def static_files_are_collected() -> str:
    if missing := len(uncollected()):
        return f"{missing} not collected: run `manage.py collectstatic`, then start the web again"
    return "ok"


CHECKS: dict[str, Callable[[], str]] = {
    "database": database_answers,
    "valkey": valkey_answers,
    "storage": storage_answers,
    "static files": static_files_are_collected,
}


def original_or_copy() -> str:
    """Return what this is a copy of; empty for the original."""
    try:
        found = installation.copy()
    finally:
        connections.close_all()
    with override("en"):
        return installation.words_of(found) if found else ""


# Filled by the apps that need such a service. An empty text: there is none to ask.
SAID_ONLY: dict[str, Callable[[], str]] = {
    "browser files": bundles.state,
    "installation": original_or_copy,
}
