"""Tell whether this process is up (`/livez`) and whether its services answer (`/readyz`)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.files.storage import storages
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from core.valkey import valkey
from core.web import bundles
from core.web.static_files import uncollected

CHECK_SECONDS = 1.0


@require_safe
def livez(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 if each service answers within CHECK_SECONDS, else 503 with the reasons.

    The JSON has one key for each service; its value is "ok" or the reason. One of SAID_ONLY that
    is away is said and leaves the 200: the pages work without it.
    """
    checks = {**CHECKS, **SAID_ONLY}
    with ThreadPoolExecutor(max_workers=len(checks)) as pool:
        started = {name: pool.submit(check) for name, check in checks.items()}
        reasons = {}
        for name, future in started.items():
            try:
                reasons[name] = future.result(timeout=CHECK_SECONDS)
            except Exception as error:  # Each library has errors of its own: all are shown.
                reasons[name] = f"{type(error).__name__}: {error}".strip()
    is_ready = all(reasons[name] == "ok" for name in CHECKS)
    said = {name: reason for name, reason in reasons.items() if reason}
    return JsonResponse(said, status=200 if is_ready else 503)


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

# Filled by the apps that need such a service. An empty text: there is none to ask.
SAID_ONLY: dict[str, Callable[[], str]] = {"browser files": bundles.state}
