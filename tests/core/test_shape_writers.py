"""What is written by a plan is what DRF writes from the same serializer."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

import pytest
from rest_framework import serializers

from core.models import User
from core.serializers import PersonSerializer, UtcField
from core.shape_writers import Written
from messaging.models import Conversation
from messaging.queries.conversations import detailed_conversation_for
from messaging.queries.history import Window, history_of, lines_of
from messaging.serializers.output import ConversationSerializer, HistorySerializer
from tests.attachments.senders import analysed, send
from tests.cases.operations import READING, Operation, World, world
from tests.cast import Call, Say

__all__ = ["world"]

Compared = list[str]


def plain(value: Any) -> Any:
    """Return DRF's own dictionaries and lists as Python's."""
    if isinstance(value, dict):
        return {name: plain(inner) for name, inner in value.items()}
    return list(map(plain, value)) if isinstance(value, list | tuple) else value


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> Compared:
    """Compare everything that is written; return the names of the shapes."""
    names: Compared = []
    by_plan = Written.to_representation

    def both(self: Any, row: Any) -> Any:
        written = by_plan(self, row)
        assert plain(written) == plain(serializers.Serializer.to_representation(self, row))
        names.append(type(self).__name__)
        return written

    monkeypatch.setattr(Written, "to_representation", both)
    return names


@pytest.mark.django_db
@pytest.mark.parametrize("operation", READING, ids=str)
def test_answer_is_what_drf_writes(world: World, compared: Compared, operation: Operation) -> None:
    answer = world.call(operation)

    assert answer.status_code < 500, compared


@pytest.mark.django_db
def test_thread_with_all_that_a_message_may_have(
    api: Call, camille: User, odile: User, conversation: Conversation, say: Say, compared: Compared
) -> None:
    first = say(camille, "Le carreau est fendu")
    file = send(api(odile), "plan.txt", b"Plan du rez")
    place = f"/api/v1/conversations/{conversation.pk}"
    draft = {
        "id": str(uuid4()),
        "body": "Ici",
        "attachments": [str(file)],
        "reply_to": str(first.pk),
    }
    assert api(odile).post(f"{place}/messages", draft).status_code == 201
    analysed(file)
    api(camille).patch(f"{place}/messages/{first.pk}", {"body": "Les carreaux sont fendus"})
    api(odile).patch(place, {"status": "closed"})
    compared.clear()

    for reader in (camille, odile):
        row = detailed_conversation_for(reader, conversation.pk)
        page = {
            "results": history_of(row, Window()).results,
            "lines": lines_of(reader, row),
            "has_before": False,
            "has_after": False,
        }
        assert ConversationSerializer(row, context={"reader": reader}).data
        assert HistorySerializer(page).data

    assert set(compared) >= {
        "MessageSerializer", "ConversationSerializer", "HistorySerializer", "QuoteSerializer",
        "AttachmentSerializer", "PersonSerializer", "ParticipantSerializer", "LineSerializer",
    }  # fmt: skip


class Event(Written, serializers.Serializer[Any]):
    at = UtcField(read_only=True)
    note = serializers.CharField(read_only=True, allow_null=True, source="place.note")
    gone = serializers.CharField(read_only=True)
    secret = serializers.CharField(write_only=True)
    people = PersonSerializer(many=True, read_only=True)


@pytest.mark.parametrize(
    "at",
    [
        datetime(2026, 3, 1, 10, tzinfo=UTC),
        datetime(2026, 3, 1, 10, 0, 0, 5, tzinfo=UTC),
        datetime(2026, 3, 1, 10, tzinfo=timezone(timedelta(hours=2))),
        None,
    ],
    ids=str,
)
@pytest.mark.parametrize("place", [{"note": "Ici"}, {"note": None}], ids=str)
def test_moments_absent_and_secret_fields(at: datetime | None, place: dict[str, Any]) -> None:
    person = User(name="Camille", role="client")
    row = {"at": at, "place": place, "people": [person], "secret": "1234"}

    written = Event().to_representation(row)

    assert plain(written) == plain(serializers.Serializer.to_representation(Event(), row))
    assert "secret" not in written
    assert "gone" not in written


def test_nothing_of_a_request_is_kept_for_the_next_one(camille: User) -> None:
    class Mine(Written, serializers.Serializer[Any]):
        reader = serializers.SerializerMethodField()

        def get_reader(self, row: Any) -> str:
            return str(self.context["reader"])

    written = [Mine(context={"reader": name}).to_representation({}) for name in ("un", "deux")]

    assert written == [{"reader": "un"}, {"reader": "deux"}]
