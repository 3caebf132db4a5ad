"""The hub reads Valkey once for all streams, each a bounded queue, at most five a person."""

import asyncio
from itertools import pairwise

import pytest

from core.realtime.hub import RESYNC
from core.realtime.publish import EVERY_STREAM, company_channel, rights_channel
from core.realtime.streams import MAX_QUEUED_EVENTS, STREAMS_PER_TURN
from core.realtime.subscription import READ_BYTES, Message
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
                assert await my_screen.next() == b"for me"
                valkey().publish(company_channel(), b"for the company")
                assert await my_screen.next() == b"for the company"
                valkey().publish(channel(theirs), b"for them")
                assert await their_screen.next() == b"for them"

        run(story)

    def test_events_that_came_together_are_one_write_to_each_stream_in_their_order(self) -> None:
        of_company = [someone(of_company=True) for _ in range(2)]
        client, other = someone(), someone()

        async def story() -> None:
            async with running_hub() as hub:
                screens = {
                    person: await browser_of(await hub.open(person, EPOCH))
                    for person in (*of_company, client, other)
                }
                for screen in screens.values():
                    screen.received()

                await hub.hand_out(
                    [
                        Message(company_channel(), b"1"),
                        Message(channel(client), b"2"),
                        Message(channel(of_company[0]), b"3"),
                        Message(company_channel(), b"4"),
                    ]
                )

                got = [screens[person].received() for person in (*of_company, client, other)]
                assert got == [[b"134"], [b"14"], [b"2"], []]

        run(story)

    def test_events_around_a_resync_keep_their_order(self) -> None:
        mine = someone()

        async def story() -> None:
            async with running_hub() as hub:
                screen = await browser_of(await hub.open(mine, EPOCH))
                screen.received()

                await hub.hand_out(
                    [
                        Message(channel(mine), b"before"),
                        Message(rights_channel(), EVERY_STREAM.encode()),
                        Message(channel(mine), b"after"),
                    ]
                )

                assert screen.received() == [b"before", RESYNC.payload, b"after"]

        run(story)

    def test_event_larger_than_one_read_comes_whole(self) -> None:
        mine = someone()
        large = b"x" * (3 * READ_BYTES)

        async def story() -> None:
            async with running_hub() as hub:
                screen = await browser_of(await hub.open(mine, EPOCH))
                valkey().publish(channel(mine), large)

                assert await screen.next() == large

        run(story)

    def test_quiet_connection_is_asked_and_stays(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("core.realtime.hub.PING_SECONDS", 0.05)
        mine = someone()

        async def story() -> None:
            async with running_hub() as hub:
                screen = await browser_of(await hub.open(mine, EPOCH))
                screen.received()
                await asyncio.sleep(0.5)

                valkey().publish(channel(mine), b"still here")

                assert await screen.next() == b"still here"
                # Nor did it connect anew, which every screen would be told of.
                assert screen.received() == []

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
                    await hub.hand_out([Message(channel(own), b"x")])

                assert hub.open_streams == 0

        run(story)

    def test_event_to_many_streams_lets_others_work_in_between(self) -> None:
        async def story() -> None:
            async with running_hub() as hub:
                people = [someone(of_company=True) for _ in range(4 * STREAMS_PER_TURN)]
                screens = [await browser_of(await hub.open(one, EPOCH)) for one in people]
                for screen in screens:
                    screen.received()

                event = asyncio.create_task(hub.hand_out([Message(company_channel(), b"to all")]))
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
                    await hub.hand_out([Message(company_channel(), str(number).encode())])

                assert len(quick.received()) >= MAX_QUEUED_EVENTS + 2
                assert hub.open_streams == 1

        run(story)
