"""The hub reads Valkey once for all streams, each a bounded queue, at most five a person."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

from pytest_django import Settings

from core.realtime.hub import HEARTBEAT, MAX_QUEUED_EVENTS, RESYNC, Hub, Stream, payloads
from core.realtime.publish import company_channel, user_channel
from core.valkey import valkey

PATIENCE_SECONDS = 10.0


def channel() -> str:
    return user_channel(uuid4())


@asynccontextmanager
async def running_hub() -> AsyncIterator[Hub]:
    hub = Hub()
    yield hub
    if hub.reader is not None:
        hub.reader.cancel()


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
        mine, theirs = channel(), channel()

        async def story() -> None:
            async with running_hub() as hub:
                my_stream = await hub.open(mine, company_channel())
                their_stream = await hub.open(theirs)

                valkey().publish(mine, b"for me")
                valkey().publish(company_channel(), b"for the company")
                valkey().publish(theirs, b"for them")

                assert await next_of(my_stream) == b"for me"
                assert await next_of(my_stream) == b"for the company"
                assert await next_of(their_stream) == b"for them"

        run(story)

    def test_open_stream_misses_no_event(self) -> None:
        mine = channel()

        async def story() -> None:
            for number in range(20):
                async with running_hub() as hub:
                    opened = await hub.open(mine)
                    valkey().publish(mine, str(number))
                    assert await next_of(opened) == str(number).encode()

        run(story)

    def test_streams_share_one_connection(self) -> None:
        async def story() -> None:
            async with running_hub() as hub:
                before = valkey().pubsub_numpat()
                for _ in range(50):
                    await hub.open(channel())

                assert hub.open_streams == 50
                # One pattern is for people and one for the company.
                assert valkey().pubsub_numpat() <= before + 2

        run(story)

    def test_stream_gets_resync_after_a_lost_connection(self) -> None:
        async def story() -> None:
            async with running_hub() as hub:
                mine = channel()
                opened = await hub.open(mine)
                valkey().publish(mine, b"first")
                assert await next_of(opened) == b"first"

                valkey().client_kill_filter(_type="pubsub")

                assert await opened.next(PATIENCE_SECONDS) == RESYNC
                valkey().publish(mine, b"after")
                assert await next_of(opened) == b"after"

        run(story)

    def test_sixth_stream_of_a_person_closes_the_oldest(self) -> None:
        async def story() -> None:
            async with running_hub() as hub:
                mine = channel()
                streams = [await hub.open(mine) for _ in range(6)]

                assert [opened.is_closed for opened in streams] == [True] + [False] * 5
                assert hub.open_streams == 5

        run(story)

    def test_sixth_stream_of_a_person_closes_none_of_another(self) -> None:
        async def story() -> None:
            async with running_hub() as hub:
                theirs = await hub.open(channel(), company_channel())
                mine = channel()
                for _ in range(8):
                    await hub.open(mine, company_channel())

                assert not theirs.is_closed

        run(story)

    def test_removed_stream_is_forgotten(self) -> None:
        async def story() -> None:
            async with running_hub() as hub:
                opened = await hub.open(channel(), company_channel())
                hub.remove(opened)
                hub.remove(opened)

                assert (hub.open_streams, dict(hub.by_channel)) == (0, {})

        run(story)

    def test_stream_that_nobody_reads_is_forgotten(self) -> None:
        async def story() -> None:
            async with running_hub() as hub:
                own = channel()
                await hub.open(own)
                for _ in range(MAX_QUEUED_EVENTS + 1):
                    hub.hand_out(own, b"x")

                assert hub.open_streams == 0

        run(story)


class TestAStream:
    def test_stream_that_does_not_keep_up_is_closed(self) -> None:
        opened = Stream(("a",))

        for _ in range(MAX_QUEUED_EVENTS + 1):
            opened.offer(b"x")

        assert opened.is_closed

    def test_closing_a_stream_wakes_its_reader(self) -> None:
        async def story() -> None:
            opened = Stream(("a",))
            waiting = asyncio.create_task(opened.next(PATIENCE_SECONDS))
            await asyncio.sleep(0)

            opened.close()

            assert not await asyncio.wait_for(waiting, 1)

        run(story)


async def always() -> bool:
    return True


async def never() -> bool:
    return False


class TestWhatABrowserReceives:
    def test_stream_begins_with_the_retry_delay_and_goes_on_with_heartbeats(
        self, settings: Settings
    ) -> None:
        settings.STREAM_HEARTBEAT_SECONDS = 0.05

        async def story() -> None:
            received = payloads(Stream(("a",)), always)

            assert (await anext(received)).startswith(b"retry: ")
            assert await anext(received) == HEARTBEAT
            assert await anext(received) == HEARTBEAT

        run(story)

    def test_stream_ends_when_the_person_may_no_longer_listen(self, settings: Settings) -> None:
        settings.STREAM_HEARTBEAT_SECONDS = 0.05
        settings.STREAM_RECHECK_SECONDS = 0.1

        async def story() -> None:
            received = [payload async for payload in payloads(Stream(("a",)), never)]

            assert set(received[1:]) <= {HEARTBEAT}

        run(story)
