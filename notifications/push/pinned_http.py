"""Send one POST to one IP address, all of it within one deadline.

It follows no redirect, which would carry our Authorization header elsewhere. It uses no proxy of
the environment, and reads at most 2 kB of the answer. A status of success is the whole answer:
headers that trickle in after it neither hold a worker nor make the push be sent again.
"""

import http.client
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http import HTTPStatus
from io import BufferedReader

from notifications.push.endpoint_guard import Target

MAX_ANSWER_BYTES = 2_048
MAX_STATUS_LINE_BYTES = 1_024
# A push service sends none. More than some are no answer.
MAX_INFORMATIONAL = 5
STATUS_LINE = re.compile(rb"HTTP/1\.[01] (\d{3})(?!\d)")


@cache
def trusted_authorities() -> ssl.SSLContext:
    """Return those of this machine. Read once they are asked for: 1.6 MB."""
    return ssl.create_default_context()


@dataclass(frozen=True)
class HttpAnswer:
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = ""

    @property
    def is_success(self) -> bool:
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES


class PinnedConnection(http.client.HTTPConnection):
    """Connects to the address that was checked, with the host name for TLS and the Host header."""

    def __init__(self, target: Target, timeout_seconds: float) -> None:
        super().__init__(target.host, target.port, timeout=timeout_seconds)
        self.target = target

    def connect(self) -> None:
        self.sock = socket.create_connection((self.target.address, self.target.port), self.timeout)
        if self.target.scheme == "https":
            # The handshake only once the socket is known here: it can be cut then.
            self.sock = trusted_authorities().wrap_socket(
                self.sock, server_hostname=self.target.host, do_handshake_on_connect=False
            )
            self.sock.do_handshake()


def post(
    target: Target, body: bytes, headers: Mapping[str, str], *, deadline_seconds: float
) -> HttpAnswer:
    """Send and return the answer. Raises OSError or http.client.HTTPException."""
    connection = PinnedConnection(target, deadline_seconds)
    with _cut_after(connection, deadline_seconds):
        connection.request("POST", target.path, body, {**headers, "Connection": "close"})
        # Not `getresponse`, which fails at odd headers after a status that says it all.
        with connection.sock.makefile("rb") as reader:
            return _read(reader)


def _read(reader: BufferedReader) -> HttpAnswer:
    status = _read_status(reader)
    for _ in range(MAX_INFORMATIONAL):
        if status >= HTTPStatus.OK:
            break
        http.client.parse_headers(reader)
        status = _read_status(reader)
    answer = HttpAnswer(status)
    return answer if answer.is_success else _with_rest(answer, reader)


def _read_status(reader: BufferedReader) -> int:
    """Read the first line. Raises BadStatusLine, and ConnectionError if there is none."""
    line = reader.readline(MAX_STATUS_LINE_BYTES)
    found = STATUS_LINE.match(line)
    if found:
        return int(found[1])
    if not line:
        raise http.client.RemoteDisconnected("no answer")
    raise http.client.BadStatusLine(repr(line[:100]))


def _with_rest(answer: HttpAnswer, reader: BufferedReader) -> HttpAnswer:
    """Read headers and the beginning of the body, as much as comes in time. The status stays."""
    headers: dict[str, str] = {}
    try:
        headers = dict(http.client.parse_headers(reader))
        body = _read_body(headers, reader)
    except (OSError, http.client.HTTPException):
        return HttpAnswer(answer.status, headers)
    return HttpAnswer(answer.status, headers, body.decode(errors="replace"))


def _read_body(headers: Mapping[str, str], reader: BufferedReader) -> bytes:
    """Read the beginning of a body. It is only quoted to people, so its first piece is enough."""
    lower = {name.lower(): value for name, value in headers.items()}
    length = lower.get("content-length", "")
    if length.isdecimal():
        return reader.read(min(int(length), MAX_ANSWER_BYTES))
    piece = reader.read1(MAX_ANSWER_BYTES)
    is_chunked = "chunked" in lower.get("transfer-encoding", "").lower()
    return piece.partition(b"\r\n")[2] if is_chunked else piece


@contextmanager
def _cut_after(connection: PinnedConnection, seconds: float) -> Iterator[None]:
    """Cut the connection at the deadline. A socket's time-out starts again at every byte."""
    is_over = threading.Event()
    timer = threading.Timer(seconds, _cut, [connection, is_over])
    timer.daemon = True
    timer.start()
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        # After the cut, a late byte turns the end of the connection into a reset.
        if is_over.is_set():
            raise TimeoutError(f"no answer within {seconds:g} s") from error
        raise
    finally:
        timer.cancel()
        connection.close()


def _cut(connection: PinnedConnection, is_over: threading.Event) -> None:
    is_over.set()
    if connection.sock is not None:
        try:
            # The method of the plain socket: TLS would exchange messages first.
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)
        except OSError:
            return  # It is closed already.
