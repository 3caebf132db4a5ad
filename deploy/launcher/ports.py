"""Find free TCP ports."""

import secrets
import socket
from collections.abc import Collection

# Below the ephemeral ranges of Linux (from 32768) and macOS (from 49152): an outgoing connection
# could take a service's port between two starts.
_SERVICE_PORTS = range(20000, 32000)
_given: set[int] = set()


def is_free(host: str, port: int) -> bool:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        # The servers set it too: connections in TIME_WAIT do not block the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError:
            return False
    return True


def free_port(taken: Collection[int] = (), *, beside: int = 0) -> int:
    """Return a free loopback port, chosen at random so that two starts at once rarely collide.

    The port at the distance `beside` is free as well. One process never gets the same port twice,
    since the first may not be listened on yet.
    """
    while True:
        port = secrets.choice(_SERVICE_PORTS)
        wanted = {port, port + beside}
        if wanted.isdisjoint({*taken, *_given}) and are_free(wanted):
            _given.update(wanted)
            return port


def are_free(ports: Collection[int]) -> bool:
    return all(is_free("127.0.0.1", port) for port in ports)
