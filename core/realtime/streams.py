"""The open streams of this process: a bounded queue each, found by channel."""

import asyncio
import math
from collections import defaultdict, deque
from collections.abc import Generator, Iterable, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from core.realtime.frames import PLAIN, Encoding, Frame, content
from core.realtime.grants import Grant
from core.realtime.publish import Event, frame, user_channel
from core.realtime.subscription import Message
from core.web.wsgi_bridge import Send

MAX_QUEUED_EVENTS = 200
STREAMS_PER_PERSON = 5
# How many streams one turn of the event loop writes to: about 3 ms, for which all others wait.
STREAMS_PER_TURN = 250


class Stream:
    """One browser's stream: what it has not received yet, and until when it may listen.

    Frames are written as they are offered. While the browser does not read, and before `begin`,
    they wait. Times are those of `time.monotonic`.
    """

    # 96 bytes. The queue of asyncio that each had took 3.2 KiB.
    __slots__ = (
        "confirmed_at",
        "due_at",
        "encoding",
        "epoch",
        "grant",
        "is_closed",
        "send",
        "waiting",
    )

    def __init__(
        self,
        grant: Grant,
        epoch: str,
        *,
        due_at: float = 0.0,
        confirmed_at: float = -math.inf,
    ) -> None:
        self.grant = grant
        self.epoch = epoch
        # When `core.realtime.recheck` asks again, and when the database last said yes.
        self.due_at = due_at
        self.confirmed_at = confirmed_at
        self.is_closed = False
        self.send: Send | None = None
        self.encoding: Encoding = PLAIN
        # None: nothing waits, and no task writes.
        self.waiting: deque[Frame] | None = deque()

    async def begin(self, send: Send, encoding: Encoding, beginning: Frame) -> None:
        """Write the beginning, then what was offered since the opening, then each frame at once."""
        self.send, self.encoding = send, encoding
        if encoding.beginning:
            await send(content(encoding.beginning))
        await send(encoding.message(beginning))
        await self._write_waiting(send)

    def offer(self, frame: Frame) -> None:
        """Write a frame, or let it wait. Close the stream if too many wait."""
        if self.is_closed:
            return
        if self.waiting is None:
            self._write(self.encoding.message(frame))
        elif len(self.waiting) < MAX_QUEUED_EVENTS:
            self.waiting.append(frame)
        else:
            self.close()

    def beat(self, heartbeat: Frame) -> None:
        """Write a heartbeat, unless the browser has something else to read."""
        if self.waiting is None:
            self.offer(heartbeat)

    def tell_epoch(self, epoch: str) -> None:
        """Offer the epoch of the database, if it is another one than before."""
        if epoch != self.epoch:
            self.epoch = epoch
            self.offer(epoch_frame(epoch))

    def close(self) -> None:
        """End the answer: at once, or after the frame that is being written."""
        if self.is_closed:
            return
        self.is_closed = True
        if self.waiting is None:
            self._write(self._end())
            self.send = None
        else:
            self.waiting.clear()

    def _write(self, message: dict[str, Any]) -> None:
        """Write without a task, which each stream would wake for each event.

        To 5,000 streams that took 47 ms of Python, this takes 5. A task begins where `send` has to
        wait for the browser.
        """
        assert self.send is not None
        try:
            steps = self.send(message).__await__()
            blocker = next(steps)
        except StopIteration:
            return
        except OSError:
            # ASGI's word for a browser that left.
            self.is_closed = True
            return
        self.waiting = deque()
        task = asyncio.ensure_future(self._go_on(steps, blocker))
        # The event loop itself keeps no task alive.
        running.add(task)
        task.add_done_callback(running.discard)

    async def _go_on(self, steps: Generator[Any, Any, Any], blocker: Any) -> None:
        await Rest(steps, blocker)
        if self.send is not None:
            await self._write_waiting(self.send)

    async def _write_waiting(self, send: Send) -> None:
        while self.waiting:
            await send(self.encoding.message(self.waiting.popleft()))
        self.waiting = None
        if self.is_closed:
            await send(self._end())
            self.send = None

    def _end(self) -> dict[str, Any]:
        return content(self.encoding.end(), more=False)


