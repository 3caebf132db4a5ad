"""Heartbeats, the end of a process, and one stream of the hub."""

import asyncio
import gzip
from typing import Any

from pytest_django import Settings

from core.realtime.frames import Frame, Gzipped
from core.realtime.heartbeats import GROUPS, HEARTBEAT
from core.realtime.hub import beginning
from core.realtime.streams import MAX_QUEUED_EVENTS, Stream, running
from tests.core.realtime.hub_browser import EPOCH, Browser, browser_of, run, running_hub, someone


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
