"""The hub reads Valkey once for all streams, each a bounded queue, at most five a person."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from pytest_django import Settings

from core.realtime.grants import Grant
from core.realtime.hub import HEARTBEAT, RESYNC, Hub, payloads
from core.realtime.publish import company_channel
from core.realtime.streams import MAX_QUEUED_EVENTS, Stream
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
    for task in (hub.reader, hub.recheck.task):
        if task is not None:
            task.cancel()
    hub.recheck.thread.close()


async def next_of(opened: Stream) -> bytes:
    """Return the next payload. Skip the `resync` that the first subscription sends."""
    payload = await opened.next(PATIENCE_SECONDS)
    assert payload is not None, "nothing came"
    return await next_of(opened) if payload == RESYNC else payload


def run(story: Callable[[], Awaitable[Any]]) -> None:
    async def told() -> None:
        await asyncio.wait_for(story(), 2 * PATIENCE_SECONDS)

    asyncio.run(told())


class TestTheHub:
    def test_stream_gets_the_events_of_its_channels_alone(self) -> None:
        mine, theirs = someone(of_company=True), someone()

        async def story() -> None:
            async with running_hub() as hub:
                my_stream = await hub.open(mine, EPOCH)
                their_stream = await hub.open(theirs, EPOCH)

                valkey().publish(channel(mine), b"for me")
                valkey().publish(company_channel(), b"for the company")
                valkey().publish(channel(theirs), b"for them")

                assert await next_of(my_stream) == b"for me"
                assert await next_of(my_stream) == b"for the company"
                assert await next_of(their_stream) == b"for them"

        run(story)

    def test_open_stream_misses_no_event(self) -> None:
        mine = someone()

        async def story() -> None:
            for number in range(20):
                async with running_hub() as hub:
                    opened = await hub.open(mine, EPOCH)
                    valkey().publish(channel(mine), str(number))
                    assert await next_of(opened) == str(number).encode()

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
                opened = await hub.open(mine, EPOCH)
                valkey().publish(channel(mine), b"first")
                assert await next_of(opened) == b"first"

                valkey().client_kill_filter(_type="pubsub")

                assert await opened.next(PATIENCE_SECONDS) == RESYNC
                valkey().publish(channel(mine), b"after")
                assert await next_of(opened) == b"after"

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
                    hub.hand_out(channel(own), b"x")

                assert hub.open_streams == 0

        run(story)


class TestAStream:
    def test_stream_that_does_not_keep_up_is_closed(self) -> None:
        opened = Stream(someone(), EPOCH)

        for _ in range(MAX_QUEUED_EVENTS + 1):
            opened.offer(b"x")

        assert opened.is_closed

    def test_closing_a_stream_wakes_its_reader(self) -> None:
        async def story() -> None:
            opened = Stream(someone(), EPOCH)
            waiting = asyncio.create_task(opened.next(PATIENCE_SECONDS))
            await asyncio.sleep(0)

            opened.close()

            assert not await asyncio.wait_for(waiting, 1)

        run(story)


class TestWhatABrowserReceives:
    def test_stream_begins_with_delay_and_epoch_and_goes_on_with_heartbeats(
        self, settings: Settings
    ) -> None:
        settings.STREAM_HEARTBEAT_SECONDS = 0.05

        async def story() -> None:
            received = payloads(Stream(someone(), EPOCH))

            beginning = await anext(received)
            assert beginning.startswith(b"retry: ")
            assert beginning.endswith(b'event: epoch\ndata: {"epoch":"an epoch"}\n\n')
            assert await anext(received) == HEARTBEAT
            assert await anext(received) == HEARTBEAT

        run(story)
