"""A worker that is well, and a webhook that hears of alerts."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from pytest_django import Settings

from core.jobs.enqueue import Queue
from workers.models import WorkerProcess


@pytest.fixture
def worker(db: None) -> WorkerProcess:
    queues = [queue.value for queue in Queue]
    return WorkerProcess.objects.create(host="h", pid=1, queues=queues, concurrency=2)


@pytest.fixture
def heard(settings: Settings) -> Iterator[list[Any]]:
    """The requests that a webhook on loopback received."""
    told: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    settings.TASK_ALERT_WEBHOOK_URL = f"http://127.0.0.1:{server.server_port}/"
    yield told
    server.shutdown()
    server.server_close()
