"""A webhook on loopback that takes alerts."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any


@dataclass
class AlertWebhook:
    url: str = ""
    # The bodies of the requests, as they came.
    told: list[Any] = field(default_factory=list)


@contextmanager
def listening_webhook() -> Iterator[AlertWebhook]:
    webhook = AlertWebhook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            webhook.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    webhook.url = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield webhook
    finally:
        server.shutdown()
        server.server_close()
