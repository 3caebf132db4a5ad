"""How many SQL statements each operation costs, with a real bearer token."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from attachments.models import Attachment
from core.auth.jwt_tokens import issue_development_token
from core.models import Client, User
from messaging.actions.conversations import open_conversation
from messaging.actions.messages import send_message
from messaging.conversation.idempotency import Draft, Opening
from messaging.models import Conversation
from messaging.search.index import catch_up
from tests.cast import Say
from tests.messaging.addresses import CONVERSATIONS, of
from tests.messaging.conftest import FanOut

pytestmark = pytest.mark.django_db

# Statements of transactions, which touch no row.
FRAME = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK TO SAVEPOINT", "BEGIN", "COMMIT")


def bearer(person: User) -> APIClient:
    return APIClient(HTTP_AUTHORIZATION=f"Bearer {issue_development_token(person)}")


def questions_of(call: Callable[[], Any]) -> list[str]:
    """Return the statements of one call that read or write rows."""
    with CaptureQueriesContext(connection) as captured:
        answer = call()
    assert answer.status_code in (200, 201, 204), answer.content
    statements = [query["sql"] for query in captured.captured_queries]
    return [sql for sql in statements if not sql.startswith(FRAME)]


def asks_at_most(most: int, call: Callable[[], Any]) -> None:
    questions = questions_of(call)
    assert len(questions) <= most, "\n".join(questions)


def announced(uploader: User) -> UUID:
    file = Attachment(
        uploader=uploader, name="photo.jpg", size=4, sha256=bytes(32), format="jpeg",
        content_type="image/jpeg", kind="image",
    )  # fmt: skip
    file.save()
    return file.pk


@pytest.fixture
def busy(
    camille: User, odile: User, marc: User, conversation: Conversation, say: Say, fan_out: FanOut
) -> Conversation:
    """A conversation where both sides have written, fanned out."""
    for number in range(10):
        say(camille if number % 2 else odile, f"n° {number}")
    fan_out()
    return conversation


class TestSendingAsks:
    @pytest.mark.parametrize("who", ["camille", "odile"])
    def test_message_costs_six_queries_at_most(
        self, request: pytest.FixtureRequest, busy: Conversation, who: str
    ) -> None:
        caller = bearer(request.getfixturevalue(who))

        asks_at_most(6, lambda: caller.post(of(busy, "messages"), {"body": "Bonjour"}))

    @pytest.mark.parametrize("who", ["camille", "odile"])
    def test_first_message_of_a_person_costs_six_queries_at_most(
        self, request: pytest.FixtureRequest, conversation: Conversation, who: str
    ) -> None:
        caller = bearer(request.getfixturevalue(who))

        asks_at_most(6, lambda: caller.post(of(conversation, "messages"), {"body": "Bonjour"}))

    def test_message_with_twenty_files_costs_as_many_queries_as_with_one(
        self, camille: User, busy: Conversation
    ) -> None:
        caller = bearer(camille)
        drafts = [
            {"body": "", "attachments": [str(announced(camille)) for _ in range(count)]}
            for count in (1, 20)
        ]

        one, twenty = (
            questions_of(partial(caller.post, of(busy, "messages"), draft)) for draft in drafts
        )

        assert len(one) == len(twenty) <= 9

    def test_reply_costs_six_queries_at_most(self, camille: User, busy: Conversation) -> None:
        caller = bearer(camille)
        draft = {"body": "Oui", "reply_to": str(busy.messages.all()[0].pk)}

        asks_at_most(6, lambda: caller.post(of(busy, "messages"), draft))


class TestWithFilesReadingAsks:
    """As many as without files, since the files come with the rows."""

    @pytest.fixture
    def busy(self, camille: User, busy: Conversation) -> Conversation:
        for _ in range(3):
            files = tuple(announced(camille) for _ in range(4))
            draft = Draft(body="", attachment_ids=files)
            send_message(author=camille, conversation_id=busy.pk, draft=draft)
        return busy

    def test_history_with_files_costs_two_queries_at_most(
        self, odile: User, busy: Conversation
    ) -> None:
        caller = bearer(odile)

        asks_at_most(2, lambda: caller.get(of(busy, "messages")))

    def test_changes_with_files_cost_two_queries_at_most(
        self, odile: User, busy: Conversation
    ) -> None:
        caller = bearer(odile)

        for since in (0, busy.version + 3):
            asks_at_most(2, partial(caller.get, of(busy, f"changes?since={since}")))

    def test_list_with_files_costs_two_queries_at_most(
        self, odile: User, busy: Conversation
    ) -> None:
        caller = bearer(odile)

        asks_at_most(2, lambda: caller.get(CONVERSATIONS))

    def test_message_with_files_costs_three_queries(self, odile: User, busy: Conversation) -> None:
        caller, message = bearer(odile), busy.messages.latest("seq")

        asks_at_most(3, lambda: caller.get(of(busy, f"messages/{message.pk}")))


class TestReadingAsks:
    @pytest.mark.parametrize("who", ["camille", "odile", "marc"])
    def test_history_costs_two_queries_at_most(
        self, request: pytest.FixtureRequest, busy: Conversation, who: str
    ) -> None:
        caller = bearer(request.getfixturevalue(who))

        asks_at_most(2, lambda: caller.get(of(busy, "messages")))

    def test_changes_cost_two_queries_at_most(self, odile: User, busy: Conversation) -> None:
        caller = bearer(odile)

        asks_at_most(2, lambda: caller.get(of(busy, "changes?since=0")))

    @pytest.fixture
    def dozen(self, camille: User, morel: Client) -> None:
        for number in range(12):
            opening = Opening(
                subject=f"Sujet {number}", client=morel.pk, message=Draft(body="Bonjour")
            )
            open_conversation(opener=camille, opening=opening)

    @pytest.mark.parametrize("query", ["", "?limit=100", "?status=open", "?unread=true"])
    def test_list_costs_two_queries_at_most_however_long(
        self, odile: User, dozen: None, query: str
    ) -> None:
        caller = bearer(odile)

        asks_at_most(2, lambda: caller.get(f"{CONVERSATIONS}{query}"))

    @pytest.mark.parametrize("path", ["", "/{id}", "/{id}/messages", "/{id}/changes?since=0"])
    def test_what_has_not_changed_costs_two_queries_and_no_body(
        self, odile: User, busy: Conversation, path: str
    ) -> None:
        caller = bearer(odile)
        address = CONVERSATIONS + path.format(id=busy.pk)
        tag = caller.get(address).headers["ETag"]

        with CaptureQueriesContext(connection) as asked:
            answer = caller.get(address, headers={"If-None-Match": tag})

        assert (answer.status_code, answer.content, len(asked)) == (304, b"", 2)

    def test_list_of_what_was_searched_costs_five_more(self, odile: User, dozen: None) -> None:
        """Is the index up to date; the words folded, begun and related; does one entry hold all."""
        caller = bearer(odile)
        catch_up(seconds=60)

        asks_at_most(7, lambda: caller.get(f"{CONVERSATIONS}?q=sujet"))

    def test_unread_counters_cost_two_queries(self, odile: User, busy: Conversation) -> None:
        caller = bearer(odile)

        asks_at_most(2, lambda: caller.get("/api/v1/unread"))
