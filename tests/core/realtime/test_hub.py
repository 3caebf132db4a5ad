"""The hub reads Valkey once for all streams, each a bounded queue, at most five a person."""

import asyncio
from itertools import pairwise

from core.realtime.hub import RESYNC
from core.realtime.publish import company_channel
from core.realtime.streams import MAX_QUEUED_EVENTS, STREAMS_PER_TURN
from core.valkey import valkey
from tests.core.realtime.hub_browser import (
    EPOCH,
    PATIENCE_SECONDS,
    browser_of,
    channel,
    run,
    running_hub,
    someone,
)


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
