"""A question that nobody answers is escalated, step by step, each once, in working hours."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from core.models import Chantier, User
from messaging.actions.availability import set_availability
from messaging.actions.conversations import archive_conversation, change_conversation
from messaging.actions.escalation import escalate, keep_owned
from messaging.actions.messages import delete_message
from messaging.models import Conversation, Escalation, HistoryLine, Notice
from tests.cast import Call, Say
from tests.messaging.addresses import CONVERSATIONS, of
from tests.messaging.conftest import FanOut
from tests.messaging.desk import PassTime, clock, lines, owner_of, pass_time, told
from workers.engine import execute
from workers.registry import ESCALATIONS

__all__ = ["clock", "pass_time"]

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}:00+01:00")


@pytest.fixture
def villa_with_deputy(villa: Chantier, deputy: User) -> Chantier:
    Chantier.objects.filter(pk=villa.pk).update(deputy=deputy)
    return villa


@pytest.fixture
def deputy(db: None) -> User:
    return User.objects.create(email="paul@demo.test", name="Paul Girard", role=User.Role.STAFF)


@pytest.fixture
def asked(
    clock: time_machine.Traveller, villa_with_deputy: Chantier, conversation: Conversation,
    camille: User, say: Say,
) -> Conversation:  # fmt: skip
    """The conversation, in which Camille asked something on Wednesday at 8."""
    say(camille, "Quand venez-vous ?")
    conversation.refresh_from_db()
    return conversation


class TestTheClock:
    def test_question_is_amber_after_half_the_time_and_late_after_all_of_it(
        self, api: Call, odile: User, asked: Conversation
    ) -> None:
        shown = api(odile).get(of(asked)).json()

        assert shown["answer_amber_at"] == "2026-11-18T09:00:00Z"
        assert shown["answer_due_at"] == "2026-11-18T11:00:00Z"

    def test_evening_and_weekend_do_not_count(
        self, clock: time_machine.Traveller, camille: User, conversation: Conversation, say: Say
    ) -> None:
        clock.move_to(at("2026-11-20T17:00"))
        say(camille, "Bonjour")

        conversation.refresh_from_db()
        assert conversation.answer_due_at == at("2026-11-23T11:00")

    def test_answer_stops_the_clock_and_takes_back_the_escalation(
        self, api: Call, odile: User, asked: Conversation, say: Say
    ) -> None:
        say(odile, "Mardi")

        shown = api(odile).get(of(asked)).json()
        assert (shown["answer_amber_at"], shown["answer_due_at"]) == (None, None)
        assert not Escalation.objects.exists()

    def test_second_question_waits_since_the_first(
        self, camille: User, asked: Conversation, say: Say, clock: time_machine.Traveller
    ) -> None:
        due = asked.answer_due_at
        clock.shift(HOUR)
        say(camille, "Allô ?")

        asked.refresh_from_db()
        assert asked.answer_due_at == due
        assert Escalation.objects.get().due_at == due

    def test_answer_that_is_deleted_starts_it_again_since_the_question(
        self, odile: User, asked: Conversation, say: Say, clock: time_machine.Traveller
    ) -> None:
        due = asked.answer_due_at
        delete_message(remover=odile, message=say(odile, "Mardi"))

        asked.refresh_from_db()
        assert asked.answer_due_at == due
        assert Escalation.objects.get().due_at == due

    def test_closing_and_archiving_stop_it(self, odile: User, asked: Conversation) -> None:
        change_conversation(editor=odile, conversation=asked, changes={"status": "closed"})
        assert not Escalation.objects.exists()

        change_conversation(editor=odile, conversation=asked, changes={"status": "open"})
        assert Escalation.objects.exists()

        archive_conversation(archiver=odile, conversation=asked)
        assert not Escalation.objects.exists()

    def test_event_of_a_message_carries_the_clock(
        self, api: Call, odile: User, asked: Conversation
    ) -> None:
        listed = api(odile).get(CONVERSATIONS).json()["results"]

        assert listed[0]["answer_due_at"] == "2026-11-18T11:00:00Z"


class TestSteps:
    def test_deputy_gets_it_after_four_hours_and_managers_after_four_more(
        self, odile: User, deputy: User, marc: User, asked: Conversation, pass_time: PassTime
    ) -> None:
        pass_time(4 * HOUR - timedelta(minutes=1))
        assert owner_of(asked) == odile

        pass_time(timedelta(minutes=1))
        assert owner_of(asked) == deputy
        assert told(asked) == [("Odile", "taken_over"), ("Paul", "escalated")]

        pass_time(6 * HOUR)
        assert owner_of(asked) == marc
        first, second = lines(asked, "escalated")
        assert [first.details["step"], second.details["step"]] == [1, 2]
        assert (first.by, second.by) == (None, None)
        assert (first.at, second.at) == (at("2026-11-18T12:00"), at("2026-11-18T18:00"))
        assert first.details["from"]["name"] == "Odile Perrin"
        assert first.details["waiting_since"] == "2026-11-18T07:00:00Z"
        assert ("Marc", "escalated") in told(asked)

        pass_time(timedelta(days=9))
        assert len(lines(asked, "escalated")) == 2
        assert not Escalation.objects.exists()

    def test_answer_in_between_ends_it(
        self, deputy: User, asked: Conversation, pass_time: PassTime, say: Say
    ) -> None:
        pass_time(4 * HOUR)
        say(deputy, "Mardi")
        pass_time(timedelta(days=9))

        assert len(lines(asked, "escalated")) == 1

    def test_next_question_begins_with_the_first_step_again(
        self, camille: User, deputy: User, odile: User, asked: Conversation,
        pass_time: PassTime, say: Say,
    ) -> None:  # fmt: skip
        pass_time(timedelta(days=9))
        change_conversation(editor=deputy, conversation=asked, changes={"assigned_to_id": odile.pk})
        say(odile, "Mardi")
        say(camille, "À quelle heure ?")
        pass_time(4 * HOUR)

        assert [line.details["step"] for line in lines(asked, "escalated")] == [1, 2, 1]

    def test_managers_get_it_at_once_without_a_deputy(
        self, camille: User, marc: User, conversation: Conversation, pass_time: PassTime, say: Say
    ) -> None:
        say(camille, "Quand venez-vous ?")

        pass_time(4 * HOUR)

        assert owner_of(conversation) == marc
        assert [line.details["step"] for line in lines(conversation, "escalated")] == [2]

    def test_every_manager_is_told(
        self, camille: User, marc: User, conversation: Conversation, pass_time: PassTime, say: Say
    ) -> None:
        User.objects.create(email="lea@demo.test", name="Léa Roux", role=User.Role.MANAGER)
        say(camille, "Quand venez-vous ?")

        pass_time(4 * HOUR)

        assert told(conversation) == [
            ("Léa", "escalated"), ("Marc", "escalated"), ("Odile", "taken_over"),
        ]  # fmt: skip

    def test_absent_deputy_is_passed_over(
        self, deputy: User, marc: User, asked: Conversation, pass_time: PassTime
    ) -> None:
        set_availability(deputy, is_absent=True)

        pass_time(4 * HOUR)

        assert owner_of(asked) == marc

    def test_new_owner_has_the_question_to_read(
        self, api: Call, marc: User, camille: User, conversation: Conversation, say: Say,
        fan_out: FanOut, pass_time: PassTime, odile: User,
    ) -> None:  # fmt: skip
        say(odile, "Bonjour")
        say(camille, "Quand venez-vous ?")
        fan_out()

        pass_time(4 * HOUR)

        assert api(marc).get(of(conversation)).json()["unread_count"] == 1

    def test_client_reads_nothing_of_it(
        self, api: Call, camille: User, asked: Conversation, pass_time: PassTime
    ) -> None:
        pass_time(timedelta(days=2))

        history = api(camille).get(of(asked, "messages")).json()
        assert [line["kind"] for line in history["lines"]] == ["opened"]


class TestOwnerWhoIsAway:
    def test_question_for_an_absent_owner_goes_to_somebody_who_is_there_at_once(
        self, odile: User, deputy: User, marc: User, camille: User, say: Say,
        villa_with_deputy: Chantier, conversation: Conversation, clock: time_machine.Traveller,
        pass_time: PassTime,
    ) -> None:  # fmt: skip
        set_availability(odile, is_absent=True, until=at("2026-11-25T08:00"))
        say(camille, "Quand venez-vous ?")

        pass_time(timedelta(seconds=1))

        assert owner_of(conversation) == deputy
        line = lines(conversation, "assigned")[-1]
        assert (line.details["reason"], line.by) == ("absent", None)
        # Odile, who is away, is not told.
        assert told(conversation) == [("Paul", "assigned")]

    def test_what_waits_for_a_person_who_goes_away_is_handed_over(
        self, odile: User, deputy: User, asked: Conversation, pass_time: PassTime
    ) -> None:
        pass_time(HOUR)
        set_availability(odile, is_absent=True)
        pass_time(timedelta(seconds=1))

        assert owner_of(asked) == deputy
        # The clock goes on: it is late four hours after it was asked.
        assert Escalation.objects.get().due_at == at("2026-11-18T12:00")

    def test_clock_of_what_was_handed_over_ends_with_the_managers(
        self, odile: User, marc: User, asked: Conversation, pass_time: PassTime
    ) -> None:
        set_availability(odile, is_absent=True)

        pass_time(4 * HOUR)

        assert owner_of(asked) == marc

    def test_everybody_is_away_and_the_owner_stays(
        self, odile: User, deputy: User, marc: User, asked: Conversation, pass_time: PassTime
    ) -> None:
        for person in (deputy, marc, odile):
            set_availability(person, is_absent=True)
        pass_time(HOUR)
        assert owner_of(asked) == odile

        pass_time(4 * HOUR)

        assert owner_of(asked) == odile
        assert ("Marc", "escalated") in told(asked)


class TestOnce:
    def test_escalation_that_runs_again_does_nothing(
        self, asked: Conversation, clock: time_machine.Traveller
    ) -> None:
        clock.shift(4 * HOUR)
        for _ in range(3):
            escalate(asked.pk)

        assert len(lines(asked, "escalated")) == 1
        assert Notice.objects.count() == 2

    def test_escalation_that_is_not_due_does_nothing(self, asked: Conversation) -> None:
        escalate(asked.pk)

        assert not lines(asked, "escalated")

    def test_step_that_is_cut_leaves_nothing_and_is_made_once(
        self, asked: Conversation, clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock.shift(4 * HOUR)

        def cut(*_: Any, **__: Any) -> None:
            raise ConnectionError("killed after the line was written")

        with monkeypatch.context() as broken:
            broken.setattr("messaging.conversation.notices.tell_of_owners", cut)
            with pytest.raises(ConnectionError):
                execute.execute(ESCALATIONS, asked.pk)
        assert not HistoryLine.objects.filter(kind="escalated").exists()
        assert not Notice.objects.exists()
        assert Escalation.objects.get().attempts == 1

        clock.shift(timedelta(minutes=1))
        assert execute.execute(ESCALATIONS, asked.pk) == "succeeded"
        assert execute.execute(ESCALATIONS, asked.pk) == "nothing"

        assert len(lines(asked, "escalated")) == 1
        assert Notice.objects.count() == 2

    def test_question_of_before_there_were_clocks_gets_one_from_now_on(
        self, asked: Conversation, clock: time_machine.Traveller
    ) -> None:
        Escalation.objects.all().delete()
        Conversation.objects.update(answer_due_at=None, answer_amber_at=None)
        clock.shift(timedelta(days=2))

        keep_owned()

        asked.refresh_from_db()
        assert asked.answer_due_at == timezone.now() + 4 * HOUR
        assert Escalation.objects.get().due_at == asked.answer_due_at
