"""The web process: `python -m core.server --port 8000`.

SIGTERM drains it, so that a new process can take over without one request that is refused or lost:

1. It accepts no more connections. The listening socket itself stays open where the launcher or
   systemd holds it, and what the kernel has not given out goes to the other processes.
2. It answers what it has with `Connection: close`, and also what still arrives on connections that
   a proxy kept: the proxy may send just when we would close. A proxy must close idle connections
   sooner than LINGER_SECONDS (`keepalive_timeout` in deploy/nginx).
3. It closes the open streams one by one, so that the browsers do not all come back at once.

SIGINT ends it at once: requests that are worked on have GRACE_SECONDS.
"""

import argparse
import asyncio
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn

from core import collector

if __name__ == "__main__":
    collector.pause()
    # Until uvicorn takes over: no traceback of an import when the launcher stops.
    signal.signal(signal.SIGINT, signal.SIG_DFL)

# First: it reads the settings and sets Django up, which the others need.
from core.asgi import application  # isort: skip
from core.realtime.hub import hub
from core.web.protocol import HeadLimits
from core.web.request_metrics import STREAMS
from core.web.wsgi_bridge import environ_of, respond
from core.wsgi import application as wsgi_application

# How long a drain takes at most, unless the command says otherwise. Streams have all but the last
# LINGER_SECONDS of it.
DRAIN_SECONDS = 13.0
# How long a connection without a request is left to a proxy that may just send one.
LINGER_SECONDS = 3.0
# After the drain, or without one.
GRACE_SECONDS = 5
# Proxies and balancers keep idle connections for 60 s as a rule, and a request that they send while
# we close is lost. So they must be first.
KEEP_ALIVE_SECONDS = 75
# Between two connections that a process accepts.
PAUSE_SECONDS = 0.001
# The first descriptor that systemd passes (sd_listen_fds(3)).
FIRST_OF_SYSTEMD = 3


class Server(uvicorn.Server):
    """uvicorn's server, which drains at SIGTERM and tells when it is ready."""

    def __init__(
        self, config: uvicorn.Config, *, drain_seconds: float, ready_file: Path | None = None
    ) -> None:
        super().__init__(config)
        self.drain_seconds = drain_seconds
        self.ready_file = ready_file
        self.is_hurried = False

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Remember what is asked. uvicorn's own would also die by the signal in the end."""
        if sig == signal.SIGINT:
            self.force_exit = self.is_hurried
            self.is_hurried = True
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        # Before the first connection is accepted: until then the other processes answer.
        if not self.should_exit:
            await asyncio.to_thread(warm_up)
        collector.resume()
        if sockets:
            protocol = partial(
                HeadLimits, self.config, self.server_state, app_state=self.lifespan.state
            )
            # uvicorn only closes them, and waits.
            listeners: list[Any] = [SharedListener(each, protocol) for each in sockets]
            self.servers = listeners
            self.started = True
        else:
            await super().startup()
        if self.ready_file:
            self.ready_file.write_text(f"{os.getpid()}\n")
        tell_systemd("READY=1")

    async def on_tick(self, counter: int) -> bool:
        """Count the open streams once a second. uvicorn calls this ten times a second."""
        if counter % 10 == 0:
            STREAMS.set(hub().open_streams)
        return await super().on_tick(counter)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        tell_systemd("STOPPING=1")
        if self.drain_seconds and not self.is_hurried:
            spread = asyncio.create_task(hub().drain(max(0.0, self.drain_seconds - LINGER_SECONDS)))
            await self._drain()
            spread.cancel()
        await hub().drain(0)
        await super().shutdown(sockets)

    async def _drain(self) -> None:
        """Go on answering until all connections are closed, or until the drain must end."""
        began = time.monotonic()
        self.server_state.is_draining = True  # type: ignore[attr-defined]  # `HeadLimits` asks
        await self._stop_accepting()
        for connection in self._connections():
            connection.close_after_answer()
        idle_since: dict[HeadLimits, float] = {}
        tenths = 0
        while self.server_state.connections and not self.is_hurried:
            now = time.monotonic()
            if now > began + self.drain_seconds:
                return
            idle_since = {
                connection: idle_since.get(connection, now)
                for connection in self._connections()
                if connection.is_idle
            }
            for connection, since in idle_since.items():
                if now > since + LINGER_SECONDS:
                    connection.transport.close()
            await asyncio.sleep(0.1)
            tenths += 1
            # It sets the Date of the answers.
            await self.on_tick(tenths)

    def _connections(self) -> list[HeadLimits]:
        return list(self.server_state.connections)  # type: ignore[arg-type]  # as `main` says

    async def _stop_accepting(self) -> None:
        loop = asyncio.get_running_loop()
        for server in self.servers:
            for listener in server.sockets:
                # asyncio loses a connection that it has accepted when the server is closed in the
                # same turn. uvloop does not, and ignores this.
                loop.remove_reader(listener.fileno())
        await asyncio.sleep(0.1)
        for server in self.servers:
            server.close()


