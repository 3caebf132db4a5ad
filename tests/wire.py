"""Call the running site over HTTP, and read its streams."""

import http.client
import json
import queue
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from core.auth.jwt_tokens import issue_development_token
from core.models import User
from tests.cases.events import wrong_with
from tests.site import Site

TIMEOUT_SECONDS = 15.0
STREAM = "/api/v1/stream"
# An event that only tests publish.
MARK = "mark"


class Answer(NamedTuple):
    status: int
    content: Any


class Frame(NamedTuple):
    """One server-sent event."""

    name: str
    data: dict[str, Any]


@dataclass
class Caller:
    """Calls the API as a person, by a bearer token."""

    site: Site
    person: User

    def __post_init__(self) -> None:
        self.token = issue_development_token(self.person)

    def call(self, method: str, path: str, body: Any = None) -> Answer:
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.site.port, timeout=TIMEOUT_SECONDS
        )
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, f"/api/v1{path}", content, headers)
            response = connection.getresponse()
            text = response.read()
        finally:
            connection.close()
        return Answer(response.status, json.loads(text) if text else None)

    def get(self, path: str) -> Any:
        answer = self.call("GET", path)
        assert answer.status == 200, answer
        return answer.content

    def post(self, path: str, body: Any = None) -> Any:
        answer = self.call("POST", path, body)
        assert answer.status in (200, 201, 204), answer
        return answer.content


@dataclass
class OpenStream:
    """An open stream; a thread reads its frames as they come."""

    connection: http.client.HTTPConnection
    response: http.client.HTTPResponse
    arrived: "queue.Queue[Frame]" = field(default_factory=queue.Queue)
    comments: list[str] = field(default_factory=list)
    # What core/asyncapi.yaml does not say of what came.
    wrong: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    @property
    def status(self) -> int:
        return self.response.status

    def wait_for(
        self, name: str, holds: Callable[[dict[str, Any]], bool] = lambda data: True
    ) -> dict[str, Any]:
        """Return the data of the next such event. The events before it are dropped."""
        return self.until(name, holds)[-1].data

    def until(
        self, name: str, holds: Callable[[dict[str, Any]], bool] = lambda data: True
    ) -> list[Frame]:
        """Return the frames up to the next such event, that one last."""
        deadline, seen = time.monotonic() + TIMEOUT_SECONDS, list[Frame]()
        while True:
            try:
                frame = self.arrived.get(timeout=max(0.01, deadline - time.monotonic()))
            except queue.Empty:
                names = [frame.name for frame in seen]
                raise AssertionError(f"no {name} came, only {names}") from None
            seen.append(frame)
            if frame.name == name and holds(frame.data):
                return seen

    def received(self) -> list[Frame]:
        """Return the frames that came and were not read yet."""
        found = []
        while not self.arrived.empty():
            found.append(self.arrived.get())
        return found

    def close(self) -> None:
        if self.connection.sock is not None:
            # It wakes the reading thread; `close` alone would wait for it.
            self.connection.sock.shutdown(2)
        self.connection.close()
        assert not self.wrong, self.wrong

    def _read(self) -> None:
        name = ""
        try:
            for raw in self._lines():
                line = raw.decode().rstrip("\n")
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                elif line.startswith("data: "):
                    frame = Frame(name, json.loads(line.removeprefix("data: ")))
                    if name != MARK:
                        self.wrong += wrong_with(*frame)
                    self.arrived.put(frame)
                elif line.startswith(":"):
                    self.comments.append(line)
        except (OSError, ValueError, http.client.HTTPException, AttributeError):
            # We closed the stream, or the connection was cut.
            pass
        self.ended.set()

    def _lines(self) -> Iterator[bytes]:
        if self.response.headers.get("Content-Encoding") != "gzip":
            yield from iter(self.response.readline, b"")
            return
        reader, rest = zlib.decompressobj(zlib.MAX_WBITS | 16), b""
        while part := self.response.read1():
            *lines, rest = (rest + reader.decompress(part)).split(b"\n")
            yield from lines


def ask_for_stream(site: Site, path: str = STREAM, **headers: str) -> OpenStream:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=60)
    connection.request("GET", path, headers=headers)
    return OpenStream(connection, connection.getresponse())


@contextmanager
def stream_of(site: Site, person: User) -> Iterator[OpenStream]:
    """Open a stream that is subscribed already."""
    token = issue_development_token(person)
    opened = ask_for_stream(site, Authorization=f"Bearer {token}")
    assert opened.status == 200
    try:
        yield opened
    finally:
        opened.close()


def until(condition: Callable[[], bool], seconds: float = TIMEOUT_SECONDS) -> bool:
    """Wait until a condition holds; return whether it came to hold in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
