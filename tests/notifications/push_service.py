"""A push service on loopback that speaks HTTP, checks our key and decrypts what we send."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import http_ece
import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from notifications.push import vapid

AUTH = b"0123456789abcdef"
# Instead of a status: the request is read and never answered, or its connection is reset.
SILENCE, RESET = 0, -1


@dataclass
class Browser:
    """A device: its keys, and what it has been pushed."""

    path: str
    origin: str
    private_key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    @property
    def endpoint(self) -> str:
        return f"{self.origin}{self.path}"

    @property
    def keys(self) -> dict[str, str]:
        point = self.private_key.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        return {"p256dh": vapid.encoded(point), "auth": vapid.encoded(AUTH)}

    def read(self, body: bytes) -> Any:
        plain = http_ece.decrypt(body, private_key=self.private_key, auth_secret=AUTH)
        return json.loads(plain)


@dataclass(frozen=True)
class Pushed:
    path: str
    headers: dict[str, str]
    payload: Any
    size: int
    status: int

    @property
    def is_accepted(self) -> bool:
        return 200 <= self.status < 300


@dataclass
class PushService:
    """Answers `status`, or for a path the statuses in `answers`, one after the other."""

    port: int = 0
    address: str = "127.0.0.1"
    public_key: str = ""
    status: int = 201
    headers: dict[str, str] = field(default_factory=dict)
    answers: dict[str, list[int]] = field(default_factory=dict)
    # By path: another public key, with which the browser subscribed. Each other key is refused.
    subscribed_with: dict[str, str] = field(default_factory=dict)
    # For the failed answers of a path only.
    headers_of: dict[str, dict[str, str]] = field(default_factory=dict)
    # Called with the path before a push is answered.
    on_push: Callable[[str], None] = lambda path: None
    is_over: threading.Event = field(default_factory=threading.Event)
    browsers: dict[str, Browser] = field(default_factory=dict)
    received: list[Pushed] = field(default_factory=list)
    tokens: list[dict[str, Any]] = field(default_factory=list)
    drips: bool = False
    # How long it waits before it answers that it has taken a push.
    pause_seconds: float = 0.0
    body: bytes = b""

    @property
    def origin(self) -> str:
        return f"http://{self.address}:{self.port}"

    def browser(self, name: str) -> Browser:
        browser = Browser(f"/push/{name}", self.origin)
        self.browsers[browser.path] = browser
        return browser

    def answer_of(self, path: str) -> int:
        queue = self.answers.get(path)
        return queue.pop(0) if queue else self.status

    def headers_for(self, path: str, status: int) -> dict[str, str]:
        failed = self.headers_of.get(path, {}) if status >= HTTPStatus.BAD_REQUEST else {}
        return {**self.headers, **failed}

    def check_signature(self, path: str, authorization: str) -> bool:
        """Check the VAPID token (RFC 8292): ES256, for this service. Return whether it is of the
        key with which the browser of this path subscribed.
        """
        scheme, _, rest = authorization.partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        assert scheme == "vapid"
        assert parts["k"] in {self.public_key, *self.subscribed_with.values()}
        point = ec.EllipticCurvePublicKey.from_encoded_point(
            ec.SECP256R1(), vapid.decoded(parts["k"])
        )
        claims = jwt.decode(parts["t"], point, algorithms=["ES256"], audience=self.origin)
        assert claims["exp"] - time.time() <= 24 * 3600
        assert claims["sub"].startswith(("mailto:", "https:"))
        self.tokens.append(claims)
        return parts["k"] == self.subscribed_with.get(path, self.public_key)


def _handler(service: PushService) -> type[BaseHTTPRequestHandler]:  # noqa: C901
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            is_its_key = service.check_signature(self.path, self.headers["Authorization"])
            status = service.answer_of(self.path) if is_its_key else HTTPStatus.FORBIDDEN
            payload = service.browsers[self.path].read(body)
            headers = {name.lower(): value for name, value in self.headers.items()}
            service.received.append(Pushed(self.path, headers, payload, len(body), status))
            time.sleep(service.pause_seconds)
            service.on_push(self.path)
            self.answer(status)

        def answer(self, status: int) -> None:
            if status in (SILENCE, RESET):
                self.say_nothing(status)
            elif service.drips:
                self.drip()
            else:
                self.say(status)

        def say(self, status: int) -> None:
            self.send_response(status)
            for name, value in service.headers_for(self.path, status).items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(service.body)))
            self.end_headers()
            self.wfile.write(service.body)

        def say_nothing(self, how: int) -> None:
            self.close_connection = True
            if how == RESET:
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
                return
            service.is_over.wait(20)

        def drip(self) -> None:
            """Answer one byte at a time: every read succeeds, and the answer does not end."""
            try:
                for number in b"HTTP/1.1 201 Created\r\n\r\n":
                    self.wfile.write(bytes([number]))
                    self.wfile.flush()
                    time.sleep(0.3)
            except OSError:
                return

        def log_message(self, format: str, *args: Any) -> None:
            return

    return Handler


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing when a client hangs up, as in some tests."""


@contextmanager
def running(service: PushService) -> Iterator[PushService]:
    server = Server((service.address, 0), _handler(service))
    service.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield service
    finally:
        service.is_over.set()
        server.shutdown()
        thread.join()
        server.server_close()
