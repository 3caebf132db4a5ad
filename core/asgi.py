"""Serve streams through ASGI and everything else through WSGI, on one port.

One event loop holds all streams of the process. All other views are synchronous and run in
threads: Django serves them three times faster through WSGI than through ASGI (Django ticket 37177).
"""

import os
from typing import Any, cast

from a2wsgi import WSGIMiddleware
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")

streams = get_asgi_application()

from core.wsgi import application as wsgi_application  # noqa: E402  (settings must be there first)

STREAM_PATHS = frozenset({"/api/v1/stream"})
THREADS = int(os.environ.get("WEB_THREADS", "16"))

pages = WSGIMiddleware(cast(Any, wsgi_application), workers=THREADS)


async def application(scope: Any, receive: Any, send: Any) -> None:
    handler: Any = streams if scope.get("path") in STREAM_PATHS else pages
    await handler(scope, receive, send)
