"""Hold thousands of streams open and time events to all of them, in a process of its own.

    python -m tests.bench.listeners < request.json

It prints a line once all are open. Then each line of its input asks for something, and it answers
by a line: see `Crowd`.
"""

import asyncio
import json
import resource
import sys
import time
from typing import Any

import redis.asyncio
import uvloop

OPENING_SECONDS = 60
# How long to wait for an event. A stream without it by then has lost it.
EVENT_SECONDS = 30
# The hub waits for 0.1 s before it checks rights that changed. The event comes during the check.
BEFORE_SECONDS = 0.12
MARK = b"crowd-mark-"
# What a browser sends beside these, of the length that Chromium's has.
HEADERS = "".join(f"{name}: {'x' * length}\r\n" for name, length in (
    ("User-Agent", 110), ("Accept-Language", 35), ("Referer", 60), ("Sec-Ch-Ua", 65),
    ("Sec-Ch-Ua-Mobile", 2), ("Sec-Ch-Ua-Platform", 8), ("Sec-Fetch-Site", 11),
    ("Sec-Fetch-Mode", 4), ("Sec-Fetch-Dest", 5), ("Priority", 6),
))  # fmt: skip


class Listener(asyncio.Protocol):
    """One stream: its status, when the last event came, and whether it is still open."""

    def __init__(self, crowd: "Crowd", head: bytes) -> None:
        self.crowd, self.head = crowd, head
        self.received = b""
        self.is_open = self.is_closed = False
        self.answered: asyncio.Future[None] | None = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: Any) -> None:
        transport.write(self.head)
        self.head = b""

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        if self.answered is not None:
            self.received += data
            if b"\r\n\r\n" in self.received:
                self.is_open = self.received.startswith(b"HTTP/1.1 200")
                self._is_answered()
        # A small event comes whole: it was written at once.
        elif self.crowd.mark in data:
            self.crowd.came.append(now)
            self.crowd.look()

    def connection_lost(self, error: Exception | None) -> None:
        self.is_closed = True
        self._is_answered()

    def _is_answered(self) -> None:
        if self.answered is not None:
            self.answered.set_result(None)
            self.answered, self.received = None, b""


class Crowd:
    """The streams, and what can be asked of them."""

    def __init__(self, asked: dict[str, Any]) -> None:
        self.host, self.port = asked["host"], asked["port"]
        # One header a stream: its cookie or its bearer.
        self.credentials: list[str] = asked["credentials"]
        self.gate = asyncio.Semaphore(asked["at_once"])
        self.valkey = redis.asyncio.Redis.from_url(asked["redis_url"])
        self.channel: str = asked["channel"]
        self.number, self.mark = 0, MARK
        self.came: list[float] = []
        self.everyone_has_it = asyncio.Event()

    async def open(self) -> dict[str, Any]:
        began = time.perf_counter()
        listeners = await asyncio.gather(*map(self._opened_by, self.credentials))
        self.listeners = [listener for listener in listeners if listener.is_open]
        return {"opened": len(self.listeners), "seconds": time.perf_counter() - began}

    async def _opened_by(self, credential: str) -> Listener:
        head = (
            f"GET /api/v1/stream HTTP/1.1\r\nHost: {self.host}:{self.port}\r\n"
            f"{credential}\r\n{HEADERS}\r\n"
        ).encode()
        loop = asyncio.get_running_loop()
        async with self.gate:
            _, listener = await loop.create_connection(
                lambda: Listener(self, head), self.host, self.port
            )
            if listener.answered:
                await asyncio.wait([listener.answered], timeout=OPENING_SECONDS)
        return listener

    async def lost(self) -> dict[str, Any]:
        return {"lost": sum(listener.is_closed for listener in self.listeners)}

    async def event(self, *, before: list[str] | None = None) -> dict[str, Any]:
        """Publish an event. Return the sorted ms to each stream.

        `before`: a channel and a message that is published a little earlier.
        """
        if before:
            await self.valkey.publish(*before)
            await asyncio.sleep(BEFORE_SECONDS)
        came = await self._event()
        took_ms = sorted(seconds * 1000 for seconds in came)
        return {"took_ms": took_ms, "missing": len(self.listeners) - len(came)}

    async def _event(self) -> list[float]:
        self.number += 1
        self.mark, self.came = b"%s%06d" % (MARK, self.number), []
        self.everyone_has_it.clear()
        began = time.perf_counter()
        await self.valkey.publish(self.channel, b"event: mark\ndata: %s\n\n" % self.mark)
        try:
            async with asyncio.timeout(EVENT_SECONDS):
                await self.everyone_has_it.wait()
        except TimeoutError:
            pass
        return [at - began for at in self.came]

    def look(self) -> None:
        if len(self.came) == len(self.listeners):
            self.everyone_has_it.set()


async def main() -> None:
    crowd = Crowd(json.loads(sys.stdin.readline()))
    _say(await crowd.open())
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        _say(await getattr(crowd, asked.pop("ask"))(**asked))


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    # A process may often open no more than 1024 files unless it asks.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    uvloop.run(main())
