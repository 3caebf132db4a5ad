"""The open streams of this process: a bounded queue each, found by channel."""

import asyncio
import math
from collections import defaultdict
from dataclasses import dataclass, field
from uuid import UUID

from core.realtime.grants import Grant
from core.realtime.publish import Event, frame, user_channel

MAX_QUEUED_EVENTS = 200
STREAMS_PER_PERSON = 5


@dataclass(eq=False)
class Stream:
    """The payloads that one browser has not received yet, and until when it may listen.

    Times are those of `time.monotonic`.
    """

    grant: Grant
    epoch: str
    queue: asyncio.Queue[bytes] = field(default_factory=lambda: asyncio.Queue(MAX_QUEUED_EVENTS))
    is_closed: bool = False
    # When `core.realtime.recheck` asks again, and when the database last said yes.
    due_at: float = math.inf
    confirmed_at: float = -math.inf

    def offer(self, payload: bytes) -> None:
        """Queue a payload, or close the stream if its queue is full."""
        try:
            self.queue.put_nowait(payload)
        except asyncio.QueueFull:
            self.close()

    def tell_epoch(self, epoch: str) -> None:
        """Offer the epoch of the database, if it is another one than before."""
        if epoch != self.epoch:
            self.epoch = epoch
            self.offer(epoch_frame(epoch))

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


def epoch_frame(epoch: str) -> bytes:
    return frame(Event("epoch", {"epoch": epoch}))


class OpenStreams:
    """The open streams by channel, at most STREAMS_PER_PERSON of each person."""

    def __init__(self) -> None:
        self.by_channel: dict[str, list[Stream]] = defaultdict(list)
        self.all: set[Stream] = set()

    def add(self, stream: Stream) -> None:
        """Add a stream. A sixth of a person closes the oldest.

        A phone that loses its signal leaves streams that look open for minutes; a refusal would
        lock the person out for that long.
        """
        own = stream.grant.channels[0]
        while len(self.by_channel[own]) >= STREAMS_PER_PERSON:
            self.remove(self.by_channel[own][0])
        self.all.add(stream)
        for channel in stream.grant.channels:
            self.by_channel[channel].append(stream)

    def remove(self, stream: Stream) -> None:
        stream.close()
        self.all.discard(stream)
        for channel in stream.grant.channels:
            if stream in self.by_channel[channel]:
                self.by_channel[channel].remove(stream)
            if not self.by_channel[channel]:
                del self.by_channel[channel]

    def of(self, channel: str) -> tuple[Stream, ...]:
        return tuple(self.by_channel.get(channel, ()))

    def of_person(self, user_id: UUID) -> tuple[Stream, ...]:
        return self.of(user_channel(user_id))

    def offer(self, channel: str, payload: bytes) -> None:
        for stream in self.of(channel):
            stream.offer(payload)
            if stream.is_closed:
                # A browser that left before the answer began never runs `payloads`, which removes
                # a stream at its end.
                self.remove(stream)

    def offer_all(self, payload: bytes) -> None:
        for stream in tuple(self.all):
            stream.offer(payload)
