"""Serve a WSGI application through the bridge, by a real uvicorn in a thread of the test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from wsgiref.types import WSGIApplication

import uvicorn

from core.web.protocol import HeadLimits
from core.web.wsgi_bridge import WsgiBridge
from deploy.launcher.ports import free_port
from tests.waiting import until


@contextmanager
def served(application: WSGIApplication, threads: int = 2) -> Iterator[tuple[int, WsgiBridge]]:
    """Give the port and the bridge."""
    bridge, port = WsgiBridge(application, threads), free_port()

    async def asgi(scope: Any, receive: Any, send: Any) -> None:
        await bridge(scope, receive, send)

    config = uvicorn.Config(
        asgi, port=port, lifespan="off", proxy_headers=False, http=HeadLimits,
        log_config=None, timeout_graceful_shutdown=1,
    )  # fmt: skip
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started, "uvicorn does not start")
        yield port, bridge
    finally:
        server.should_exit = True
        thread.join()
