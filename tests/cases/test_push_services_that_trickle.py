"""Push services that answer badly: cut in time, and not sent twice once the status is known."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from pytest_django import Settings

from notifications.delivery.result import SendStatus
from notifications.push import pinned_http, vapid, webpush
from notifications.push.webpush import Push, Subscription
from tests.notifications.push_service import Browser

DEADLINE_SECONDS = 1.0
# For the encryption and a busy machine. A second deadline would not fit.
ROOM_SECONDS = 0.9
HELLO = Push(b'{"hello": "Camille"}', topic="a" * 32)


def trickle(
    connection: socket.socket, start: bytes, rest: bytes = b"x" * 200, pause: float = 0.05
) -> None:
    connection.sendall(start)
    for number in rest:
        time.sleep(pause)
        connection.sendall(bytes([number]))


def endless(connection: socket.socket, start: bytes, piece: bytes) -> None:
    connection.sendall(start)
    while True:
        connection.sendall(piece)


def end(connection: socket.socket) -> None:
    """Say nothing. The rest of the request is read: closing before would reset the connection."""
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(65_536):
        pass


CREATED, BROKEN, BUSY = b"201 Created\r\n", b"500 Oops\r\n", b"429 Slow\r\n"
LONG_HEADERS = b"".join(b"X-%d: %s\r\n" % (n, b"y" * 600) for n in range(200))

Speak = Callable[[socket.socket], None]
# What it says, and what came of the push. What comes after a status of success is not awaited.
ANSWERS: dict[str, tuple[Speak, str, str]] = {
    "a status line that trickles": (
        lambda c: trickle(c, b"", b"HTTP/1.0 201 Created by a slow one\r\n\r\n", pause=0.12),
        "later", "Push TimeoutError",
    ),
    "a status line without end": (
        lambda c: trickle(c, b"HTTP/1.0 201 Created by "), "accepted", "",
    ),
    "nothing": (end, "later", "Push RemoteDisconnected"),
    "silence": (lambda c: time.sleep(3), "later", "Push TimeoutError"),
    "no HTTP": (lambda c: c.sendall(b"SSH-2.0\r\n"), "later", "Push BadStatusLine"),
    "HTTP/1.0, headers that trickle": (
        lambda c: trickle(c, b"HTTP/1.0 " + CREATED + b"X-Slow: "), "accepted", "",
    ),
    "HTTP/1.0, a body that trickles": (
        lambda c: trickle(c, b"HTTP/1.0 " + CREATED + b"\r\n"), "accepted", "",
    ),
    "HTTP/1.1, chunks for ever": (
        lambda c: endless(
            c, b"HTTP/1.1 " + CREATED + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"
        ),
        "accepted", "",
    ),
    "huge headers": (
        lambda c: c.sendall(b"HTTP/1.1 " + CREATED + LONG_HEADERS + b"\r\n"), "accepted", "",
    ),
    "a header without end": (
        lambda c: endless(c, b"HTTP/1.1 " + CREATED + b"X-Long: ", b"y" * 4096), "accepted", "",
    ),
    "500, a body that trickles without length": (
        lambda c: trickle(c, b"HTTP/1.0 " + BROKEN + b"\r\n"), "later", "Push 500",
    ),
    "500, headers that trickle": (
        lambda c: trickle(c, b"HTTP/1.1 " + BROKEN + b"X-Slow: "), "later", "Push 500",
    ),
    "500, chunks for ever": (
        lambda c: endless(
            c, b"HTTP/1.1 " + BROKEN + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"
        ),
        "later", "Push 500: x",
    ),
    "429, huge headers": (
        lambda c: c.sendall(b"HTTP/1.1 " + BUSY + LONG_HEADERS + b"\r\n"), "later", "Push 429",
    ),
    # Its words may be lost with the connection, which it closes at once.
    "410, a body shorter than its length": (
        lambda c: c.sendall(b"HTTP/1.1 410 Gone\r\nContent-Length: 99\r\n\r\nno"),
        "gone", "Push 410",
    ),
    "early hints, then 201": (
        lambda c: c.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 " + CREATED),
        "accepted", "",
    ),
    "early hints for ever": (
        lambda c: endless(c, b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"), "refused", "Push 103",
    ),
}  # fmt: skip


@contextmanager
def speaking(speak: Speak) -> Iterator[int]:
    """Run a server that reads each request and then speaks. Yields its port."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _address = server.accept()
            except OSError:
                return
            with connection:
                try:
                    connection.recv(65_536)
                    speak(connection)
                except OSError:
                    continue

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()


@pytest.fixture(autouse=True)
def deadline(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.VAPID_PRIVATE_KEY = vapid.generate_private_key()
    monkeypatch.setattr(webpush, "DEADLINE_SECONDS", DEADLINE_SECONDS)


def send_to(origin: str, settings: Settings) -> tuple[SendStatus, str, float]:
    settings.PUSH_ALLOWED_HOSTS = [origin]
    browser = Browser("/push/phone", origin)
    started = time.monotonic()
    result = webpush.send(Subscription(browser.endpoint, **browser.keys), HELLO)
    return result.status, result.detail, time.monotonic() - started


@pytest.mark.parametrize("name", ANSWERS)
def test_answer_is_cut_in_time_and_its_status_counts(settings: Settings, name: str) -> None:
    speak, expected, detail = ANSWERS[name]
    with speaking(speak) as port:
        status, said, seconds = send_to(f"http://127.0.0.1:{port}", settings)

    assert (status, said[: len(detail)]) == (expected, detail)
    assert seconds < DEADLINE_SECONDS + ROOM_SECONDS
    if status == SendStatus.ACCEPTED:
        assert said == ""


def test_tls_handshake_that_trickles_is_cut_in_time(settings: Settings) -> None:
    """The first bytes of a record, then one byte after the other."""
    with speaking(lambda c: trickle(c, b"\x16\x03\x03\x40\x00")) as port:
        status, said, seconds = send_to(f"https://127.0.0.1:{port}", settings)

    assert (status, said.split(":")[0]) == ("later", "Push TimeoutError")
    assert seconds < DEADLINE_SECONDS + ROOM_SECONDS


def test_certificate_of_another_name_is_refused_and_tried_again(settings: Settings) -> None:
    assert pinned_http.trusted_authorities().verify_mode == ssl.CERT_REQUIRED
    with speaking(lambda c: c.sendall(b"HTTP/1.1 " + CREATED)) as port:
        status, said, _seconds = send_to(f"https://127.0.0.1:{port}", settings)

    assert (status, said.split(":")[0]) == ("later", "Push SSLError")
