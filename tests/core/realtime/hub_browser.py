"""A hub in the test's own loop, and browsers that listen to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from core.realtime.frames import PLAIN
from core.realtime.grants import Grant
from core.realtime.hub import RESYNC, Hub, beginning
from core.realtime.streams import Stream

PATIENCE_SECONDS = 10.0


EPOCH = "an epoch"


def someone(*, of_company: bool = False) -> Grant:
    """A person whose stream no database knows: these tests end before it is checked."""
    return Grant(uuid4(), as_company=of_company)


def channel(grant: Grant) -> str:
    return grant.channels[0]


@asynccontextmanager
async def running_hub() -> AsyncIterator[Hub]:
    hub = Hub()
    yield hub
    for task in (hub.reader, hub.recheck.task, hub.heartbeats.task):
        if task is not None:
            task.cancel()
    hub.recheck.thread.close()


class Browser:
    """Reads a stream, as the server writes it by ASGI."""

    def __init__(self) -> None:
        self.came: asyncio.Queue[bytes] = asyncio.Queue()
        self.has_ended = False
        self.reads = asyncio.Event()
        self.reads.set()

    async def send(self, message: dict[str, Any]) -> None:
        # As uvicorn: it waits where a browser does not read.
        await self.reads.wait()
        assert not self.has_ended, "the answer goes on after its end"
        if message["body"]:
            self.came.put_nowait(message["body"])
        self.has_ended = not message["more_body"]

    async def next(self) -> bytes:
        """Return what comes next. Skip the `resync` that the first subscription sends."""
        payload = await asyncio.wait_for(self.came.get(), PATIENCE_SECONDS)
        return await self.next() if payload == RESYNC.payload else payload

    def received(self) -> list[bytes]:
        return [self.came.get_nowait() for _ in range(self.came.qsize())]


async def browser_of(stream: Stream) -> Browser:
    """Return a browser that has read the beginning of a stream."""
    browser = Browser()
    await stream.begin(browser.send, PLAIN, beginning(stream.epoch))
    assert await browser.next() == beginning(stream.epoch).payload
    return browser


def run(story: Callable[[], Awaitable[Any]]) -> None:
    async def told() -> None:
        await asyncio.wait_for(story(), 2 * PATIENCE_SECONDS)

    asyncio.run(told())