class SharedListener:
    """Accepts from a socket that other processes accept from as well, and leaves them their share.

    asyncio and uvloop accept all that wait: of 32 connections that came together one process got
    all and the other none. With a pause after each, either got 16.
    """

    def __init__(self, listening: socket.socket, protocol: Callable[[], asyncio.Protocol]) -> None:
        self.sockets = (listening,)
        self.protocol = protocol
        self.loop = asyncio.get_running_loop()
        # The event loop itself keeps no task alive.
        self.beginning: set[asyncio.Task[Any]] = set()
        listening.setblocking(False)
        self.loop.add_reader(listening.fileno(), self._accept)

    def _accept(self) -> None:
        try:
            connection, _address = self.sockets[0].accept()
        except OSError:
            # Another process was faster, the caller has left, or no descriptor is free.
            return
        self._pause()
        task = self.loop.create_task(self.loop.connect_accepted_socket(self.protocol, connection))
        self.beginning.add(task)
        task.add_done_callback(self.beginning.discard)

    def _pause(self) -> None:
        self.loop.remove_reader(self.sockets[0].fileno())
        self.loop.call_later(PAUSE_SECONDS, self._go_on)

    def _go_on(self) -> None:
        if self.sockets[0].fileno() >= 0:
            self.loop.add_reader(self.sockets[0].fileno(), self._accept)

    def close(self) -> None:
        [listening] = self.sockets
        # uvicorn closes once more what a drain has closed.
        if listening.fileno() >= 0:
            self.loop.remove_reader(listening.fileno())
            listening.close()

    async def wait_closed(self) -> None:
        """Return at once: uvicorn itself waits for the connections."""


def warm_up() -> None:
    """Import what the first request would: all views. Half of a start's time goes into it."""
    scope = {
        "method": "GET",
        "path": "/livez",
        "query_string": b"",
        "http_version": "1.1",
        "scheme": "http",
        "headers": [],
    }
    respond(wsgi_application, environ_of(scope))


def tell_systemd(state: str) -> None:
    """Tell a state to systemd (sd_notify(3)), if it started us."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if address:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
            # A name of Linux's own begins with a NUL, written as @.
            notify.sendto(state.encode(), address.replace("@", "\0", 1))


def passed_sockets(descriptors: Sequence[int]) -> list[socket.socket]:
    """Return the listening sockets of these descriptors, and those that systemd passed."""
    if os.environ.get("LISTEN_PID") == str(os.getpid()):
        count = int(os.environ["LISTEN_FDS"])
        descriptors = [*descriptors, *range(FIRST_OF_SYSTEMD, FIRST_OF_SYSTEMD + count)]
    return [socket.socket(fileno=descriptor) for descriptor in descriptors]


def main() -> None:
    options = _options()
    config = uvicorn.Config(
        application,
        host=options.host,
        port=options.port,
        http=HeadLimits,
        lifespan="off",
        # Not uvicorn but TRUSTED_PROXIES decides whose X-Forwarded-For is believed.
        proxy_headers=False,
        # Django's logging is set up already, and `core.web.middleware` logs requests.
        log_config=None,
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    server = Server(config, drain_seconds=options.drain_seconds, ready_file=options.ready_file)
    server.run(passed_sockets(options.fd) or None)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m core.server", description="The web process.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument(
        "--fd", type=int, action="append", default=[],
        help="a listening socket that was passed, in place of host and port; may be repeated",
    )  # fmt: skip
    parser.add_argument("--drain-seconds", type=float, default=DRAIN_SECONDS)
    parser.add_argument("--ready-file", type=Path, help="gets the pid once requests are answered")
    return parser.parse_args()


if __name__ == "__main__":
    main()
