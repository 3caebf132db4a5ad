"""Many conversations are changed at once, and each refusal stands alone."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from core.models import User
from messaging.models import Conversation, HistoryLine
from tests.cast import Call, Say
from tests.messaging.addresses import CONVERSATIONS

pytestmark = pytest.mark.django_db

BULK = f"{CONVERSATIONS}/bulk"


def change(api: Call, editor: User, conversations: list[Any], **asked: Any) -> Any:
    ids = [str(getattr(each, "pk", each)) for each in conversations]
    return api(editor).post(BULK, {"conversations": ids, **asked})


def outcomes(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    return [result["outcome"] for result in answer.json()["results"]]


class TestBulk:
    def test_closes_many_and_what_was_undoes_it(
        self, api: Call, camille: User, odile: User, conversation: Conversation,
        other_conversation: Conversation, say: Say,
    ) -> None:  # fmt: skip
        say(camille, "Quand vient le carreleur ?")
        both = [conversation, other_conversation]

        closed = change(api, odile, both, status="closed")

        assert outcomes(closed) == ["changed", "changed"]
        shown = {one["id"]: one["status"] for one in closed.json()["conversations"]}
        assert shown == {str(each.pk): "closed" for each in both}
        assert closed.json()["results"][0]["was"]["status"] == "open"
        assert outcomes(change(api, odile, both, status="closed")) == ["unchanged", "unchanged"]
        assert outcomes(change(api, odile, both, status="open")) == ["changed", "changed"]
        conversation.refresh_from_db()
        assert conversation.awaiting_reply_since
        kinds = HistoryLine.objects.filter(conversation=conversation).values_list("kind", flat=True)
        assert {"closed", "reopened"} <= set(kinds)

    def test_assigns_and_puts_off_and_says_what_was(
        self, api: Call, odile: User, marc: User, conversation: Conversation
    ) -> None:
        assigned = change(api, odile, [conversation], assigned_to=str(marc.pk))
        later = (timezone.now() + timedelta(days=1)).replace(microsecond=0)
        put_off = change(api, odile, [conversation], snoozed_until=later.isoformat())
        back = change(api, odile, [conversation], snoozed_until=None)

        assert assigned.json()["results"][0]["was"]["assigned_to"] == str(odile.pk)
        assert outcomes(put_off) == outcomes(back) == ["changed"]
        assert put_off.json()["conversations"][0]["assigned_to"]["name"] == "Marc Vidal"
        assert back.json()["results"][0]["was"]["snoozed_until"] is not None
        conversation.refresh_from_db()
        assert conversation.snoozed_until is None

    def test_a_refusal_says_why_and_keeps_nothing_else_back(
        self, api: Call, odile: User, conversation: Conversation, other_conversation: Conversation
    ) -> None:
        unknown = uuid4()
        change(api, odile, [conversation], status="closed")
        until = (timezone.now() + timedelta(days=1)).isoformat()

        answer = change(
            api, odile, [conversation, unknown, other_conversation, other_conversation],
            snoozed_until=until,
        )  # fmt: skip

        assert outcomes(answer) == ["refused", "refused", "changed"]
        closed, missing, _changed = answer.json()["results"]
        assert (closed["code"], closed["was"]) == ("conversation_not_open", None)
        assert "close" in closed["detail"]
        assert (missing["id"], missing["code"]) == (str(unknown), "not_found")
        other_conversation.refresh_from_db()
        assert other_conversation.snoozed_until

    @pytest.mark.parametrize(
        "asked",
        [{}, {"status": "open", "assigned_to": None}, {"status": "lost"},
         {"snoozed_until": "2020-01-01T08:00:00Z"}, {"assigned_to": str(uuid4())}],
        ids=["nothing", "two", "status", "past", "nobody"],
    )  # fmt: skip
    def test_anything_but_one_change_is_refused_whole(
        self, api: Call, odile: User, conversation: Conversation, asked: dict[str, Any]
    ) -> None:
        version = conversation.version

        assert change(api, odile, [conversation], **asked).status_code == 400
        conversation.refresh_from_db()
        assert conversation.version == version

    def test_is_bounded(self, api: Call, odile: User) -> None:
        assert change(api, odile, [uuid4() for _ in range(201)], status="open").status_code == 400
        assert change(api, odile, [], status="open").status_code == 400

    def test_clients_user_is_refused_and_changes_nothing(
        self, api: Call, camille: User, conversation: Conversation
    ) -> None:
        answer = change(api, camille, [conversation], status="closed")

        assert answer.status_code == 403
        conversation.refresh_from_db()
        assert conversation.status == "open"
