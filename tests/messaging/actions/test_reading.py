"""Read marks and unread counters."""

from typing import Any

import pytest
import time_machine
from django.utils import timezone

from core.models import User
from messaging.actions.fan_out import fan_out_message
from messaging.actions.messages import delete_message
from messaging.actions.reads import read_up_to
from messaging.models import Conversation, Participant
from messaging.queries.reads import read_times_of
from tests.cast import Call, Say
from tests.messaging.addresses import UNREAD, of
from tests.messaging.conftest import FanOut, Mark

pytestmark = pytest.mark.django_db


def read(api: Call, person: User, conversation: Conversation, seq: int) -> Any:
    return api(person).put(of(conversation, "read"), {"seq": seq})


def mark_unread(api: Call, person: User, conversation: Conversation, seq: int) -> Any:
    return api(person).put(of(conversation, "unread"), {"seq": seq})


@pytest.fixture
def five(camille: User, say: Say, fan_out: FanOut) -> None:
    """Five messages of Camille's, fanned out."""
    for number in range(5):
        say(camille, f"n° {number}")
    fan_out()


class TestReading:
    def test_reading_answers_with_the_exact_counter(
        self, api: Call, odile: User, conversation: Conversation, five: None
    ) -> None:
        assert read(api, odile, conversation, 3).json() == {
            "last_read_seq": 3,
            "unread_after_seq": 3,
            "unread_count": 2,
            "unread_total": 2,
        }

    def test_read_mark_never_goes_back(
        self, api: Call, odile: User, conversation: Conversation, five: None
    ) -> None:
        read(api, odile, conversation, 4)

        assert read(api, odile, conversation, 2).json()["last_read_seq"] == 4
        assert read(api, odile, conversation, 0).json()["unread_count"] == 1

    def test_hour_of_each_reading_is_kept(
        self, api: Call, odile: User, conversation: Conversation, five: None
    ) -> None:
        hours = []
        for minute, seq in ((1, 2), (2, 2), (3, 4), (4, 1)):
            with time_machine.travel(f"2026-11-18 14:0{minute}:00+01:00", tick=False):
                read(api, odile, conversation, seq)
                hours.append(timezone.now())
        ids = list(conversation.messages.order_by("seq").values_list("pk", flat=True))

        read_at = read_times_of(ids)

        first, _, second, _ = hours
        assert [read_at.get((each, odile.pk)) for each in ids] == [first] * 2 + [second] * 2 + [
            None
        ]

    @pytest.mark.parametrize("beyond", [6, 2**63, 10**30])
    def test_reading_past_the_end_reads_to_the_end(
        self, api: Call, odile: User, conversation: Conversation, five: None, beyond: int
    ) -> None:
        assert read(api, odile, conversation, beyond).json()["last_read_seq"] == 5

    @pytest.mark.parametrize("seq", [-1, "x", None])
    def test_reading_without_a_valid_seq_is_refused(
        self, api: Call, odile: User, conversation: Conversation, seq: Any
    ) -> None:
        assert read(api, odile, conversation, seq).status_code == 400

    def test_read_mark_is_seen_by_the_other_side(
        self, api: Call, camille: User, odile: User, conversation: Conversation, five: None
    ) -> None:
        read(api, odile, conversation, 3)

        people = api(camille).get(of(conversation)).json()["participants"]
        assert {person["name"]: person["last_read_seq"] for person in people}["Odile Perrin"] == 3

    def test_reading_changes_nobody_elses_counter(
        self,
        api: Call,
        bruno: User,
        odile: User,
        conversation: Conversation,
        five: None,
        mark: Mark,
    ) -> None:
        read(api, odile, conversation, 5)

        assert (mark(odile).unread_count, mark(bruno).unread_count) == (0, 5)

    def test_reading_by_a_visitor_of_the_company_leaves_no_mark(
        self, api: Call, marc: User, conversation: Conversation, five: None
    ) -> None:
        answer = read(api, marc, conversation, 5)

        assert answer.json() == {
            "last_read_seq": 5,
            "unread_after_seq": 5,
            "unread_count": 0,
            "unread_total": 0,
        }
        assert not Participant.objects.filter(user=marc).exists()

    def test_reading_again_is_no_change(
        self, api: Call, odile: User, conversation: Conversation, five: None
    ) -> None:
        read(api, odile, conversation, 5)
        conversation.refresh_from_db()
        version = conversation.version

        read(api, odile, conversation, 5)

        conversation.refresh_from_db()
        assert conversation.version == version


