"""Send one POST to one IP address, all of it within one deadline.

It follows no redirect, which would carry our Authorization header elsewhere. It uses no proxy of
the environment, and reads at most 2 kB of the answer.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from notifications.push.endpoint_guard import Target

MAX_ANSWER_BYTES = 2_048
TRUST = ssl.create_default_context()


@dataclass(frozen=True)
class HttpAnswer:
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""


class PinnedConnection(http.client.HTTPConnection):
    """Connects to the address that was checked, with the host name for TLS and the Host header."""

    def __init__(self, target: Target, timeout_seconds: float) -> None:
        super().__init__(target.host, target.port, timeout=timeout_seconds)
        self.target = target

    def connect(self) -> None:
        plain = socket.create_connection((self.target.address, self.target.port), self.timeout)
        self.sock = plain
        if self.target.scheme == "https":
            self.sock = TRUST.wrap_socket(plain, server_hostname=self.target.host)


def post(
    target: Target, body: bytes, headers: Mapping[str, str], *, deadline_seconds: float
) -> HttpAnswer:
    """Send and return the answer. Raises OSError or http.client.HTTPException."""
    connection = PinnedConnection(target, deadline_seconds)
    with _cut_after(connection, deadline_seconds):
        connection.request("POST", target.path, body, dict(headers))
        answer = connection.getresponse()
        text = answer.read(MAX_ANSWER_BYTES).decode(errors="replace")
        return HttpAnswer(answer.status, dict(answer.getheaders()), text)


@contextmanager
def _cut_after(connection: PinnedConnection, seconds: float) -> Iterator[None]:
    """Cut the connection at the deadline. A socket's time-out starts again at every byte."""
    is_over = threading.Event()
    timer = threading.Timer(seconds, _cut, [connection, is_over])
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException):
        # After the cut, a late byte turns the end of the connection into a reset.
        if not is_over.is_set():
            raise
    finally:
        timer.cancel()
        connection.close()
    if is_over.is_set():
        # An answer that was cut among its headers looks whole.
        raise TimeoutError(f"no whole answer within {seconds:g} s")


def _cut(connection: PinnedConnection, is_over: threading.Event) -> None:
    is_over.set()
    if connection.sock is not None:
        try:
            # The method of the plain socket: TLS would exchange messages first.
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)
        except OSError:
            return  # It is closed already.
