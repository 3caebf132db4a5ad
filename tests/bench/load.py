"""Send requests over open connections and print how long they took, in a process of its own.

    python -m tests.bench.load < request.json

The JSON has `pattern` (`calls`, `paced` or `screens`) and the keywords of that function. The client
uses bare sockets in one event loop: a richer one would take processor time from the server.
"""

import asyncio
import json
import sys
import time
import uuid
from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

# A call fails after this time. On a slow machine answers wait at a pace that it cannot keep.
CALL_SECONDS = 90
# How long to wait for the counters of the last messages. An event that comes later counts as lost.
COUNTED_SECONDS = 60


@dataclass
class Connection:
    """An open HTTP/1.1 connection."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    host: str
    authorization: str

    async def call(self, method: str, path: str, body: bytes = b"") -> tuple[int, bytes]:
        """Return the status and the body of the answer."""
        self.write(method, path, body)
        async with asyncio.timeout(CALL_SECONDS):
            status, headers = await self.head()
            return status, await self.reader.readexactly(int(headers["content-length"]))

    def write(self, method: str, path: str, body: bytes = b"") -> None:
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\n"
            f"Authorization: {self.authorization}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.writer.write(head.encode() + body)

    async def head(self) -> tuple[int, dict[str, str]]:
        first, *lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().splitlines()
        pairs = (line.partition(":") for line in lines if line)
        return int(first.split()[1]), {name.lower(): value for name, _, value in pairs}


async def connect(host: str, port: int, authorization: str) -> Connection:
    reader, writer = await asyncio.open_connection(host, port)
    return Connection(reader, writer, f"{host}:{port}", authorization)


def draft() -> tuple[str, bytes]:
    """Return the id and the JSON of a message to send."""
    message_id = str(uuid.uuid4())
    body = "Bonjour, le plâtrier peut-il venir jeudi vers 9 h ? Merci."
    return message_id, json.dumps({"id": message_id, "body": body}).encode()


# --- As fast as it goes -------------------------------------------------------------------------


async def calls(
    *, host: str, port: int, seconds: float, callers: list[dict[str, Any]], expected: int
) -> dict[str, Any]:
    """Let each caller send the next request after each answer. Return the sorted times in ms.

    The `path` of a caller may be a list, which it goes through.
    """
    opened = [await connect(host, port, caller["authorization"]) for caller in callers]
    until = time.perf_counter() + seconds
    each = await asyncio.gather(
        *(
            _call_until(until, connection, caller, expected)
            for connection, caller in zip(opened, callers, strict=True)
        )
    )
    return {"took_ms": sorted(took for several in each for took in several)}


async def _call_until(
    until: float, connection: Connection, caller: dict[str, Any], expected: int
) -> list[float]:
    took_ms: list[float] = []
    paths = [caller["path"]] if isinstance(caller["path"], str) else caller["path"]
    while time.perf_counter() < until:
        path = paths[len(took_ms) % len(paths)]
        body = draft()[1] if caller["method"] == "POST" else b""
        began = time.perf_counter()
        status, answer = await connection.call(caller["method"], path, body)
        took_ms.append((time.perf_counter() - began) * 1000)
        if status != expected:
            raise SystemExit(f"{path} answered {status}: {answer[:500]!r}")
    return took_ms


# --- To the other screen ------------------------------------------------------------------------


async def screens(
    *,
    host: str,
    port: int,
    seconds: float,
    per_second: float,
    senders: list[dict[str, Any]],
    listeners: list[str],
) -> dict[str, Any]:
    """Send at a steady pace by several people. Return the ms to the first listener's stream.

    `event_ms`: of each message. `counter_ms`: until an unread counter came that had counted it.
    """
    streams = [await _open_stream(host, port, listener) for listener in listeners]
    watched = Watched()
    readers = [asyncio.create_task(_watch(streams[0], watched))]
    # Not parsed, which would take a processor from the product.
    readers += [asyncio.create_task(_ignore(stream)) for stream in streams[1:]]
    sent, _answered = await _send_steadily(host, port, seconds, per_second, senders)
    deadline = time.perf_counter() + COUNTED_SECONDS
    while sent.keys() - watched.counted.keys() and time.perf_counter() < deadline:
        await asyncio.sleep(0.05)
    for reader in readers:
        reader.cancel()
    return {
        "sent": len(sent),
        "event_ms": _since(sent, watched.seen),
        "counter_ms": _since(sent, watched.counted),
    }


async def paced(
    *, host: str, port: int, seconds: float, per_second: float, senders: list[dict[str, Any]]
) -> dict[str, Any]:
    """Send at the same pace without listeners. Return the ms of each answer."""
    sent, answered = await _send_steadily(host, port, seconds, per_second, senders)
    return {"took_ms": _since(sent, answered)}


def _since(sent: dict[str, float], came: dict[str, float]) -> list[float]:
    return sorted((came[key] - at) * 1000 for key, at in sent.items() if key in came)


async def _open_stream(host: str, port: int, authorization: str) -> Connection:
    stream = await connect(host, port, authorization)
    stream.write("GET", "/api/v1/stream")
    status, _ = await stream.head()
    if status != 200:
        raise SystemExit(f"the stream answered {status}")
    return stream


@dataclass
class Watched:
    """When messages came on a stream, and when a counter that includes them did, by message id."""

    seen: dict[str, float] = field(default_factory=dict)
    counted: dict[str, float] = field(default_factory=dict)
    # Messages that no counter has included yet, with their versions, by conversation.
    uncounted: dict[str, list[tuple[int, str]]] = field(default_factory=lambda: defaultdict(list))

    def hear(self, name: bytes, data: bytes) -> None:
        now = time.perf_counter()
        if name == b"message.created":
            told = json.loads(data)
            message = told["message"]["id"]
            # One whose publishing nobody knows of is published once more.
            if message not in self.seen:
                self.seen[message] = now
                self.uncounted[told["conversation"]].append((told["version"], message))
        elif name == b"unread.updated":
            told = json.loads(data)
            waiting = self.uncounted[told["conversation"]]
            for version, message in [each for each in waiting if each[0] <= told["version"]]:
                self.counted[message] = now
                waiting.remove((version, message))


async def _watch(stream: Connection, watched: Watched) -> None:
    name = b""
    while line := await stream.reader.readline():
        if line.startswith(b"event: "):
            name = line[7:].strip()
        elif line.startswith(b"data: "):
            watched.hear(name, line[6:])


async def _ignore(stream: Connection) -> None:
    while await stream.reader.read(1 << 16):
        pass


@dataclass
class Sender:
    """A person who writes into conversations in turns, over as many connections as it takes."""

    host: str
    port: int
    authorization: str
    paths: list[str]
    free: list[Connection] = field(default_factory=list)
    count: int = 0

    async def send(self, sent: dict[str, float], answered: dict[str, float]) -> None:
        # The server closes a connection that was idle for five seconds.
        self.free = [one for one in self.free if not one.reader.at_eof()]
        path = self.paths[self.count % len(self.paths)]
        self.count += 1
        message_id, body = draft()
        sent[message_id] = time.perf_counter()
        connection = (
            self.free.pop()
            if self.free
            else await connect(self.host, self.port, self.authorization)
        )
        status, answer = await connection.call("POST", path, body)
        answered[message_id] = time.perf_counter()
        if status != 201:
            raise SystemExit(f"{path} answered {status}: {answer[:500]!r}")
        self.free.append(connection)


async def _send_steadily(
    host: str, port: int, seconds: float, per_second: float, senders: list[dict[str, Any]]
) -> tuple[dict[str, float], dict[str, float]]:
    """Send by the clock, since waiting for a slow answer would spare the server.

    Return when each message was sent and when it was answered, by message id.
    """
    people = [Sender(host, port, **sender) for sender in senders]
    sent: dict[str, float] = {}
    answered: dict[str, float] = {}
    sendings: list[asyncio.Task[None]] = []
    began = time.perf_counter()
    for number in range(int(seconds * per_second)):
        # The pace itself.
        await asyncio.sleep(max(0.0, began + number / per_second - time.perf_counter()))
        sendings.append(asyncio.create_task(people[number % len(people)].send(sent, answered)))
    await asyncio.gather(*sendings)
    return sent, answered


async def main(asked: dict[str, Any]) -> None:
    patterns: dict[str, Callable[..., Awaitable[dict[str, Any]]]] = {
        "calls": calls,
        "paced": paced,
        "screens": screens,
    }
    json.dump(await patterns[asked.pop("pattern")](**asked), sys.stdout)


if __name__ == "__main__":
    asyncio.run(main(json.load(sys.stdin)))
