"""Send published events to the open streams of this process (server-sent events).

One task reads one pub/sub connection for all streams of the process. A stream is a bounded queue.
A stream that does not keep up is closed; its browser reconnects and asks for what it missed. No
stream holds a database connection.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from functools import cache

import redis.asyncio
import structlog
from django.conf import settings
from redis.exceptions import RedisError

from core.realtime.publish import Event, frame
from core.valkey import key

# How long a browser waits before it reconnects, unless our script decides.
RETRY_MILLISECONDS = 2_000
MAX_QUEUED_EVENTS = 200
STREAMS_PER_PERSON = 5
# A frozen Valkey does not close its connection. Without a pong within this time, reconnect.
PING_SECONDS = 5.0

RESYNC = frame(Event("resync", {}))
HEARTBEAT = b": still here\n\n"
GREETING = f"retry: {RETRY_MILLISECONDS}\n: open\n\n".encode()

logger = structlog.get_logger(__name__)


@dataclass(eq=False)
class Stream:
    """The payloads that one browser has not received yet."""

    channels: tuple[str, ...]
    queue: asyncio.Queue[bytes] = field(default_factory=lambda: asyncio.Queue(MAX_QUEUED_EVENTS))
    is_closed: bool = False

    def offer(self, payload: bytes) -> None:
        """Queue a payload, or close the stream if its queue is full."""
        try:
            self.queue.put_nowait(payload)
        except asyncio.QueueFull:
            self.close()

    def close(self) -> None:
        """Close the stream and wake a pending `next`."""
        self.is_closed = True
        if not self.queue.full():
            self.queue.put_nowait(b"")

    async def next(self, timeout_seconds: float) -> bytes | None:
        """Return the next payload, or None after the time-out."""
        try:
            # Not `wait_for`: it starts a task for each payload before Python 3.12.
            async with asyncio.timeout(timeout_seconds):
                return await self.queue.get()
        except TimeoutError:
            return None


class Hub:
    """The open streams by channel, and the task that reads what is published."""

    def __init__(self) -> None:
        self.by_channel: dict[str, list[Stream]] = defaultdict(list)
        self.reader: asyncio.Task[None] | None = None
        self.is_listening = asyncio.Event()

    @property
    def open_streams(self) -> int:
        return len({id(stream) for streams in self.by_channel.values() for stream in streams})

    async def open(self, *channels: str) -> Stream:
        """Open a stream on these channels; the first is the person's own.

        A sixth stream of a person closes the oldest. A phone that loses its signal leaves streams
        that look open for minutes; a refusal would lock the person out for that long.
        """
        stream = Stream(channels)
        while len(self.by_channel[channels[0]]) >= STREAMS_PER_PERSON:
            self.remove(self.by_channel[channels[0]][0])
        for channel in channels:
            self.by_channel[channel].append(stream)
        await self.ensure_listening()
        return stream

    def remove(self, stream: Stream) -> None:
        stream.close()
        for channel in stream.channels:
            if stream in self.by_channel[channel]:
                self.by_channel[channel].remove(stream)
            if not self.by_channel[channel]:
                del self.by_channel[channel]

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
            await asyncio.wait_for(pubsub.psubscribe(key("user", "*"), key("company")), 2)
            if not await self.answers(pubsub):
                return
            self.is_listening.set()
            # Events from before the subscription are lost: each browser must ask for them.
            self.tell_everyone(RESYNC)
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
        for stream in tuple(self.by_channel.get(channel, ())):
            stream.offer(payload)
            if stream.is_closed:
                # A browser that left before the answer began never runs `payloads`, which removes
                # a stream at its end.
                self.remove(stream)

    def tell_everyone(self, payload: bytes) -> None:
        for streams in tuple(self.by_channel.values()):
            for stream in tuple(streams):
                stream.offer(payload)


@cache
def hub() -> Hub:
    """Return this process's hub (the stream endpoints run in one event loop)."""
    return Hub()


async def payloads(
    stream: Stream, may_listen: Callable[[], Awaitable[bool]]
) -> AsyncIterator[bytes]:
    """Yield payloads and heartbeats until the stream is closed or `may_listen` says no."""
    clock = asyncio.get_running_loop().time
    recheck_at = clock() + settings.STREAM_RECHECK_SECONDS
    try:
        yield GREETING
        while not stream.is_closed:
            payload = await stream.next(settings.STREAM_HEARTBEAT_SECONDS)
            if stream.is_closed:
                return
            yield payload or HEARTBEAT
            if clock() >= recheck_at:
                if not await may_listen():
                    return
                recheck_at = clock() + settings.STREAM_RECHECK_SECONDS
    finally:
        hub().remove(stream)
