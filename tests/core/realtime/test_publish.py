"""An event is published after the commit, to its audience, as a server-sent event."""

import json
import threading
import time
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.db import transaction
from redis.client import PubSub

from core import background_sender
from core.ids import new_id
from core.models import User
from core.realtime.publish import (
    DEDUPLICATION_SECONDS,
    EVERY_STREAM,
    Audience,
    Event,
    company_channel,
    frame,
    publish,
    publish_if_missed,
    rights_channel,
    user_channel,
)
from core.valkey import key, valkey
from tests.listening import events_in

# Longer than the test takes.
PAUSE_SECONDS = 60


def heard(subscriber: PubSub) -> list[tuple[str, bytes]]:
    """Return what was published so far: pairs of channel and payload."""
    background_sender.flush()
    found = []
    while message := subscriber.get_message(timeout=0.1):
        if message["type"] == "pmessage":
            found.append((message["channel"].decode(), message["data"]))
    return found


class TestAFrame:
    def test_frame_is_one_event_with_one_line_of_data(self) -> None:
        text = "un\ndeux\r\ntrois\u2028quatre"

        name, data, *rest = frame(Event("message.created", {"body": text})).decode().split("\n")

        assert name == "event: message.created"
        assert rest == ["", ""]
        assert json.loads(data.removeprefix("data: ")) == {"body": text}


@pytest.mark.django_db(transaction=True)
class TestPublishing:
    def test_events_reach_each_person_and_the_company_once_in_order(
        self, listening: PubSub
    ) -> None:
        one, two = uuid4(), uuid4()

        publish(Event("a", {}), Event("b", {}), to=Audience(user_ids=(one, two), company=True))

        everyone = [user_channel(one), user_channel(two), company_channel()]
        together = frame(Event("a", {})) + frame(Event("b", {}))
        assert heard(listening) == [(channel, together) for channel in everyone]

    def test_event_is_published_after_the_commit(self, listening: PubSub) -> None:
        with transaction.atomic():
            publish(Event("a", {}), to=Audience(company=True))
            assert heard(listening) == []

        assert len(heard(listening)) == 1

    def test_event_of_a_rolled_back_transaction_is_not_published(self, listening: PubSub) -> None:
        with transaction.atomic():
            publish(Event("a", {}), to=Audience(company=True))
            transaction.set_rollback(True)

        assert heard(listening) == []

    def test_event_for_nobody_is_not_published(self, listening: PubSub, camille: User) -> None:
        publish(Event("a", {}), to=Audience())

        assert heard(listening) == []


@pytest.fixture
def busy() -> Iterator[threading.Event]:
    """The sender is busy until this is set: what is published waits for it."""
    gate = threading.Event()
    background_sender.send(gate.wait)
    yield gate
    gate.set()


