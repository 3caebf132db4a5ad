"""Give ports where a service should be and is not."""

import socket
import socketserver
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread


def closed_port() -> int:
    """Return a port of loopback on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def frozen_port(port: int = 0) -> Iterator[int]:
    """Open a port that accepts connections and never answers, as a stopped process does."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(1024)
        yield int(listener.getsockname()[1])


@contextmanager
def slow_port(port: int, *, seconds: float) -> Iterator[int]:
    """Open a port that passes each question on to `port`, and each answer back `seconds` late."""

    class Slow(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection(("127.0.0.1", port)) as service:
                while asked := self.request.recv(65536):
                    service.sendall(asked)
                    answer = service.recv(65536)
                    time.sleep(seconds)
                    self.request.sendall(answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Slow) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
