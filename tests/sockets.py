"""Give ports where a service should be and is not."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


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
