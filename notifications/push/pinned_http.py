"""One POST to one address, all of it within one deadline.

No redirect is followed (it would carry our Authorization header elsewhere), no proxy of the
environment is used, and no more of the answer is read than we show.
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
    """Calls the address that was checked, under the name that was asked for."""

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
    """Send and return the answer; raises OSError or http.client.HTTPException."""
    connection = PinnedConnection(target, deadline_seconds)
    with _cut_after(connection, deadline_seconds):
        connection.request("POST", target.path, body, dict(headers))
        answer = connection.getresponse()
        text = answer.read(MAX_ANSWER_BYTES).decode(errors="replace")
        return HttpAnswer(answer.status, dict(answer.getheaders()), text)


@contextmanager
def _cut_after(connection: PinnedConnection, seconds: float) -> Iterator[None]:
    """Cut the connection when time is up: a socket's own time-out starts again at every byte."""
    is_over = threading.Event()
    timer = threading.Timer(seconds, _cut, [connection, is_over])
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException):
        # A byte that comes just after the cut makes a reset of it.
        if not is_over.is_set():
            raise
    finally:
        timer.cancel()
        connection.close()
    if is_over.is_set():
        # Cut among its headers, an answer looks whole.
        raise TimeoutError(f"no whole answer within {seconds:g} s")


def _cut(connection: PinnedConnection, is_over: threading.Event) -> None:
    is_over.set()
    if connection.sock is not None:
        try:
            # The plain one's: TLS would want to say goodbye first.
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)
        except OSError:
            return  # Closed already.
