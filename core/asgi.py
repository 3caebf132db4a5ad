"""Serve streams through ASGI and everything else through WSGI, on one port.

One event loop holds all streams of the process. All other views are synchronous and run in
threads: Django serves them three times faster through WSGI than through ASGI (Django ticket 37177).
"""

import os
from typing import Any

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")

streams = get_asgi_application()

# The settings must be there first.
from core.web.bodies import Receive  # noqa: E402
from core.web.wsgi_bridge import Scope, Send, WsgiBridge  # noqa: E402
from core.wsgi import application as wsgi_application  # noqa: E402

STREAM_PATHS = frozenset({"/api/v1/stream"})
THREADS = int(os.environ.get("WEB_THREADS", "16"))

pages = WsgiBridge(wsgi_application, THREADS)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close"})
    elif scope.get("path") in STREAM_PATHS:
        await streams(scope, _without_body(receive), send)
    elif scope.get("path") == "/livez" and scope["method"] in ("GET", "HEAD"):
        await _say_alive(send)
    else:
        await pages(scope, receive, send)


def _without_body(receive: Receive) -> Receive:
    """Drop the body of a request: Django's ASGI handler would write it to the disk, of any size."""
    is_asked = False

    async def next_message() -> Any:
        nonlocal is_asked
        if not is_asked:
            is_asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        while (message := await receive())["type"] != "http.disconnect":
            pass
        return message

    return next_message


async def _say_alive(send: Send) -> None:
    """Answer `/livez` here: it must not wait for a thread, however busy they all are."""
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})
