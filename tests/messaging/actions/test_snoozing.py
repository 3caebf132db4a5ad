"""A conversation that is put off comes back on time, at the client's message, or when asked to."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from core.models import User
from messaging.models import Conversation, Escalation, HistoryLine, Message, Notice, Snooze
from tests.cast import Call, Say
from tests.messaging.addresses import CONVERSATIONS, of
from tests.messaging.desk import PassTime, clock, lines, owner_of, pass_time, told
from workers.engine import execute
from workers.registry import SNOOZES

__all__ = ["clock", "pass_time"]

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

MONDAY = "2026-11-23T08:00:00+01:00"
HOUR = timedelta(hours=1)
PutOff = Callable[..., Any]


@pytest.fixture
def put_off(api: Call, odile: User, conversation: Conversation) -> PutOff:
    """`put_off()` puts the conversation off until Monday, as Odile."""

    def call(until: str = MONDAY, **headers: str) -> Any:
        return api(odile).post(of(conversation, "snooze"), {"until": until}, headers=headers)

    return call


def ids(api: Call, reader: User, folder: str) -> list[str]:
    answer = api(reader).get(f"{CONVERSATIONS}?folder={folder}")
    return [one["id"] for one in answer.json()["results"]]


class TestPutOff:
    def test_conversation_leaves_the_folders_and_comes_back_on_time(
        self, api: Call, odile: User, marc: User, conversation: Conversation, put_off: PutOff,
        pass_time: PassTime,
    ) -> None:  # fmt: skip
        shown = put_off().json()
        assert shown["snoozed_until"] == "2026-11-23T07:00:00Z"
        assert ids(api, odile, "mine") == []
        assert ids(api, odile, "snoozed") == [str(conversation.pk)]

        pass_time(timedelta(days=5))

        assert ids(api, odile, "mine") == [str(conversation.pk)]
        assert ids(api, odile, "snoozed") == []
        put, back = lines(conversation, "snoozed", "woken")
        assert (put.by, put.details) == (odile, {"until": "2026-11-23T07:00:00Z"})
        assert (back.by, back.details) == (None, {"reason": "time"})
        assert back.at == timezone.now()
        assert told(conversation) == [("Odile", "woken")]
        assert not Snooze.objects.exists()

    def test_client_sees_nothing_of_it(
        self, api: Call, camille: User, conversation: Conversation, put_off: PutOff
    ) -> None:
        put_off()

        assert api(camille).get(of(conversation)).json()["snoozed_until"] is None
        [listed] = api(camille).get(CONVERSATIONS).json()["results"]
        assert listed["snoozed_until"] is None
        history = api(camille).get(of(conversation, "messages")).json()
        assert [line["kind"] for line in history["lines"]] == ["opened"]

    def test_message_of_the_client_brings_it_back_at_once(
        self, api: Call, camille: User, odile: User, conversation: Conversation, put_off: PutOff,
        say: Say, pass_time: PassTime,
    ) -> None:  # fmt: skip
        put_off()
        say(camille, "Finalement non")

        assert api(odile).get(of(conversation)).json()["snoozed_until"] is None
        assert lines(conversation, "woken")[0].details == {"reason": "answer"}
        pass_time(timedelta(days=3))
        assert len(lines(conversation, "woken")) == 1

    def test_message_of_a_colleague_leaves_it_put_off(
        self, marc: User, conversation: Conversation, put_off: PutOff, say: Say
    ) -> None:
        put_off()
        say(marc, "Je commande les joints")

        conversation.refresh_from_db()
        assert conversation.snoozed_until

    def test_person_brings_it_back_before_once(
        self, api: Call, odile: User, conversation: Conversation, put_off: PutOff
    ) -> None:
        put_off()
        for _ in range(2):
            assert api(odile).delete(of(conversation, "snooze")).status_code == 204

        [line] = lines(conversation, "woken")
        assert (line.by, line.details) == (odile, {"reason": "person"})

    def test_putting_it_off_again_moves_the_moment(
        self, conversation: Conversation, put_off: PutOff, pass_time: PassTime
    ) -> None:
        put_off()
        put_off("2026-11-24T08:00:00+01:00")
        put_off("2026-11-24T08:00:00+01:00")

        pass_time(timedelta(days=5))
        assert not lines(conversation, "woken")

        pass_time(timedelta(days=1))
        assert len(lines(conversation, "woken")) == 1
        assert len(lines(conversation, "snoozed")) == 2

    def test_closing_ends_it(
        self, api: Call, odile: User, conversation: Conversation, put_off: PutOff,
        pass_time: PassTime,
    ) -> None:  # fmt: skip
        put_off()
        api(odile).patch(of(conversation), {"status": "closed"})

        conversation.refresh_from_db()
        assert conversation.snoozed_until is None
        assert put_off().status_code == 409
        pass_time(timedelta(days=9))
        assert not lines(conversation, "woken")

    @pytest.mark.parametrize(
        "body", [{}, {"until": None}, {"until": "lundi"}, {"until": "2026-11-18T08:00:00+01:00"}]
    )
    def test_moment_that_is_none_or_has_passed_is_refused(
        self, api: Call, odile: User, conversation: Conversation, body: dict[str, Any]
    ) -> None:
        answer = api(odile).post(of(conversation, "snooze"), body)

        assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "until")
        assert not Snooze.objects.exists()

    def test_old_version_is_refused(
        self, api: Call, odile: User, conversation: Conversation, put_off: PutOff
    ) -> None:
        tag = api(odile).get(of(conversation))["ETag"]
        api(odile).patch(of(conversation), {"subject": "Joints"})

        assert put_off(**{"if-match": tag}).status_code == 412

    def test_question_that_was_put_off_is_not_escalated_before_it_is_back(
        self, camille: User, odile: User, marc: User, conversation: Conversation, say: Say,
        put_off: PutOff, pass_time: PassTime,
    ) -> None:  # fmt: skip
        say(camille, "Quand venez-vous ?")
        put_off()
        pass_time(timedelta(days=4))
        assert owner_of(conversation) == odile

        pass_time(timedelta(days=1))

        assert owner_of(conversation) == marc

    def test_question_that_is_brought_back_before_is_late_by_its_own_clock(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say,
        put_off: PutOff, pass_time: PassTime,
    ) -> None:  # fmt: skip
        say(camille, "Quand venez-vous ?")
        put_off()
        pass_time(HOUR)
        api(odile).delete(of(conversation, "snooze"))
        pass_time(HOUR)

        conversation.refresh_from_db()
        assert Escalation.objects.get().due_at == conversation.answer_due_at


class TestOnce:
    def test_return_that_is_cut_is_made_once(
        self, conversation: Conversation, put_off: PutOff, clock: time_machine.Traveller,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        put_off()
        clock.shift(timedelta(days=5))

        def cut(*_: Any, **__: Any) -> None:
            raise ConnectionError("killed after the line was written")

        with monkeypatch.context() as broken:
            broken.setattr("messaging.conversation.notices.tell", cut)
            with pytest.raises(ConnectionError):
                execute.execute(SNOOZES, conversation.pk)
        conversation.refresh_from_db()
        assert conversation.snoozed_until
        assert not HistoryLine.objects.filter(kind="woken").exists()

        clock.shift(timedelta(minutes=1))
        outcomes = [execute.execute(SNOOZES, conversation.pk) for _ in range(2)]

        assert outcomes == ["succeeded", "nothing"]
        assert len(lines(conversation, "woken")) == 1
        assert Notice.objects.filter(kind="woken").count() == 1


class TestSendAnd:
    def test_message_closes_the_conversation_in_one_step(
        self, api: Call, camille: User, odile: User, conversation: Conversation, say: Say
    ) -> None:
        say(camille, "Quand venez-vous ?")
        answer = api(odile).post(of(conversation, "messages"), {"body": "Mardi", "close": True})

        assert answer.status_code == 201
        shown = api(odile).get(of(conversation)).json()
        assert (shown["status"], shown["last_message"]["body"]) == ("closed", "Mardi")
        assert [line.kind for line in lines(conversation)][-1] == "closed"

    def test_message_puts_it_off_in_one_step(
        self, api: Call, odile: User, conversation: Conversation
    ) -> None:
        draft = {"body": "Je reviens vers vous lundi", "snooze_until": MONDAY}
        assert api(odile).post(of(conversation, "messages"), draft).status_code == 201

        shown = api(odile).get(of(conversation)).json()
        assert shown["snoozed_until"] == "2026-11-23T07:00:00Z"

    def test_message_to_a_closed_conversation_closes_it_again(
        self, api: Call, odile: User, conversation: Conversation
    ) -> None:
        for _ in range(2):
            api(odile).post(of(conversation, "messages"), {"body": "Voilà", "close": True})

        kinds = [line.kind for line in lines(conversation)][-3:]
        assert kinds == ["closed", "reopened", "closed"]

    def test_draft_sent_twice_closes_once(
        self, api: Call, odile: User, conversation: Conversation
    ) -> None:
        draft = {
            "id": "018f0000-0000-7000-8000-000000000001", "body": "Mardi", "close": True,
        }  # fmt: skip
        answers = [api(odile).post(of(conversation, "messages"), draft) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [201, 200]
        assert len(lines(conversation, "closed")) == 1

    def test_question_that_the_author_has_not_seen_keeps_it_open(
        self, api: Call, odile: User, camille: User, conversation: Conversation, say: Say
    ) -> None:
        """An answer may wait for the network for an hour."""
        seen = say(camille, "Quand passez-vous ?").seq
        say(camille, "Et le portail ?")
        for then in ({"close": True}, {"snooze_until": MONDAY}):
            draft = {"body": "Demain", "seen_seq": seen, **then}
            assert api(odile).post(of(conversation, "messages"), draft).status_code == 201

        shown = api(odile).get(of(conversation)).json()
        assert (shown["status"], shown["snoozed_until"]) == ("open", None)

    def test_last_question_that_the_author_saw_lets_it_close(
        self,
        api: Call,
        odile: User,
        marc: User,
        camille: User,
        conversation: Conversation,
        say: Say,
    ) -> None:
        seen = say(camille, "Quand passez-vous ?").seq
        say(marc, "Je regarde.")
        draft = {"body": "Demain", "close": True, "seen_seq": seen}
        api(odile).post(of(conversation, "messages"), draft)

        assert api(odile).get(of(conversation)).json()["status"] == "closed"

    def test_pause_that_is_over_leaves_the_message_alone(
        self, api: Call, odile: User, conversation: Conversation
    ) -> None:
        draft = {"body": "À ce soir", "snooze_until": "2020-01-01T18:00:00Z"}
        answer = api(odile).post(of(conversation, "messages"), draft)

        assert answer.status_code == 201
        assert api(odile).get(of(conversation)).json()["snoozed_until"] is None

    def test_both_at_once_are_refused(
        self, api: Call, odile: User, conversation: Conversation
    ) -> None:
        draft = {"body": "Mardi", "close": True, "snooze_until": MONDAY}

        answer = api(odile).post(of(conversation, "messages"), draft)

        assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, "snooze_until")

    def test_client_closes_nothing_and_sends_nothing_with_it(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        for more in ({"close": True}, {"snooze_until": MONDAY}):
            draft = {"body": "Fini", **more}
            answer = api(camille).post(of(conversation, "messages"), draft)
            assert answer.status_code == 403

        assert not Message.objects.exists()
