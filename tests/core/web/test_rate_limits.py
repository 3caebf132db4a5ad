"""Counters in Valkey limit how often something is done."""

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from pytest_django import Settings

from core.models import User
from core.valkey import forget_clients, key, valkey
from core.web import rate_limits
from core.web.errors import TooMany
from messaging.models import Conversation, Message
from tests.cast import Call
from tests.sockets import closed_port

MINUTE = timedelta(minutes=1)


class TestSpending:
    def test_spending_above_the_limit_is_refused_with_the_time_to_wait(self) -> None:
        who = uuid4()
        for _ in range(3):
            rate_limits.spend("test", who, at_most=3, window=MINUTE)

        with pytest.raises(TooMany) as refusal:
            rate_limits.spend("test", who, at_most=3, window=MINUTE)

        assert 55 <= refusal.value.retry_after_seconds <= 60

    def test_spending_is_counted_for_each_person_apart(self) -> None:
        one, other = uuid4(), uuid4()

        rate_limits.spend("test", one, at_most=1, window=MINUTE)
        rate_limits.spend("test", other, at_most=1, window=MINUTE)

        assert [valkey().get(key("count", "test", who)) for who in (one, other)] == [b"1", b"1"]
        with pytest.raises(TooMany):
            rate_limits.spend("test", one, at_most=1, window=MINUTE)

    def test_spending_is_exact_when_many_spend_at_once(self) -> None:
        who = uuid4()

        def is_refused(_: int) -> bool:
            try:
                rate_limits.spend("test", who, at_most=10, window=MINUTE)
            except TooMany:
                return True
            return False

        with ThreadPoolExecutor(20) as pool:
            refused = list(pool.map(is_refused, range(40)))

        assert refused.count(False) == 10

    def test_refusal_says_what_is_left_of_the_window(self) -> None:
        who = uuid4()
        rate_limits.spend("test", who, at_most=1, window=MINUTE)
        valkey().pexpire(key("count", "test", who), 20_500)

        with pytest.raises(TooMany) as refusal:
            rate_limits.spend("test", who, at_most=1, window=MINUTE)

        assert 15 <= refusal.value.retry_after_seconds <= 21

    def test_what_is_given_back_can_be_spent_again(self) -> None:
        who = uuid4()
        rate_limits.spend("test", who, at_most=1, window=MINUTE)

        rate_limits.give_back("test", who, window=MINUTE)

        rate_limits.spend("test", who, at_most=1, window=MINUTE)
        with pytest.raises(TooMany):
            rate_limits.spend("test", who, at_most=1, window=MINUTE)

    def test_giving_back_after_the_window_leaves_no_lasting_counter(self) -> None:
        who = uuid4()

        rate_limits.give_back("test", who, window=MINUTE)

        assert 0 < valkey().ttl(key("count", "test", who)) <= 60

    def test_counting_does_not_prolong_the_window(self) -> None:
        who = uuid4()
        rate_limits.count("test", who, window=MINUTE)
        valkey().expire(key("count", "test", who), 30)

        rate_limits.count("test", who, window=MINUTE)

        assert 0 < valkey().ttl(key("count", "test", who)) <= 30


class TestWithoutValkey:
    @pytest.fixture(autouse=True)
    def away(self, settings: Settings) -> Iterator[None]:
        settings.REDIS_URL = f"redis://127.0.0.1:{closed_port()}/0"
        forget_clients()
        yield
        forget_clients()

    def test_nothing_is_limited_without_valkey(self) -> None:
        rate_limits.spend("test", "someone", at_most=0, window=MINUTE)  # would raise TooMany
        rate_limits.forget("test", "someone")
        rate_limits.give_back("test", "someone", window=MINUTE)

        assert rate_limits.count("test", "someone", window=MINUTE) == 0


@pytest.mark.django_db
class TestWriting:
    def test_messages_sent_too_fast_are_refused_for_a_minute(
        self, api: Call, camille: User, conversation: Conversation, settings: Settings
    ) -> None:
        settings.MESSAGES_PER_MINUTE = 2
        url = f"/api/v1/conversations/{conversation.pk}/messages"

        answers = [api(camille).post(url, {"body": "encore"}) for _ in range(3)]

        assert [answer.status_code for answer in answers] == [201, 201, 429]
        assert 50 <= int(answers[-1].headers["Retry-After"]) <= 60
        assert answers[-1].json()["errors"][0]["code"] == "throttled"
        assert Message.objects.count() == 2

    def test_conversations_opened_too_often_are_refused_for_an_hour(
        self, api: Call, camille: User, settings: Settings
    ) -> None:
        settings.CONVERSATIONS_PER_HOUR = 1

        answers = [api(camille).post("/api/v1/conversations", {"subject": "A"}) for _ in range(2)]

        assert [answer.status_code for answer in answers] == [201, 429]
        assert 3590 <= int(answers[-1].headers["Retry-After"]) <= 3600


@pytest.mark.django_db
class TestHeaders:
    def test_answer_says_how_often_more(
        self, api: Call, camille: User, conversation: Conversation, settings: Settings
    ) -> None:
        settings.MESSAGES_PER_MINUTE = 2
        address = f"/api/v1/conversations/{conversation.pk}/messages"

        answers = [api(camille).post(address, {"body": "Bonjour"}) for _ in range(3)]

        assert [answer.status_code for answer in answers] == [201, 201, 429]
        assert {answer["RateLimit-Policy"] for answer in answers} == {'"message";q=2;w=60'}
        told = [
            re.fullmatch(r'"message";r=(\d+);t=(\d+)', answer["RateLimit"]) for answer in answers
        ]
        assert [found[1] for found in told if found] == ["1", "0", "0"]
        last = told[-1]
        assert last is not None
        assert 50 <= int(last[2]) <= 60
        assert answers[-1]["Retry-After"] == last[2]

    def test_second_try_costs_nothing(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        address = f"/api/v1/conversations/{conversation.pk}/messages"
        draft = {"id": str(uuid4()), "body": "Bonjour"}

        first, again = (api(camille).post(address, draft)["RateLimit"] for _ in range(2))

        assert first.split(";")[1] == again.split(";")[1]

    def test_answer_of_an_operation_without_a_limit_says_nothing(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        api(camille).post(f"/api/v1/conversations/{conversation.pk}/typing")

        assert "RateLimit" not in api(camille).get("/api/v1/me")
