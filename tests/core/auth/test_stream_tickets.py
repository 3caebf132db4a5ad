"""A one-use ticket opens a stream without a cookie."""

import pytest
from rest_framework.test import APIClient

from core.auth import stream_tickets
from core.models import User
from core.valkey import key, valkey
from tests.cast import Call

pytestmark = pytest.mark.django_db


class TestATicket:
    def test_ticket_is_issued_to_a_logged_in_person(self, api: Call, camille: User) -> None:
        answer = api(camille).post("/api/v1/stream-tickets")

        assert answer.status_code == 201
        assert answer.json()["expires_in_seconds"] == 30
        assert stream_tickets.consume(answer.json()["ticket"]) == camille.pk

    def test_ticket_is_refused_to_a_stranger(self) -> None:
        assert APIClient().post("/api/v1/stream-tickets").status_code == 401

    def test_ticket_is_consumed_once(self, camille: User) -> None:
        ticket = stream_tickets.issue(camille)

        assert (stream_tickets.consume(ticket), stream_tickets.consume(ticket)) == (
            camille.pk,
            None,
        )

    def test_ticket_expires_after_thirty_seconds(self, camille: User) -> None:
        ticket = stream_tickets.issue(camille)

        assert 0 < valkey().ttl(key("ticket", ticket)) <= 30
        valkey().expire(key("ticket", ticket), 0)

        assert stream_tickets.consume(ticket) is None

    @pytest.mark.parametrize("invented", ["", "a", "*", "../count", "é" * 2000])
    def test_invented_ticket_has_no_person(self, invented: str) -> None:
        assert stream_tickets.consume(invented) is None

    def test_two_tickets_of_a_person_differ(self, camille: User) -> None:
        assert stream_tickets.issue(camille) != stream_tickets.issue(camille)
