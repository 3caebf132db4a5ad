"""Open screens, as the product's: a stream, and the missed changes after each cut."""

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.faults.system import System

# Longer than the pause between two heartbeats of a stream.
TIMEOUT_SECONDS = 20
RETRY_SECONDS = 0.3
CUT = (OSError, http.client.HTTPException, ValueError)


@dataclass
class Screen:
    """One person's view of one conversation."""

    system: System
    token: str
    conversation: str
    version: int = 0
    # The text of each message by id.
    shown: dict[str, str] = field(default_factory=dict)
    connections: int = 0
    connection: http.client.HTTPConnection | None = None
    ending: threading.Event = field(default_factory=threading.Event)
    is_open: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> None:
        self.ending.set()
        if self.connection is not None and self.connection.sock is not None:
            # Wakes the thread, which `close` alone would wait for.
            self.connection.sock.shutdown(socket.SHUT_RDWR)

    def start(self) -> None:
        self.thread = threading.Thread(target=self._watch, daemon=True)
        self.thread.start()

    def _watch(self) -> None:
        while not self.ending.is_set():
            try:
                self._listen()
            except CUT:
                self.is_open.clear()
                self.ending.wait(RETRY_SECONDS)

    def _listen(self) -> None:
        connection = self.connection = http.client.HTTPConnection(
            "127.0.0.1", self.system.port, timeout=TIMEOUT_SECONDS
        )
        try:
            connection.request(
                "GET", "/api/v1/stream", headers={"Authorization": f"Bearer {self.token}"}
            )
            answer = connection.getresponse()
            if answer.status != http.client.OK:
                raise http.client.HTTPException(answer.status)
            self.connections += 1
            # After the subscription: an event in between would be lost otherwise.
            self._catch_up()
            self.is_open.set()
            for line in iter(answer.readline, b""):
                if self.ending.is_set():
                    return
                self._hear(line.decode())
            raise http.client.HTTPException("ended")
        finally:
            connection.close()

    def _hear(self, line: str) -> None:
        if line.startswith("event: resync"):
            self._catch_up()
        if not line.startswith("data: "):
            return
        data = json.loads(line.removeprefix("data: "))
        if data.get("conversation") != self.conversation or "version" not in data:
            return
        if data["version"] == self.version + 1 and "message" in data:
            self._show(data["message"])
            self.version = data["version"]
        elif data["version"] > self.version:
            self._catch_up()

    def _catch_up(self) -> None:
        is_complete = False
        while not is_complete:
            path = f"/api/v1/conversations/{self.conversation}/changes?since={self.version}"
            status, changes, _headers = self.system.call("GET", path, token=self.token)
            if status != http.client.OK:
                raise http.client.HTTPException(status)
            for message in changes["messages"]:
                self._show(message)
            self.version, is_complete = changes["version"], changes["complete"]

    def _show(self, message: dict[str, str]) -> None:
        self.shown[message["id"]] = message["body"]


@contextmanager
def watching(system: System, conversation: str, *, each: int) -> Iterator[list[Screen]]:
    """Open `each` screens for every colleague, and yield them once all are connected."""
    tokens = system.prepared["colleagues"]
    screens = [Screen(system, token, conversation) for token in tokens for _ in range(each)]
    for screen in screens:
        screen.start()
    try:
        for screen in screens:
            assert screen.is_open.wait(60), "a screen does not open"
        yield screens
    finally:
        for screen in screens:
            screen.stop()
