"""The open streams are confirmed together: few queries, one connection, and nobody is lost."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from core import background_sender
from core.models import Client, Epoch, User
from core.queries import current_epoch
from core.realtime import recheck
from core.realtime.agenda import Agenda
from core.realtime.grants import Confirmation, Grant, confirm, grant_by_token
from core.realtime.publish import publish_rights_changed
from core.realtime.recheck import Recheck
from core.realtime.streams import OpenStreams, Stream, epoch_frame
from core.valkey import valkey
from tests.connection_count import ConnectionCount
from tests.core.realtime.hub_browser import EPOCH, browser_of, run, running_hub, someone


def people_of(client: Client, count: int) -> list[User]:
    people = [
        User(email=f"p{n}@demo.test", name="P", role=User.Role.CLIENT, client=client)
        for n in range(count)
    ]
    return User.objects.bulk_create(people)


def granted(people: Iterable[User]) -> list[Grant]:
    return [grant_by_token(person, float("inf")) for person in people]


@pytest.mark.django_db
class TestConfirming:
    def test_five_hundred_grants_are_confirmed_by_one_query(self, morel: Client) -> None:
        grants = granted(people_of(morel, 500))

        with CaptureQueriesContext(connection) as asked:
            confirmation = confirm(grants)

        assert len(asked) == 1
        assert (len(confirmation.holding), confirmation.epoch) == (500, current_epoch())

    def test_grants_hold_in_a_database_that_was_restored_without_an_epoch(
        self, camille: User
    ) -> None:
        Epoch.objects.all().delete()

        confirmation = confirm(granted([camille]))

        assert confirmation.holding == set(granted([camille]))
        assert confirmation.epoch == current_epoch()

    def test_grants_that_do_not_hold_are_left_out(
        self, camille: User, odile: User, marc: User
    ) -> None:
        kept, deactivated, unknown = granted([camille, odile]), granted([marc]), [someone()]
        other_side = [replace(kept[0], as_company=True), replace(kept[1], as_company=False)]
        without_session = [replace(kept[0], session_key="gone", password_digest=b"x")]
        User.objects.filter(pk=marc.pk).update(is_active=False)

        confirmation = confirm([*kept, *deactivated, *unknown, *other_side, *without_session])

        assert confirmation.holding == set(kept)


@pytest.mark.django_db(transaction=True)
class TestManyStreams:
    def test_two_thousand_streams_are_checked_on_one_connection_and_none_is_lost(
        self, morel: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.STREAM_RECHECK_SECONDS = 1.0
        grants, epoch, queries = granted(people_of(morel, 2_000)), current_epoch(), list[int]()

        def counted(grants: Sequence[Grant]) -> Confirmation:
            queries.append(len(grants))
            return confirm(grants)

        monkeypatch.setattr(recheck, "confirm", counted)

        async def story() -> None:
            async with running_hub() as hub:
                streams = [await hub.open(grant, epoch) for grant in grants]
                opened = time.monotonic()
                while any(stream.confirmed_at < opened for stream in streams):
                    await asyncio.sleep(0.05)

                for stream in streams:
                    valkey().publish(stream.grant.channels[0], b"after the check")
                for stream in streams:
                    screen = await browser_of(stream)
                    assert await screen.next() == b"after the check"
                assert hub.open_streams == 2_000

        with ConnectionCount() as connections:
            run(story)

        # 500 at a time: one connection each, and one query each, were 2,000 before.
        assert connections.most <= 1
        assert sum(queries) >= 2_000
        assert len(queries) <= sum(queries) / 40

    def test_screens_of_a_person_are_asked_about_together(
        self, camille: User, odile: User, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        settings.STREAM_RECHECK_SECONDS = 1.0
        asked, epoch = list[Sequence[Grant]](), current_epoch()

        def noted(grants: Sequence[Grant]) -> Confirmation:
            asked.append(grants)
            return confirm(grants)

        monkeypatch.setattr(recheck, "confirm", noted)

        async def story() -> None:
            async with running_hub() as hub:
                grants = granted([camille, camille, camille, odile])
                streams = [await hub.open(grant, epoch) for grant in grants]
                opened = time.monotonic()
                while any(stream.confirmed_at < opened + 2.0 for stream in streams):
                    await asyncio.sleep(0.02)

                of_camille = {stream.confirmed_at for stream in streams[:3]}
                assert len(of_camille) == 1

        run(story)

        assert all(len(set(grants)) == len(grants) for grants in asked)

    def test_deactivated_person_is_out_at_once_and_others_stay(
        self, camille: User, odile: User, settings: Settings
    ) -> None:
        settings.STREAM_RECHECK_SECONDS = 60.0

        async def story() -> None:
            async with running_hub() as hub:
                ending, staying = [await hub.open(one, EPOCH) for one in granted([camille, odile])]

                await asyncio.to_thread(deactivate, camille)

                while not ending.is_closed:
                    await asyncio.sleep(0.02)
                assert (staying.is_closed, hub.open_streams) == (False, 1)

        run(story)

    def test_streams_are_told_the_epoch_once_it_is_another_one(
        self, camille: User, settings: Settings
    ) -> None:
        settings.STREAM_RECHECK_SECONDS = 0.2
        [grant], told = granted([camille]), epoch_frame(current_epoch()).payload

        async def story() -> None:
            async with running_hub() as hub:
                screen = await browser_of(await hub.open(grant, "of before the restore"))

                assert await screen.next() == told

        run(story)


def deactivate(person: User) -> None:
    try:
        User.objects.filter(pk=person.pk).update(is_active=False)
        background_sender.flush()
    finally:
        connection.close()


class Unanswering:
    """A database that is away."""

    async def run(self, query: object) -> object:
        raise OperationalError("the database is away")


def checking(*streams: Stream) -> Recheck:
    opened = OpenStreams()
    checks = Recheck(opened)
    for stream in streams:
        opened.add(stream)
        checks.agenda.put(stream, 0.0)
    checks.thread = Unanswering()  # type: ignore[assignment]
    return checks


class TestADatabaseThatIsAway:
    def test_streams_go_on_while_the_database_is_away(self) -> None:
        stream = Stream(someone(), EPOCH, confirmed_at=time.monotonic())

        run(checking(stream).check_due)

        assert not stream.is_closed
        # It is asked for again soon.
        assert 0 < stream.due_at - time.monotonic() <= recheck.RETRY_SECONDS

    def test_streams_do_not_go_on_for_ever_without_a_confirmation(self, settings: Settings) -> None:
        long_ago = time.monotonic() - 10 * settings.STREAM_RECHECK_SECONDS - 1
        stream = Stream(someone(), EPOCH, confirmed_at=long_ago)

        run(checking(stream).check_due)

        assert stream.is_closed


def test_rights_of_nobody_publish_nothing() -> None:
    publish_rights_changed([])


def test_stream_whose_token_expired_ends_without_a_query() -> None:
    expired = Stream(Grant(uuid4(), as_company=False, ends_at=time.time() - 1), EPOCH)
    valid = Stream(
        Grant(uuid4(), as_company=False, ends_at=time.time() + 60),
        EPOCH,
        confirmed_at=time.monotonic(),
    )

    run(checking(expired, valid).check_due)

    assert (expired.is_closed, valid.is_closed) == (True, False)


def test_stream_is_due_again_when_its_token_expires(settings: Settings) -> None:
    settings.STREAM_RECHECK_SECONDS = 1_000.0
    grant = Grant(uuid4(), as_company=False, ends_at=time.time() + 0.2)
    stream = Stream(grant, EPOCH, confirmed_at=time.monotonic())

    async def story() -> None:
        checks = checking(stream)
        await checks.check_due()
        assert not stream.is_closed
        await asyncio.sleep(0.3)
        await checks.check_due()

    run(story)

    assert stream.is_closed


class TestTheAgenda:
    def test_only_what_is_due_is_taken_and_once(self) -> None:
        soon, later = Stream(someone(), EPOCH), Stream(someone(), EPOCH)
        agenda = Agenda()
        agenda.put(soon, 7.2)
        agenda.put(later, 7.8)

        assert agenda.take(7.1, 9) == []
        assert agenda.take(7.5, 9) == [soon]
        assert agenda.take(9.0, 9) == [later]
        assert (agenda.take(99.0, 9), dict(agenda.seconds)) == ([], {})

    def test_stream_that_is_put_again_is_due_at_the_later_time_alone(self) -> None:
        stream, agenda = Stream(someone(), EPOCH), Agenda()
        agenda.put(stream, 7.2)
        agenda.put(stream, 70.0)

        assert agenda.take(69.0, 9) == []
        assert agenda.take(71.0, 9) == [stream]

    def test_what_is_due_longest_is_taken_first(self) -> None:
        streams, agenda = [Stream(someone(), EPOCH) for _ in range(3)], Agenda()
        for stream, due_at in zip(streams, (7.2, 9.4, 0.0), strict=True):
            agenda.put(stream, due_at)

        assert agenda.take(10.0, 1) == [streams[2]]
        assert agenda.take(10.0, 9) == [streams[0], streams[1]]

    def test_closed_stream_is_never_due(self) -> None:
        stream, agenda = Stream(someone(), EPOCH), Agenda()
        agenda.put(stream, 7.2)
        stream.close()

        assert (agenda.take(8.0, 9), dict(agenda.seconds)) == ([], {})
