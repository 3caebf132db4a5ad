"""Serve the pages by a2wsgi, as before `core.web.wsgi_bridge`, to compare with."""

import os
from typing import Any, cast

from a2wsgi import WSGIMiddleware

from core.wsgi import application as wsgi_application

pages = WSGIMiddleware(
    cast(Any, wsgi_application), workers=int(os.environ.get("WEB_THREADS", "16"))
)


async def application(scope: Any, receive: Any, send: Any) -> None:
    await pages(scope, receive, send)
