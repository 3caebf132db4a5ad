"""A one-use ticket opens a stream without a cookie."""

import math

import pytest
from rest_framework.test import APIClient

from core.auth import stream_tickets
from core.auth.jwt_tokens import expiry_of, issue_development_token
from core.auth.stream_tickets import Ticket
from core.models import User
from core.valkey import key, valkey
from tests.cast import Call

pytestmark = pytest.mark.django_db


class TestATicket:
    def test_ticket_is_issued_to_a_logged_in_person(self, api: Call, camille: User) -> None:
        answer = api(camille).post("/api/v1/stream-tickets")

        assert answer.status_code == 201
        assert answer.json()["expires_in_seconds"] == 30
        assert stream_tickets.consume(answer.json()["ticket"]) == Ticket(camille.pk)

    def test_ticket_of_a_bearer_knows_when_its_token_expires(self, camille: User) -> None:
        token = issue_development_token(camille)
        caller = APIClient(HTTP_AUTHORIZATION=f"Bearer {token}")

        ticket = stream_tickets.consume(caller.post("/api/v1/stream-tickets").json()["ticket"])

        assert ticket == Ticket(camille.pk, expiry_of(token))
        assert math.isfinite(expiry_of(token))

    def test_ticket_is_refused_to_a_stranger(self) -> None:
        assert APIClient().post("/api/v1/stream-tickets").status_code == 401

    def test_ticket_is_consumed_once(self, camille: User) -> None:
        ticket = stream_tickets.issue(camille)

        assert (stream_tickets.consume(ticket), stream_tickets.consume(ticket)) == (
            Ticket(camille.pk),
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
