"""Send published events to the open streams of this process (server-sent events).

One task reads one pub/sub connection for all streams of the process, and one confirms by one
database connection that they may go on (`core.realtime.recheck`). A stream that does not keep up is
closed; its browser reconnects and asks for what it missed.
"""

import asyncio
import random
from collections.abc import AsyncIterator
from functools import cache
from uuid import UUID

import redis.asyncio
import structlog
from django.conf import settings
from redis.exceptions import RedisError

from core.realtime.grants import Grant
from core.realtime.publish import EVERY_STREAM, EVERYBODY, Event, frame, rights_channel
from core.realtime.recheck import Recheck
from core.realtime.streams import OpenStreams, Stream, epoch_frame
from core.valkey import key

# How long a browser waits before it reconnects, unless our script decides.
RETRY_MILLISECONDS = 2_000
# A frozen Valkey does not close its connection. Without a pong within this time, reconnect.
PING_SECONDS = 5.0

RESYNC = frame(Event("resync", {}))
HEARTBEAT = b": still here\n\n"
GREETING = f"retry: {RETRY_MILLISECONDS}\n: open\n\n".encode()

logger = structlog.get_logger(__name__)


class Hub:
    """The open streams, the task that reads what is published, and the one that checks rights."""

    def __init__(self) -> None:
        self.streams = OpenStreams()
        self.recheck = Recheck(self.streams)
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
        await self.ensure_listening()
        return stream

    async def drain(self, seconds: float) -> None:
        """Close all streams, spread over so many seconds: their browsers come back one by one."""
        streams = list(self.streams.all)
        random.shuffle(streams)
        for stream in streams:
            await asyncio.sleep(seconds / len(streams))
            self.streams.remove(stream)
        # Those that were opened since.
        for stream in tuple(self.streams.all):
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
        client = redis.asyncio.Redis.from_url(
            settings.REDIS_URL, socket_timeout=None, socket_connect_timeout=2
        )
        async with client, client.pubsub() as pubsub:
            patterns = key("user", "*"), key("company"), rights_channel()
            await asyncio.wait_for(pubsub.psubscribe(*patterns), 2)
            if not await self.answers(pubsub):
                return
            self.is_listening.set()
            # Events from before the subscription are lost: each browser must ask for them, and
            # rights may have changed.
            self.streams.offer_all(RESYNC)
            self.recheck.check_soon(self.streams.all)
            while await self.answers(pubsub):
                pass

    async def answers(self, pubsub: redis.asyncio.client.PubSub) -> bool:
        """Hand out the next message. Return False if not even a pong came in time."""
        message = await pubsub.get_message(timeout=PING_SECONDS)
        if message is None:
            await pubsub.ping()
            message = await pubsub.get_message(timeout=PING_SECONDS)
        if message is not None and message["type"] == "pmessage":
            self.hand_out(message["channel"].decode(), message["data"])
        return message is not None

    def hand_out(self, channel: str, payload: bytes) -> None:
        if channel == rights_channel() and payload == EVERY_STREAM.encode():
            self.streams.offer_all(RESYNC)
        elif channel == rights_channel():
            self.recheck.check_now(self._named_by(payload.decode()))
        else:
            self.streams.offer(channel, payload)

    def _named_by(self, payload: str) -> list[Stream]:
        if payload == EVERYBODY:
            return list(self.streams.all)
        people = map(UUID, payload.split(","))
        return [stream for person in people for stream in self.streams.of_person(person)]


@cache
def hub() -> Hub:
    """Return this process's hub (the stream endpoints run in one event loop)."""
    return Hub()


async def payloads(stream: Stream) -> AsyncIterator[bytes]:
    """Yield the epoch, then payloads and heartbeats until the stream is closed."""
    try:
        yield GREETING + epoch_frame(stream.epoch)
        while not stream.is_closed:
            payload = await stream.next(settings.STREAM_HEARTBEAT_SECONDS)
            if stream.is_closed:
                return
            yield payload or HEARTBEAT
    finally:
        hub().streams.remove(stream)