@pytest.mark.django_db(transaction=True)
class TestEventsThatWait:
    def test_each_channel_has_one_message_with_its_events_in_order(
        self, listening: PubSub, busy: threading.Event
    ) -> None:
        client = uuid4()
        publish(Event("a", {}), to=Audience(company=True))
        publish(Event("b", {}), to=Audience(user_ids=(client,), company=True))
        publish(Event("c", {}), to=Audience(company=True))

        busy.set()

        told = [(channel, names(payload)) for channel, payload in heard(listening)]
        assert told == [(company_channel(), ["a", "b", "c"]), (user_channel(client), ["b"])]

    def test_what_is_said_to_a_person_of_the_company_keeps_its_order_among_both_channels(
        self, listening: PubSub, busy: threading.Event
    ) -> None:
        person = uuid4()
        publish(Event("a", {}), Event("b", {}), to=Audience(company=True))
        publish(Event("c", {}), to=Audience(user_ids=(person,)))
        publish(Event("d", {}), to=Audience(user_ids=(person,)))
        publish(Event("e", {}), to=Audience(company=True))

        busy.set()

        told = [(channel, names(payload)) for channel, payload in heard(listening)]
        company, own = company_channel(), user_channel(person)
        assert told == [(company, ["a", "b"]), (own, ["c", "d"]), (company, ["e"])]

    def test_message_has_the_events_of_a_few_calls_and_none_is_left(
        self, listening: PubSub, busy: threading.Event, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("core.realtime.publish.TOGETHER", 2)
        for name in "abcde":
            publish(Event(name, {}), to=Audience(company=True))

        busy.set()

        told = [names(payload) for _, payload in heard(listening)]
        assert told == [["a", "b"], ["c", "d"], ["e"]]

    def test_defect_in_one_event_takes_no_other_along(
        self, listening: PubSub, busy: threading.Event
    ) -> None:
        publish(Event("a", {}), to=Audience(company=True))
        publish(Event("b", {"nobody writes this": object()}), to=Audience(company=True))
        publish(Event("c", {}), to=Audience(company=True))

        busy.set()

        assert [names(payload) for _, payload in heard(listening)] == [["a", "c"]]

    def test_screens_are_told_to_ask_in_place_of_events_that_were_dropped(
        self, listening: PubSub
    ) -> None:
        with valkey().pubsub() as screens:  # type: ignore[no-untyped-call]
            screens.subscribe(rights_channel())
            screens.get_message(timeout=5)

            background_sender._sender.paused_until = time.monotonic() + PAUSE_SECONDS
            for name in "abc":
                publish(Event(name, {}), to=Audience(company=True))
            background_sender.flush()
            background_sender._sender.paused_until = 0
            background_sender.send(lambda: None)
            background_sender.flush()
            publish(Event("d", {}), to=Audience(company=True))

            assert screens.get_message(timeout=5)["data"] == EVERY_STREAM.encode()
            assert [names(payload) for _, payload in heard(listening)] == [["d"]]


@pytest.mark.django_db(transaction=True)
class TestEventsThatWereMissed:
    def test_what_valkey_got_is_not_published_again(self, listening: PubSub) -> None:
        everyone = Audience(company=True)
        same = str(uuid4())

        publish(Event("a", {}), to=everyone, deduplication_id=same)
        assert [names(payload) for _, payload in heard(listening)] == [["a"]]
        publish_if_missed(Event("a", {}), to=everyone, deduplication_id=same)

        assert heard(listening) == []

    def test_what_waits_with_the_first_is_published_again(
        self, listening: PubSub, busy: threading.Event
    ) -> None:
        """Nobody knows yet that the first arrives."""
        everyone = Audience(company=True)
        same = str(uuid4())
        publish(Event("a", {}), to=everyone, deduplication_id=same)
        publish_if_missed(Event("again", {}), to=everyone, deduplication_id=same)

        busy.set()

        assert [names(payload) for _, payload in heard(listening)] == [["a", "again"]]

    def test_what_no_process_published_is_published(self, listening: PubSub) -> None:
        everyone = Audience(company=True)
        publish(Event("a", {}), to=everyone, deduplication_id=str(uuid4()))
        heard(listening)

        publish_if_missed(Event("b", {}), to=everyone, deduplication_id=str(uuid4()))

        assert [names(payload) for _, payload in heard(listening)] == [["b"]]

    def test_what_could_not_be_written_is_not_known(self, listening: PubSub) -> None:
        everyone = Audience(company=True)
        same = str(uuid4())
        publish(Event("a", {"nobody writes this": object()}), to=everyone, deduplication_id=same)

        publish_if_missed(Event("a", {}), to=everyone, deduplication_id=same)

        assert [names(payload) for _, payload in heard(listening)] == [["a"]]

    def test_ids_do_not_stay(self, listening: PubSub) -> None:
        same = str(uuid4())
        publish(Event("a", {}), to=Audience(company=True), deduplication_id=same)
        heard(listening)

        assert 0 < valkey().ttl(key("published", same)) <= DEDUPLICATION_SECONDS


def names(payload: bytes) -> list[str]:
    return [name for name, _ in events_in(payload)]


class TestIds:
    def test_ids_are_of_version_7_and_grow(self) -> None:
        made = [new_id() for _ in range(1000)]

        assert {identity.version for identity in made} == {7}
        assert made == sorted(made)
        assert len(set(made)) == 1000
