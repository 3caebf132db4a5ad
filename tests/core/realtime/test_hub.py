"""The hub reads Valkey once for all streams, each a bounded queue, at most five a person."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any
from uuid import uuid4

from pytest_django import Settings

from core.realtime.frames import PLAIN, Frame, Gzipped
from core.realtime.grants import Grant
from core.realtime.heartbeats import GROUPS, HEARTBEAT
from core.realtime.hub import RESYNC, Hub, beginning
from core.realtime.publish import company_channel
from core.realtime.streams import MAX_QUEUED_EVENTS, STREAMS_PER_TURN, Stream, running
from core.valkey import valkey

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


class TestTheHub:
    def test_stream_gets_the_events_of_its_channels_alone(self) -> None:
        mine, theirs = someone(of_company=True), someone()

        async def story() -> None:
            async with running_hub() as hub:
                my_screen = await browser_of(await hub.open(mine, EPOCH))
                their_screen = await browser_of(await hub.open(theirs, EPOCH))

                valkey().publish(channel(mine), b"for me")
                valkey().publish(company_channel(), b"for the company")
                valkey().publish(channel(theirs), b"for them")

                assert await my_screen.next() == b"for me"
                assert await my_screen.next() == b"for the company"
                assert await their_screen.next() == b"for them"

        run(story)

    def test_open_stream_misses_no_event(self) -> None:
        mine = someone()

        async def story() -> None:
            for number in range(20):
                async with running_hub() as hub:
                    opened = await hub.open(mine, EPOCH)
                    valkey().publish(channel(mine), str(number))
                    screen = await browser_of(opened)
                    assert await screen.next() == str(number).encode()

        run(story)

    def test_streams_share_one_connection(self) -> None:
        async def story() -> None:
            async with running_hub() as hub:
                before = valkey().pubsub_numpat()
                for _ in range(50):
                    await hub.open(someone(), EPOCH)

                assert hub.open_streams == 50
                # One pattern is for people, one for the company, one for changes of rights.
                assert valkey().pubsub_numpat() <= before + 3

        run(story)

    def test_stream_gets_resync_after_a_lost_connection(self) -> None:
        async def story() -> None:
            async with running_hub() as hub:
                mine = someone()
                screen = await browser_of(await hub.open(mine, EPOCH))
                valkey().publish(channel(mine), b"first")
                assert await screen.next() == b"first"
                assert screen.received() == []

                valkey().client_kill_filter(_type="pubsub")

                came = await asyncio.wait_for(screen.came.get(), PATIENCE_SECONDS)
                assert came == RESYNC.payload
                valkey().publish(channel(mine), b"after")
                assert await screen.next() == b"after"

        run(story)

    def test_sixth_stream_of_a_person_closes_the_oldest(self) -> None:
        async def story() -> None:
            async with running_hub() as hub:
                mine = someone()
                streams = [await hub.open(mine, EPOCH) for _ in range(6)]

                assert [opened.is_closed for opened in streams] == [True] + [False] * 5
                assert hub.open_streams == 5

        run(story)

    def test_sixth_stream_of_a_person_closes_none_of_another(self) -> None:
        async def story() -> None:
            async with running_hub() as hub:
                theirs = await hub.open(someone(of_company=True), EPOCH)
                mine = someone(of_company=True)
                for _ in range(8):
                    await hub.open(mine, EPOCH)

                assert not theirs.is_closed

        run(story)

    def test_removed_stream_is_forgotten(self) -> None:
        async def story() -> None:
            async with running_hub() as hub:
                opened = await hub.open(someone(of_company=True), EPOCH)
                hub.streams.remove(opened)
                hub.streams.remove(opened)

                assert (hub.open_streams, dict(hub.streams.by_channel)) == (0, {})

        run(story)

    def test_stream_that_nobody_reads_is_forgotten(self) -> None:
        async def story() -> None:
            async with running_hub() as hub:
                own = someone()
                await hub.open(own, EPOCH)
                for _ in range(MAX_QUEUED_EVENTS + 1):
                    await hub.hand_out(channel(own), b"x")

                assert hub.open_streams == 0

        run(story)

    def test_event_to_many_streams_lets_others_work_in_between(self) -> None:
        async def story() -> None:
            async with running_hub() as hub:
                people = [someone(of_company=True) for _ in range(4 * STREAMS_PER_TURN)]
                screens = [await browser_of(await hub.open(one, EPOCH)) for one in people]
                for screen in screens:
                    screen.received()

                event = asyncio.create_task(hub.hand_out(company_channel(), b"to all"))
                seen = []
                while not event.done():
                    await asyncio.sleep(0)
                    seen.append(sum(not screen.came.empty() for screen in screens))

                assert [screen.received() for screen in screens] == [[b"to all"]] * len(screens)
                assert max(b - a for a, b in pairwise([0, *seen])) <= STREAMS_PER_TURN

        run(story)

    def test_streams_that_do_not_keep_up_delay_no_other(self) -> None:
        async def story() -> None:
            async with running_hub() as hub:
                slow, quick = [
                    await browser_of(await hub.open(someone(of_company=True), EPOCH))
                    for _ in range(2)
                ]
                slow.reads.clear()

                for number in range(MAX_QUEUED_EVENTS + 2):
                    await hub.hand_out(company_channel(), str(number).encode())

                assert len(quick.received()) >= MAX_QUEUED_EVENTS + 2
                assert hub.open_streams == 1

        run(story)


class TestHeartbeats:
    def test_each_stream_gets_heartbeats_spread_over_the_interval(self, settings: Settings) -> None:
        settings.STREAM_HEARTBEAT_SECONDS = 1.2

        async def story() -> None:
            async with running_hub() as hub:
                screens = [
                    await browser_of(await hub.open(someone(), EPOCH)) for _ in range(GROUPS)
                ]
                await asyncio.sleep(0.6)
                halfway = sum(screen.received().count(HEARTBEAT.payload) for screen in screens)
                await asyncio.sleep(1.8)

                # Each in its turn, none twice before the others.
                assert GROUPS / 4 <= halfway <= GROUPS * 3 / 4
                beats = [screen.received().count(HEARTBEAT.payload) for screen in screens]
                assert min(beats) >= 1
                assert max(beats) <= 2

        run(story)

    def test_browser_that_does_not_read_gets_no_heartbeats_on_top(self) -> None:
        async def story() -> None:
            screen = await browser_of(stream := Stream(someone(), EPOCH))
            screen.reads.clear()
            stream.offer(Frame(b"an event"))
            for _ in range(2 * MAX_QUEUED_EVENTS):
                stream.beat(HEARTBEAT)
            screen.reads.set()

            assert await screen.next() == b"an event"
            assert (screen.received(), stream.is_closed) == ([], False)

        run(story)


class TestDraining:
    def test_all_streams_are_closed_spread_over_the_seconds(self) -> None:
        async def story() -> None:
            async with running_hub() as hub:
                screens = [await browser_of(await hub.open(someone(), EPOCH)) for _ in range(40)]

                draining = asyncio.create_task(hub.drain(1.0))
                await asyncio.sleep(0.5)
                halfway = sum(screen.has_ended for screen in screens)
                late = await browser_of(await hub.open(someone(), EPOCH))
                await draining

                assert 12 <= halfway <= 28
                assert all(screen.has_ended for screen in [*screens, late])
                assert hub.open_streams == 0

        run(story)

    def test_process_without_streams_drains_for_its_time(self) -> None:
        async def story() -> None:
            async with running_hub() as hub:
                await asyncio.wait_for(hub.drain(0.05), 1)

        run(story)


class TestAStream:
    def test_what_came_before_the_beginning_follows_it(self) -> None:
        async def story() -> None:
            stream = Stream(someone(), EPOCH)
            stream.offer(Frame(b"early"))

            screen = await browser_of(stream)

            assert screen.received() == [b"early"]

        run(story)

    def test_frames_to_a_browser_that_pauses_keep_their_order(self) -> None:
        async def story() -> None:
            screen = await browser_of(stream := Stream(someone(), EPOCH))
            screen.reads.clear()
            for number in range(5):
                stream.offer(Frame(str(number).encode()))
            assert screen.received() == []
            screen.reads.set()
            await asyncio.sleep(0)
            stream.offer(Frame(b"5"))

            assert [await screen.next() for _ in range(6)] == [b"0", b"1", b"2", b"3", b"4", b"5"]

        run(story)

    def test_stream_that_does_not_keep_up_is_closed(self) -> None:
        opened = Stream(someone(), EPOCH)

        for _ in range(MAX_QUEUED_EVENTS + 1):
            opened.offer(Frame(b"x"))

        assert opened.is_closed

    def test_closed_stream_ends_its_answer_once(self) -> None:
        async def story() -> None:
            screen = await browser_of(stream := Stream(someone(), EPOCH))

            stream.close()
            stream.close()
            stream.offer(Frame(b"late"))

            assert (screen.received(), screen.has_ended) == ([], True)

        run(story)

    def test_stream_closed_while_its_browser_does_not_read_ends_when_it_reads(self) -> None:
        async def story() -> None:
            screen = await browser_of(stream := Stream(someone(), EPOCH))
            screen.reads.clear()
            stream.offer(Frame(b"being written"))
            stream.offer(Frame(b"waits"))
            stream.close()
            assert not screen.has_ended
            screen.reads.set()

            assert await screen.next() == b"being written"
            while not screen.has_ended:
                await asyncio.sleep(0)
            assert screen.received() == []

        run(story)

    def test_stream_whose_end_waits_for_the_browser_ends_once(self) -> None:
        async def story() -> None:
            screen = await browser_of(stream := Stream(someone(), EPOCH))
            screen.reads.clear()
            stream.close()
            screen.reads.set()
            while not screen.has_ended:
                await asyncio.sleep(0)
            # A second end would be an error of the server.
            await asyncio.gather(*running)

        run(story)

    def test_browser_that_left_closes_the_stream(self) -> None:
        async def gone(message: dict[str, Any]) -> None:
            raise BrokenPipeError

        async def story() -> None:
            await browser_of(stream := Stream(someone(), EPOCH))
            stream.send = gone

            stream.offer(Frame(b"x"))

            assert stream.is_closed

        run(story)

    def test_compressed_stream_is_one_gzip_and_compresses_an_event_once_for_all(self) -> None:
        async def story() -> None:
            event, screens = Frame(b"data: a\n\n"), [Browser(), Browser()]
            for screen in screens:
                stream = Stream(someone(), EPOCH)
                await stream.begin(screen.send, Gzipped(), beginning(EPOCH))
                stream.offer(event)
                stream.close()

            first, second = [screen.received() for screen in screens]
            assert gzip.decompress(b"".join(first)) == beginning(EPOCH).payload + event.payload
            assert first == second
            assert first[2] is second[2]

        run(story)

    def test_stream_begins_with_delay_and_epoch(self) -> None:
        payload = beginning(EPOCH).payload

        assert payload.startswith(b"retry: ")
        assert payload.endswith(b'event: epoch\ndata: {"epoch":"an epoch"}\n\n')
