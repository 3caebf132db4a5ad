"""Send requests over open connections and print how long they took, in a process of its own.

    python -m tests.bench.load < request.json

The JSON has `pattern` (`calls`, `paced` or `stream`) and the keywords of that function. The client
uses bare sockets in one event loop: a richer one would take processor time from the server.
"""

import asyncio
import json
import sys
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

# A call fails after this time.
CALL_SECONDS = 20
# How long to wait for the last messages. One that comes later counts as lost.
GRACE_SECONDS = 5


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


async def stream(
    *,
    host: str,
    port: int,
    seconds: float,
    per_second: float,
    sender: dict[str, str],
    listeners: list[str],
) -> dict[str, Any]:
    """Send at a steady pace. Return the ms of each message to the first listener's stream."""
    streams = [await connect(host, port, listener) for listener in listeners]
    for listening in streams:
        listening.write("GET", "/api/v1/stream")
        status, _ = await listening.head()
        if status != 200:
            raise SystemExit(f"the stream answered {status}")
    seen: dict[str, float] = {}
    readers = [asyncio.create_task(_watch(streams[0], seen))]
    readers += [asyncio.create_task(_watch(listening, {})) for listening in streams[1:]]
    sent, _answered = await _send_steadily(host, port, seconds, per_second, sender)
    deadline = time.perf_counter() + GRACE_SECONDS
    while sent.keys() - seen.keys() and time.perf_counter() < deadline:
        await asyncio.sleep(0.05)
    for reader in readers:
        reader.cancel()
    took_ms = sorted((seen[key] - at) * 1000 for key, at in sent.items() if key in seen)
    return {"took_ms": took_ms, "sent": len(sent)}


async def paced(
    *, host: str, port: int, seconds: float, per_second: float, sender: dict[str, str]
) -> dict[str, Any]:
    """Send at the same pace without listeners. Return the ms of each answer."""
    sent, answered = await _send_steadily(host, port, seconds, per_second, sender)
    return {"took_ms": sorted((answered[key] - at) * 1000 for key, at in sent.items())}


async def _watch(listening: Connection, seen: dict[str, float]) -> None:
    """Record when each message comes for the first time, by message id."""
    name = b""
    while line := await listening.reader.readline():
        if line.startswith(b"event: "):
            name = line[7:].strip()
        elif line.startswith(b"data: ") and name == b"message.created":
            now = time.perf_counter()
            seen.setdefault(json.loads(line[6:])["message"]["id"], now)


async def _send_steadily(
    host: str, port: int, seconds: float, per_second: float, sender: dict[str, str]
) -> tuple[dict[str, float], dict[str, float]]:
    """Send by the clock, since waiting for a slow answer would spare the server.

    Return when each message was sent and when it was answered, by message id.
    """
    connections = [await connect(host, port, sender["authorization"]) for _ in range(4)]
    sent: dict[str, float] = {}
    answered: dict[str, float] = {}
    sendings: list[asyncio.Task[None]] = []
    began = time.perf_counter()
    for number in range(int(seconds * per_second)):
        # The pace itself.
        await asyncio.sleep(max(0.0, began + number / per_second - time.perf_counter()))
        # The server closes a connection that was idle for five seconds.
        connections[:] = [one for one in connections if not one.reader.at_eof()]
        if not connections:
            connections.append(await connect(host, port, sender["authorization"]))
        task = asyncio.create_task(_send_one(connections, sender["path"], sent, answered))
        sendings.append(task)
    await asyncio.gather(*sendings)
    return sent, answered


async def _send_one(
    connections: list[Connection], path: str, sent: dict[str, float], answered: dict[str, float]
) -> None:
    connection = connections.pop()
    message_id, body = draft()
    sent[message_id] = time.perf_counter()
    status, answer = await connection.call("POST", path, body)
    answered[message_id] = time.perf_counter()
    if status != 201:
        raise SystemExit(f"{path} answered {status}: {answer[:500]!r}")
    connections.append(connection)


async def main(asked: dict[str, Any]) -> None:
    patterns: dict[str, Callable[..., Awaitable[dict[str, Any]]]] = {
        "calls": calls,
        "paced": paced,
        "stream": stream,
    }
    json.dump(await patterns[asked.pop("pattern")](**asked), sys.stdout)


if __name__ == "__main__":
    asyncio.run(main(json.load(sys.stdin)))
