"""CASES 5, replays: an accepted id answers 200 for ever and spends no limit.

`Retry-After` gives the rest of the window, at every limit.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from attachments.models import Attachment
from core.models import Chantier
from core.valkey import key, valkey
from messaging.models import Conversation, Message, Note
from tests.cases.operations import World, error_of, world
from tests.cast import Call

__all__ = ["world"]

SENT = ("message", "conversation", "file", "note")
LIMITED = ("message", "conversation", "file")


@pytest.fixture(autouse=True)
def limits(settings: Settings) -> Iterator[None]:
    """Two of everything; nothing is left of it afterwards, since no transaction undoes Valkey."""
    settings.MESSAGES_PER_MINUTE = settings.CONVERSATIONS_PER_HOUR = 2
    settings.ATTACHMENTS_PER_HOUR = 2
    yield
    for name in valkey().scan_iter(match=key("count", "*")):
        valkey().delete(name)


@pytest.fixture
def caller(api: Call, world: World) -> APIClient:
    return api(world.marc)


def send(caller: APIClient, world: World, what: str, draft_id: str, words: str = "Oui") -> Any:
    """Send something under an id that the caller made."""
    conversation = f"/api/v1/conversations/{world.conversation.pk}"
    file = {"name": f"{words}.pdf", "size": 9, "sha256": "0" * 64, "content_type": ""}
    client = str(world.conversation.client_id)
    chantier = str(world.conversation.chantier_id)
    places: dict[str, tuple[str, dict[str, Any]]] = {
        "message": (f"{conversation}/messages", {"body": words}),
        "note": (f"{conversation}/notes", {"body": words}),
        "file": ("/api/v1/attachments", file),
        "conversation": (
            "/api/v1/conversations",
            {
                "subject": words, "client": client, "chantier": chantier,
                "message": {"id": draft_id, "body": words},
            },
        ),
    }  # fmt: skip
    path, draft = places[what]
    return caller.post(path, {"id": draft_id, **draft})


@pytest.mark.django_db
class TestAReplay:
    @pytest.mark.parametrize("what", SENT)
    def test_replay_of_an_accepted_id_is_a_200_however_often(
        self, caller: APIClient, world: World, what: str
    ) -> None:
        draft = str(uuid4())
        first = send(caller, world, what, draft)

        again = [send(caller, world, what, draft) for _ in range(20)]

        assert first.status_code == 201
        assert {answer.status_code for answer in again} == {200}
        assert {answer.json()["id"] for answer in again} == {draft}

    @pytest.mark.parametrize("what", LIMITED)
    def test_replay_spends_no_limit(self, caller: APIClient, world: World, what: str) -> None:
        first = str(uuid4())
        send(caller, world, what, first)
        for _ in range(20):
            send(caller, world, what, first)

        second, third = (send(caller, world, what, str(uuid4())) for _ in range(2))

        assert (second.status_code, third.status_code) == (201, 429)

    @pytest.mark.parametrize("what", LIMITED)
    def test_replay_above_the_limit_is_a_200(
        self, caller: APIClient, world: World, what: str
    ) -> None:
        first = str(uuid4())
        send(caller, world, what, first)
        send(caller, world, what, str(uuid4()))
        assert send(caller, world, what, str(uuid4())).status_code == 429

        assert send(caller, world, what, first).status_code == 200
        assert send(caller, world, what, first.upper()).status_code == 200
        assert send(caller, world, what, str(uuid4())).status_code == 429

    @pytest.mark.parametrize("what", SENT)
    def test_same_id_with_another_content_is_a_409(
        self, caller: APIClient, world: World, what: str
    ) -> None:
        draft = str(uuid4())
        send(caller, world, what, draft)

        assert error_of(send(caller, world, what, draft, "Non"))[0] == 409

    @pytest.mark.parametrize("what", ["message", "note"])
    def test_replay_is_a_200_after_a_change_and_after_a_deletion(
        self, caller: APIClient, world: World, what: str
    ) -> None:
        draft = str(uuid4())
        send(caller, world, what, draft)
        path = f"/api/v1/conversations/{world.conversation.pk}/{what}s/{draft}"

        assert caller.patch(path, {"body": "Changé"}).status_code == 200
        changed = send(caller, world, what, draft)
        assert caller.delete(path).status_code == 204
        deleted = send(caller, world, what, draft)

        assert (changed.status_code, changed.json()["body"]) == (200, "Changé")
        assert (deleted.status_code, deleted.json()["body"]) == (200, "")

    @pytest.mark.parametrize("what", ["message", "conversation"])
    def test_replay_is_a_200_once_the_chantier_is_archived(
        self, caller: APIClient, world: World, what: str
    ) -> None:
        draft = str(uuid4())
        send(caller, world, what, draft)
        Chantier.objects.update(status=Chantier.Status.ARCHIVED)

        assert send(caller, world, what, draft).status_code == 200
        assert error_of(send(caller, world, what, str(uuid4())))[0] == 409

    def test_replay_of_a_file_is_a_200_once_its_kind_or_size_is_no_longer_taken(
        self, caller: APIClient, world: World, settings: Settings
    ) -> None:
        draft = str(uuid4())
        send(caller, world, "file", draft)
        settings.ATTACHMENT_MAX_BYTES = 5

        assert send(caller, world, "file", draft).status_code == 200
        assert send(caller, world, "file", str(uuid4())).status_code == 413

    def test_replays_record_nothing(self, caller: APIClient, world: World) -> None:
        drafts = {what: str(uuid4()) for what in SENT}
        for _ in range(3):
            for what, draft in drafts.items():
                send(caller, world, what, draft)

        # One of the fixture, and one of the conversation that was opened.
        assert Message.objects.count() == 3
        assert Conversation.objects.count() == 2
        assert Note.objects.count() == 2
        assert Attachment.objects.count() == 2


@pytest.mark.django_db
class TestRetryAfter:
    @pytest.mark.parametrize(("what", "window"), [("message", 60), ("conversation", 3600)])
    def test_retry_after_is_what_is_left_of_the_window(
        self, caller: APIClient, world: World, what: str, window: int
    ) -> None:
        for _ in range(2):
            send(caller, world, what, str(uuid4()))
        # As if a part of the window had passed.
        valkey().pexpire(key("count", what, world.marc.pk), (window - 20) * 1000)

        refused = send(caller, world, what, str(uuid4()))

        assert error_of(refused)[0] == 429
        assert window - 25 < int(refused["Retry-After"]) <= window - 20

    @pytest.mark.parametrize(
        ("what", "path", "at_most"),
        [
            ("typing", "/api/v1/conversations/{0.conversation.pk}/typing", 60),
            ("push-test", "/api/v1/push-subscriptions/{0.device.pk}/test", 6),
            (
                "resend",
                "/api/v1/conversations/{0.conversation.pk}/messages/{0.message.pk}/deliveries/retry",
                10,
            ),
        ],
    )
    def test_retry_after_of_the_limits_of_a_minute(
        self, caller: APIClient, world: World, what: str, path: str, at_most: int
    ) -> None:
        valkey().set(key("count", what, world.marc.pk), at_most, px=31_000)

        refused = caller.post(path.format(world))

        assert error_of(refused)[0] == 429
        assert 25 < int(refused["Retry-After"]) <= 31

    def test_retry_after_of_the_daily_volume_is_when_enough_of_it_is_a_day_old(
        self, caller: APIClient, world: World, settings: Settings
    ) -> None:
        settings.ATTACHMENT_DAILY_BYTES, settings.ATTACHMENTS_PER_HOUR = 30, 100
        now = timezone.now()
        Attachment.objects.update(created_at=now - timedelta(days=2))
        for hours in (20, 10, 5):
            # 9 bytes each.
            with time_machine.travel(now - timedelta(hours=hours), tick=False):
                assert send(caller, world, "file", str(uuid4())).status_code == 201

        refused = send(caller, world, "file", str(uuid4()))

        assert error_of(refused)[0] == 429
        assert abs(int(refused["Retry-After"]) - 4 * 3600) < 60
