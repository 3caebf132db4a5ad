"""`Idempotency-Key` is another name for the id that a caller makes."""

from typing import Any
from uuid import uuid4

import pytest

from attachments.models import Attachment
from core.models import User
from messaging.models import Conversation, Message
from tests.attachments.senders import announcement
from tests.cast import Call

# Written out: the processes of a run must find the same tests.
UUID_KEY = "0198a000-0000-7000-8000-00000000004b"
OTHER_UUID = "0198a000-0000-7000-8000-00000000004c"
pytestmark = pytest.mark.django_db


def send(
    api: Call, author: User, conversation: Conversation, key: str, body: str, **more: Any
) -> Any:
    return api(author).post(
        f"/api/v1/conversations/{conversation.pk}/messages",
        {"body": body, **more},
        headers={"Idempotency-Key": key},
    )


@pytest.mark.parametrize("key", [UUID_KEY, "commande 17", '"commande 17"', "é" * 255])
def test_message_sent_twice_by_one_key_is_kept_once(
    api: Call, camille: User, conversation: Conversation, key: str
) -> None:
    first, again = (send(api, camille, conversation, key, "Bonjour") for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Message.objects.count() == 1


def test_key_with_another_content_is_refused(
    api: Call, camille: User, conversation: Conversation
) -> None:
    send(api, camille, conversation, "commande 17", "Bonjour")

    refused = send(api, camille, conversation, "commande 17", "Bonsoir")

    assert refused.status_code == 409
    assert refused.json()["errors"][0]["code"] == "draft_conflict"
    assert Message.objects.get().body == "Bonjour"


def test_key_that_is_a_uuid_is_the_id(api: Call, camille: User, conversation: Conversation) -> None:
    key = uuid4()

    sent = send(api, camille, conversation, str(key).upper(), "Bonjour")

    assert sent.json()["id"] == str(key)
    assert send(api, camille, conversation, str(key), "Bonjour", id=str(key)).status_code == 200


def test_same_words_of_two_people_are_two_keys(
    api: Call, camille: User, bruno: User, conversation: Conversation
) -> None:
    send(api, camille, conversation, "1", "Bonjour")

    assert send(api, bruno, conversation, "1", "Bonjour").status_code == 201
    assert Message.objects.count() == 2


@pytest.mark.parametrize(
    ("key", "more"), [("", {}), ("a" * 256, {}), (UUID_KEY, {"id": OTHER_UUID})]
)
def test_wrong_key_is_named(
    api: Call, camille: User, conversation: Conversation, key: str, more: dict[str, Any]
) -> None:
    refused = send(api, camille, conversation, key, "Bonjour", **more)

    assert refused.status_code == 400
    assert refused.json()["errors"][0]["attr"] == "Idempotency-Key"
    assert not Message.objects.exists()


def test_conversation_opened_twice_by_one_key_is_one(api: Call, camille: User) -> None:
    headers = {"Idempotency-Key": "portail 4"}
    opening = {"subject": "Portail", "message": {"body": "Bonjour"}}

    answers = [
        api(camille).post("/api/v1/conversations", content, headers=headers)
        for content in (opening, opening, {**opening, "subject": "Toit"})
    ]

    assert [answer.status_code for answer in answers] == [201, 200, 409]
    assert Conversation.objects.get().subject == "Portail"
    assert Message.objects.count() == 1


def test_file_announced_twice_by_one_key_is_one(api: Call, camille: User) -> None:
    headers = {"Idempotency-Key": "plan 4"}
    files = [announcement("plan.pdf", b"1"), announcement("plan.pdf", b"1")]
    files.append(announcement("plan.pdf", b"2"))

    answers = [api(camille).post("/api/v1/attachments", file, headers=headers) for file in files]

    assert [answer.status_code for answer in answers] == [201, 200, 409]
    assert Attachment.objects.count() == 1
