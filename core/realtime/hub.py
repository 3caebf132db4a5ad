"""Send published events to the open streams of this process (server-sent events).

One task reads one pub/sub connection for all streams of the process, and one confirms by one
database connection that they may go on (`core.realtime.recheck`). A stream that does not keep up is
closed; its browser reconnects and asks for what it missed.
"""

import asyncio
import random
import time
from collections.abc import Iterable
from contextlib import suppress
from functools import cache, lru_cache
from itertools import groupby
from uuid import UUID

import structlog
from redis.exceptions import RedisError

from core.realtime.frames import Frame
from core.realtime.grants import Grant
from core.realtime.heartbeats import Heartbeats
from core.realtime.publish import EVERY_STREAM, EVERYBODY, Event, frame, rights_channel
from core.realtime.recheck import Recheck
from core.realtime.streams import OpenStreams, Stream, epoch_frame
from core.realtime.subscription import Message, Subscription, subscribed
from core.valkey import key

# How long a browser waits before it reconnects, unless our script decides.
RETRY_MILLISECONDS = 2_000
# A frozen Valkey does not close its connection. Without a pong within this time, reconnect.
PING_SECONDS = 5.0

# Between two closings of streams while the process leaves.
DRAIN_PAUSE_SECONDS = 0.05

RESYNC = Frame(frame(Event("resync", {})))
GREETING = f"retry: {RETRY_MILLISECONDS}\n: open\n\n".encode()

logger = structlog.get_logger(__name__)


class Hub:
    """The open streams, and the tasks that serve them: one reads, one checks rights, one beats."""

    def __init__(self) -> None:
        self.streams = OpenStreams()
        self.recheck = Recheck(self.streams)
        self.heartbeats = Heartbeats()
        self.reader: asyncio.Task[None] | None = None
        self.is_listening = asyncio.Event()

    @property
    def open_streams(self) -> int:
        return len(self.streams.all)

    async def open(self, grant: Grant, epoch: str) -> Stream:
        """Open a stream by a grant that was just given, at the epoch of the database."""
        stream = Stream(grant, epoch)
        self.streams.add(stream)
        self.recheck.watch(stream)
        self.recheck.ensure_running()
        self.heartbeats.watch(stream)
        self.heartbeats.ensure_running()
        try:
            await self.ensure_listening()
        except BaseException:
            self.streams.remove(stream)
            raise
        return stream

    async def drain(self, seconds: float) -> None:
        """Close all streams, spread evenly over so many seconds. Browsers reconnect elsewhere.

        Those that open while it runs are closed at its end.
        """
        began, streams = time.monotonic(), list(self.streams.all)
        for number, stream in enumerate(streams):
            while (time.monotonic() - began) * len(streams) < number * seconds:
                await asyncio.sleep(DRAIN_PAUSE_SECONDS)
            self.streams.remove(stream)
        await asyncio.sleep(began + seconds - time.monotonic())
        for stream in list(self.streams.all):
            self.streams.remove(stream)

    async def ensure_listening(self) -> None:
        """Wait for the subscription: an event after the first byte of the answer is not missed.

        After a second without Valkey the stream opens anyway; it gets `resync` once Valkey is back.
        """
        if self.reader is None or self.reader.done():
            self.reader = asyncio.create_task(self.read_for_ever())
        try:
            await asyncio.wait_for(self.is_listening.wait(), 1.0)
        except TimeoutError:
            logger.warning("stream_opened_without_valkey")

    async def read_for_ever(self) -> None:
        pause_seconds = 0.2
        while True:
            try:
                await self.read()
            except (RedisError, OSError) as error:
                logger.warning("realtime_lost", error=str(error))
            if self.is_listening.is_set():
                self.is_listening.clear()
                pause_seconds = 0.2
            await asyncio.sleep(pause_seconds * random.uniform(0.5, 1.5))
            pause_seconds = min(pause_seconds * 2, 5.0)

    async def read(self) -> None:
        """Subscribe and hand out messages until the connection is lost."""
        async with subscribed(key("user", "*"), key("company"), rights_channel()) as subscription:
            if not await self.answers(subscription):
                return
            self.is_listening.set()
            # Events from before the subscription are lost: each browser must ask for them, and
            # rights may have changed.
            await self.streams.offer_all(RESYNC)
            self.recheck.check_soon(self.streams.all)
            while await self.answers(subscription):
                pass

    async def answers(self, subscription: Subscription) -> bool:
        """Hand out the next messages. Return False if not even a pong came in time."""
        messages = await _soon(subscription)
        if messages is None:
            await subscription.ping()
            messages = await _soon(subscription)
        if messages:
            await self.hand_out(messages)
        return messages is not None

    async def hand_out(self, messages: Iterable[Message]) -> None:
        """Offer events to the streams, in order, and check the streams of changed rights."""
        for is_of_rights, several in groupby(messages, key=_is_of_rights):
            if not is_of_rights:
                await self.streams.offer(list(several))
                continue
            for message in several:
                if message.payload == EVERY_STREAM.encode():
                    await self.streams.offer_all(RESYNC)
                else:
                    self.recheck.check_now(self._named_by(message.payload.decode()))

    def _named_by(self, payload: str) -> list[Stream]:
        if payload == EVERYBODY:
            return list(self.streams.all)
        people = map(UUID, payload.split(","))
        return [stream for person in people for stream in self.streams.of_person(person)]


async def _soon(subscription: Subscription) -> list[Message] | None:
    with suppress(TimeoutError):
        async with asyncio.timeout(PING_SECONDS):
            return await subscription.read()
    return None


def _is_of_rights(message: Message) -> bool:
    return message.channel == rights_channel()


@cache
def hub() -> Hub:
    """Return this process's hub (the stream endpoints run in one event loop)."""
    return Hub()


@lru_cache(8)
def beginning(epoch: str) -> Frame:
    """Return what each stream begins with."""
    return Frame(GREETING + epoch_frame(epoch).payload)