class TestMarkingAsUnread:
    def test_marking_as_unread_counts_from_there_again(
        self, api: Call, odile: User, conversation: Conversation, five: None
    ) -> None:
        read(api, odile, conversation, 5)

        assert mark_unread(api, odile, conversation, 3).json() == {
            "last_read_seq": 5,
            "unread_after_seq": 2,
            "unread_count": 3,
            "unread_total": 3,
        }

    def test_marking_as_unread_is_not_seen_by_the_other_side(
        self, api: Call, camille: User, odile: User, conversation: Conversation, five: None
    ) -> None:
        read(api, odile, conversation, 5)
        mark_unread(api, odile, conversation, 3)

        people = api(camille).get(of(conversation)).json()["participants"]
        assert {person["name"]: person["last_read_seq"] for person in people}["Odile Perrin"] == 5

    def test_marking_as_unread_ends_with_reading(
        self, api: Call, odile: User, conversation: Conversation, five: None
    ) -> None:
        read(api, odile, conversation, 5)
        mark_unread(api, odile, conversation, 3)

        assert read(api, odile, conversation, 5).json()["unread_count"] == 0

    def test_marking_as_unread_ends_as_far_as_one_has_read(
        self, api: Call, odile: User, conversation: Conversation, five: None
    ) -> None:
        read(api, odile, conversation, 5)
        mark_unread(api, odile, conversation, 3)

        assert read(api, odile, conversation, 3).json() == {
            "last_read_seq": 5,
            "unread_after_seq": 3,
            "unread_count": 2,
            "unread_total": 2,
        }

    def test_marking_as_unread_stays_while_messages_arrive(
        self, api: Call, camille: User, odile: User, conversation: Conversation, five: None,
        say: Say, fan_out: FanOut, mark: Mark,
    ) -> None:  # fmt: skip
        read(api, odile, conversation, 5)
        mark_unread(api, odile, conversation, 3)

        say(camille, "Encore")
        fan_out()

        assert mark(odile).unread_count == 4

    @pytest.mark.parametrize("seq", [0, -1, "x", None])
    def test_marking_as_unread_without_a_valid_seq_is_refused(
        self, api: Call, odile: User, conversation: Conversation, five: None, seq: Any
    ) -> None:
        assert mark_unread(api, odile, conversation, seq).status_code == 400

    @pytest.mark.parametrize("beyond", [6, 2**63 - 1, 2**63, 10**30])
    def test_marking_as_unread_past_the_end_counts_nothing(
        self, api: Call, odile: User, conversation: Conversation, five: None, beyond: int
    ) -> None:
        read(api, odile, conversation, 5)

        answer = mark_unread(api, odile, conversation, beyond)

        assert (answer.status_code, answer.json()["unread_count"]) == (200, 0)

    def test_marking_as_unread_is_refused_to_a_visitor(
        self, api: Call, marc: User, conversation: Conversation, five: None
    ) -> None:
        assert mark_unread(api, marc, conversation, 1).status_code == 403


class TestCounting:
    def test_counter_leaves_out_ones_own_messages(
        self, camille: User, bruno: User, odile: User, say: Say, fan_out: FanOut, mark: Mark
    ) -> None:
        for author in (camille, camille, odile, bruno):
            say(author, "Bonjour")
        fan_out()

        assert mark(camille).unread_count == 2
        assert mark(bruno).unread_count == 3
        assert mark(odile).unread_count == 3

    def test_counter_leaves_out_deleted_messages(
        self, camille: User, odile: User, say: Say, fan_out: FanOut, mark: Mark
    ) -> None:
        first, _second = say(camille, "Un"), say(camille, "Deux")
        fan_out()

        delete_message(remover=camille, message=first)
        fan_out()

        assert mark(odile).unread_count == 1

    def test_counting_twice_counts_once(
        self, camille: User, odile: User, say: Say, mark: Mark
    ) -> None:
        message = say(camille, "Bonjour")

        for _ in range(3):
            fan_out_message(message.pk)

        assert mark(odile).unread_count == 1

    def test_counting_late_counts_what_is_there_now(
        self, camille: User, odile: User, conversation: Conversation, say: Say, mark: Mark
    ) -> None:
        first, second = say(camille, "Un"), say(camille, "Deux")
        read_up_to(reader=odile, conversation=conversation, seq=2)

        fan_out_message(second.pk)
        fan_out_message(first.pk)

        assert mark(odile).unread_count == 0

    def test_counters_in_all_and_by_conversation_come_in_one_answer(
        self, api: Call, camille: User, odile: User, conversation: Conversation,
        other_conversation: Conversation, five: None,
    ) -> None:  # fmt: skip
        assert api(odile).get(UNREAD).json() == {
            "total": 5,
            "conversations": {str(conversation.pk): 5},
        }
        assert api(odile).get("/api/v1/me").json()["unread_total"] == 5
        assert api(camille).get(UNREAD).json() == {"total": 0, "conversations": {}}

    def test_fan_out_of_an_unknown_message_does_nothing(self, db: None) -> None:
        assert fan_out_message(User().pk) is None