running: set[asyncio.Future[None]] = set()


class Rest:
    """The rest of a coroutine that was begun, and waits for `blocker`."""

    def __init__(self, steps: Generator[Any, Any, Any], blocker: Any) -> None:
        self.steps, self.blocker = steps, blocker

    def __await__(self) -> Generator[Any, Any, None]:
        yield self.blocker
        yield from self.steps


@lru_cache(8)
def epoch_frame(epoch: str) -> Frame:
    return Frame(frame(Event("epoch", {"epoch": epoch})))


class OpenStreams:
    """The open streams by channel, at most STREAMS_PER_PERSON of each person."""

    def __init__(self) -> None:
        # Dictionaries without values: ordered as lists, and quick to remove from. Thousands of
        # streams of the company end together.
        self.by_channel: dict[str, dict[Stream, None]] = defaultdict(dict)
        self.all: set[Stream] = set()

    def add(self, stream: Stream) -> None:
        """Add a stream. A sixth of a person closes the oldest.

        A phone that loses its signal leaves streams that look open for minutes; a refusal would
        lock the person out for that long.
        """
        channels = stream.grant.channels
        while len(self.by_channel[channels[0]]) >= STREAMS_PER_PERSON:
            self.remove(next(iter(self.by_channel[channels[0]])))
        self.all.add(stream)
        for channel in channels:
            self.by_channel[channel][stream] = None

    def remove(self, stream: Stream) -> None:
        stream.close()
        self.all.discard(stream)
        for channel in stream.grant.channels:
            self.by_channel[channel].pop(stream, None)
            if not self.by_channel[channel]:
                del self.by_channel[channel]

    def of(self, channel: str) -> tuple[Stream, ...]:
        return tuple(self.by_channel.get(channel, ()))

    def of_person(self, user_id: UUID) -> tuple[Stream, ...]:
        return self.of(user_channel(user_id))

    async def offer(self, messages: Sequence[Message]) -> None:
        """Offer messages to the streams of their channels: to each stream its own as one frame.

        A write to a stream is a system call, of more than 10 µs with what it wakes. Messages that
        came together, as they do while there is much to do, cost one.
        """
        if len(messages) == 1:
            [message] = messages
            await self._offer(self.of(message.channel), Frame(message.payload))
            return
        said_on: defaultdict[str, list[int]] = defaultdict(list)
        for number, message in enumerate(messages):
            said_on[message.channel].append(number)
        # Thousands listen to the company's channel: all of them share these tuples.
        heard: dict[Stream, tuple[int, ...]] = {}
        for channel, said in said_on.items():
            numbers = tuple(said)
            for stream in self.by_channel.get(channel, ()):
                heard[stream] = heard[stream] + numbers if stream in heard else numbers
        alike: defaultdict[tuple[int, ...], list[Stream]] = defaultdict(list)
        for stream, numbers in heard.items():
            alike[numbers].append(stream)
        for numbers, streams in alike.items():
            payload = b"".join(messages[number].payload for number in sorted(numbers))
            await self._offer(tuple(streams), Frame(payload))

    async def offer_all(self, frame: Frame) -> None:
        await self._offer(tuple(self.all), frame)

    async def _offer(self, streams: tuple[Stream, ...], frame: Frame) -> None:
        for first in range(0, len(streams), STREAMS_PER_TURN):
            if first:
                await asyncio.sleep(0)
            self.write(streams[first : first + STREAMS_PER_TURN], frame)

    def write(self, streams: Iterable[Stream], frame: Frame) -> None:
        """Offer a frame to streams, and forget those that do not keep up."""
        for stream in streams:
            stream.offer(frame)
            if stream.is_closed:
                self.remove(stream)
