"""The sockets that the web processes share.

The launcher opens them once and keeps them for its whole life. While a web process starts, is
killed or is replaced, the kernel keeps new connections for the next one that accepts.
"""

import errno
import socket
from collections.abc import Sequence
from typing import Any

BACKLOG = 2048


def listen(host: str, port: int) -> list[socket.socket]:
    """Listen on all addresses of a host that this machine has. Raises OSError without any."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    sockets: list[socket.socket] = []
    missing: OSError | None = None
    for family, _, _, _, address in dict.fromkeys(found):
        try:
            sockets.append(_listening(family, address))
        except OSError as error:
            # `localhost` is also ::1, which a machine without IPv6 has not.
            if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                close(sockets)
                raise
            missing = error
    if missing and not sockets:
        raise missing
    return sockets


def close(sockets: Sequence[socket.socket]) -> None:
    for listening in sockets:
        listening.close()


def _listening(family: int, address: Any) -> socket.socket:
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        # Connections in TIME_WAIT do not block the port.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            # IPv4 has a socket of its own.
            listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listening.bind(address)
        listening.listen(BACKLOG)
    except OSError:
        listening.close()
        raise
    return listening
