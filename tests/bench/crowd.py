"""Hold thousands of streams open and time events to all of them, in a process of its own.

python -m tests.bench.crowd < request.json
"""

import asyncio
import json
import resource
import sys
import time
from typing import Any

import redis.asyncio

OPENING_SECONDS = 60
# How long to wait for an event. A stream without it by then has lost it.
EVENT_SECONDS = 30
MARK = b"crowd-mark-"


class Listener(asyncio.Protocol):
    """One stream: its status, when each event came, and whether it is still open."""

    def __init__(self, head: bytes) -> None:
        self.head = head
        self.received = b""
        self.is_open = self.is_closed = False
        self.answered = asyncio.get_running_loop().create_future()
        self.came: dict[int, float] = {}

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        transport.write(self.head)

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        self.received += data
        if not self.answered.done() and b"\r\n\r\n" in self.received:
            self.is_open = self.received.startswith(b"HTTP/1.1 200")
            self.answered.set_result(None)
        while (at := self.received.find(MARK)) >= 0:
            number = self.received[at + len(MARK) : at + len(MARK) + 4]
            if len(number) < 4:
                return
            self.came.setdefault(int(number), now)
            self.received = self.received[at + len(MARK) + 4 :]
        # The rest may hold the beginning of a mark.
        self.received = self.received[-len(MARK) - 4 :] if self.answered.done() else self.received

    def connection_lost(self, error: Exception | None) -> None:
        self.is_closed = True
        if not self.answered.done():
            self.answered.set_result(None)


async def crowd(
    *,
    host: str,
    port: int,
    authorizations: list[str],
    at_once: int,
    redis_url: str,
    channel: str,
    settle_seconds: float,
    events: int,
    pause_seconds: float,
) -> dict[str, Any]:
    """Open all streams, wait, publish events. Return the ms of each event to each stream.

    `at_once`: how many are opened at a time.
    """
    began = time.perf_counter()
    gate = asyncio.Semaphore(at_once)

    async def opened_by(authorization: str) -> Listener:
        async with gate:
            listener = await listen(host, port, authorization)
            await asyncio.wait([listener.answered], timeout=OPENING_SECONDS)
            return listener

    listeners = await asyncio.gather(*map(opened_by, authorizations))
    opening_seconds = time.perf_counter() - began
    opened = [listener for listener in listeners if listener.is_open]
    await asyncio.sleep(settle_seconds)
    took_ms, missing = [], 0
    async with redis.asyncio.Redis.from_url(redis_url) as valkey:
        for number in range(events):
            at = time.perf_counter()
            await valkey.publish(channel, b"event: mark\ndata: %s%04d\n\n" % (MARK, number))
            await all_have(number, opened)
            came = [one.came[number] - at for one in opened if number in one.came]
            took_ms += [seconds * 1000 for seconds in came]
            missing += len(opened) - len(came)
            await asyncio.sleep(pause_seconds)
    return {
        "opened": len(opened),
        "opening_seconds": opening_seconds,
        "took_ms": sorted(took_ms),
        "missing": missing,
        "lost": sum(listener.is_closed for listener in opened),
    }


async def listen(host: str, port: int, authorization: str) -> Listener:
    head = (
        f"GET /api/v1/stream HTTP/1.1\r\nHost: {host}:{port}\r\n"
        f"Authorization: {authorization}\r\n\r\n"
    ).encode()
    loop = asyncio.get_running_loop()
    _, listener = await loop.create_connection(lambda: Listener(head), host, port)
    return listener


async def all_have(number: int, listeners: list[Listener]) -> None:
    deadline = time.perf_counter() + EVENT_SECONDS
    while time.perf_counter() < deadline:
        if all(number in one.came or one.is_closed for one in listeners):
            return
        await asyncio.sleep(0.02)


async def main(asked: dict[str, Any]) -> None:
    json.dump(await crowd(**asked), sys.stdout)


if __name__ == "__main__":
    # A process may often open no more than 1024 files unless it asks.
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(main(json.load(sys.stdin)))
