"""Serve streams through ASGI and everything else through WSGI, on one port.

One event loop holds all streams of the process. All other views are synchronous and run in
threads: Django serves them three times faster through WSGI than through ASGI (Django ticket 37177).
"""

import os

import django

from core.start import require_settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "core.settings")

require_settings()
django.setup(set_prefix=False)

# The settings must be there first.
from core.realtime.serve import StreamServer  # noqa: E402
from core.web.bodies import Receive  # noqa: E402
from core.web.wsgi_bridge import Scope, Send, WsgiBridge  # noqa: E402
from core.wsgi import application as wsgi_application  # noqa: E402

STREAM_PATHS = frozenset({"/api/v1/stream"})
THREADS = int(os.environ.get("WEB_THREADS", "16"))

streams = StreamServer()
pages = WsgiBridge(wsgi_application, THREADS)


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close"})
    elif scope.get("path") in STREAM_PATHS:
        await streams(scope, receive, send)
    elif scope.get("path") == "/livez" and scope["method"] in ("GET", "HEAD"):
        await _say_alive(send)
    else:
        await pages(scope, receive, send)


async def _say_alive(send: Send) -> None:
    """Answer `/livez` here: it must not wait for a thread, however busy they all are."""
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"2")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"ok"})
