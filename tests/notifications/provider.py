"""A provider of emails on loopback that speaks HTTP as Mailgun's API does."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

NO_ANSWER = 0
TAKEN = {"id": "<20261118.1@mailgun>", "message": "Queued. Thank you."}


@dataclass(frozen=True)
class SentEmail:
    """An email, as the provider was asked to send it."""

    path: str
    authorization: str
    fields: dict[str, str]


@dataclass
class Provider:
    """Gives the answers that a test has for it, then takes every email."""

    port: int = 0
    answers: list[int] = field(default_factory=list)
    # All requests, and those that were taken.
    asked: list[SentEmail] = field(default_factory=list)
    taken: list[SentEmail] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v3"


@contextmanager
def running() -> Iterator[Provider]:
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(provider))
    provider.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _handler(provider: Provider) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            fields = {name: values[-1] for name, values in parse_qs(body).items()}
            handed = SentEmail(self.path, self.headers["Authorization"], fields)
            status = provider.answers.pop(0) if provider.answers else 200
            provider.asked.append(handed)
            if status == 200:
                provider.taken.append(handed)
            if status != NO_ANSWER:
                self.answer(status, TAKEN if status == 200 else {"message": "No"})

        def answer(self, status: int, words: dict[str, str]) -> None:
            body = json.dumps(words).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            return

    return Handler
