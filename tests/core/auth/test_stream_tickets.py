"""One-use tickets to open a stream without a cookie."""

import pytest
from rest_framework.test import APIClient

from core.auth import stream_tickets
from core.models import User
from core.valkey import key, valkey
from tests.cast import Call

pytestmark = pytest.mark.django_db


class TestATicket:
    def test_is_given_to_who_is_logged_in(self, api: Call, camille: User) -> None:
        answer = api(camille).post("/api/v1/stream-tickets")

        assert answer.status_code == 201
        assert answer.json()["expires_in_seconds"] == 30
        assert stream_tickets.consume(answer.json()["ticket"]) == camille.pk

    def test_is_refused_to_a_stranger(self) -> None:
        assert APIClient().post("/api/v1/stream-tickets").status_code == 401

    def test_opens_once(self, camille: User) -> None:
        ticket = stream_tickets.issue(camille)

        assert (stream_tickets.consume(ticket), stream_tickets.consume(ticket)) == (
            camille.pk,
            None,
        )

    def test_is_torn_after_thirty_seconds(self, camille: User) -> None:
        ticket = stream_tickets.issue(camille)

        assert 0 < valkey().ttl(key("ticket", ticket)) <= 30
        valkey().expire(key("ticket", ticket), 0)

        assert stream_tickets.consume(ticket) is None

    @pytest.mark.parametrize("invented", ["", "a", "*", "../count", "é" * 2000])
    def test_cannot_be_invented(self, invented: str) -> None:
        assert stream_tickets.consume(invented) is None

    def test_is_not_the_next_one(self, camille: User) -> None:
        assert stream_tickets.issue(camille) != stream_tickets.issue(camille)
