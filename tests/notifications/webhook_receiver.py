"""An address of other software on loopback: it verifies signatures by itself, and answers."""

import base64
import binascii
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.utils import timezone

from tests.waiting import until

TOLERANCE_SECONDS = 300


class NotOurs(Exception):
    """The request was not signed with the secret, or is old."""


def verify(secret: str, headers: dict[str, str], body: bytes, *, now: float) -> None:
    """Verify as https://www.standardwebhooks.com says, without any code of ours."""
    timestamp = headers["webhook-timestamp"]
    if abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        raise NotOurs("old")
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = b".".join([headers["webhook-id"].encode(), timestamp.encode(), body])
    expected = hmac.new(key, content, hashlib.sha256).digest()
    for part in headers["webhook-signature"].split(" "):
        version, _, encoded = part.partition(",")
        try:
            given = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            continue
        if version == "v1" and hmac.compare_digest(given, expected):
            return
    raise NotOurs("signature")


@dataclass(frozen=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes
    status: int

    @property
    def event(self) -> Any:
        return json.loads(self.body)

    @property
    def is_accepted(self) -> bool:
        return 200 <= self.status < 300


@dataclass
class Receiver:
    """`answer(event)` is the status of each request; `secret` is what it verifies with."""

    port: int = 0
    secret: str = ""
    answer: Callable[[Any], int] = lambda event: 204
    text: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    pause_seconds: float = 0.0
    received: list[Received] = field(default_factory=list)
    # Why requests were not believed. A test that says nothing of it wants none.
    disbelieved: list[str] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.origin}/hooks/liaison"

    @property
    def accepted(self) -> list[Any]:
        return [each.event for each in self.received if each.is_accepted]

    def wait_for(self, count: int) -> None:
        """Wait until more than `count` requests have come."""
        until(lambda: len(self.received) > count, f"only {count} requests or fewer arrive")


def _handler(receiver: Receiver) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            try:
                verify(receiver.secret, headers, body, now=timezone.now().timestamp())
            except NotOurs as error:
                receiver.disbelieved.append(str(error))
            time.sleep(receiver.pause_seconds)
            status = receiver.answer(json.loads(body))
            receiver.received.append(Received(self.path, headers, body, status))
            self.send_response(status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(receiver.text)))
            self.end_headers()
            self.wfile.write(receiver.text)

        def log_message(self, format: str, *args: Any) -> None:
            return

    return Handler


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing when a worker was killed."""


@contextmanager
def running(receiver: Receiver) -> Iterator[Receiver]:
    server = Server(("127.0.0.1", 0), _handler(receiver))
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
