"""Which TCP ports can be listened on."""

import secrets
import socket
from collections.abc import Collection

# Below the ranges from which Linux (32768) and macOS (49152) take the ports of outgoing
# connections: one of those could take a service's port between two starts.
_SERVICE_PORTS = range(20000, 32000)


def is_free(host: str, port: int) -> bool:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        # As the servers do: connections that linger after a stop do not hold the port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except OSError:
            return False
    return True


def free_port(taken: Collection[int] = ()) -> int:
    """A free loopback port, at random so that two starts at once seldom choose the same."""
    while True:
        port = secrets.choice(_SERVICE_PORTS)
        if port not in taken and is_free("127.0.0.1", port):
            return port
