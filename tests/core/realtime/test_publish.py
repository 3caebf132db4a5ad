"""An event is published after the commit, to its audience, as a server-sent event."""

import json
from uuid import uuid4

import pytest
from django.db import transaction
from redis.client import PubSub

from core import background_sender
from core.ids import new_id
from core.models import User
from core.realtime.publish import Audience, Event, company_channel, frame, publish, user_channel


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
        assert heard(listening) == [
            (channel, frame(Event(name, {}))) for name in "ab" for channel in everyone
        ]

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


class TestIds:
    def test_ids_are_of_version_7_and_grow(self) -> None:
        made = [new_id() for _ in range(1000)]

        assert {identity.version for identity in made} == {7}
        assert made == sorted(made)
        assert len(set(made)) == 1000
