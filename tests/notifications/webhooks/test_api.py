"""Webhooks over REST, as a manager and a program use them."""

from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from core.auth import credentials
from core.models import User
from notifications.models import WebhookEndpoint
from tests.cast import Call, Say
from tests.notifications.webhook_receiver import Receiver
from tests.notifications.webhooks.conftest import do_what_is_due

pytestmark = pytest.mark.django_db

WEBHOOKS = "/api/v1/webhooks"


@pytest.fixture
def program(db: None) -> APIClient:
    caller = APIClient()
    secret = credentials.issue("ERP", ["webhooks", "events:read"]).secret
    caller.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return caller


def make(caller: APIClient, receiver: Receiver, **more: Any) -> dict[str, Any]:
    answer = caller.post(WEBHOOKS, {"url": receiver.url, **more})
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    receiver.secret = made["secret"]
    webhook: dict[str, Any] = made["webhook"]
    return webhook


def test_secret_is_shown_once(program: APIClient, receiver: Receiver) -> None:
    webhook = make(program, receiver, description="ERP", types=["message.created"])

    listed = program.get(WEBHOOKS)
    shown = program.get(f"{WEBHOOKS}/{webhook['id']}")

    assert [each["id"] for each in listed.json()] == [webhook["id"]]
    assert (webhook["types"], webhook["is_paused"]) == (["message.created"], False)
    for answer in (listed, shown):
        assert "whsec_" not in answer.content.decode()
        assert "secret" not in answer.content.decode()


def test_webhook_of_a_manager_names_who_made_it(
    api: Call, marc: User, program: APIClient, receiver: Receiver
) -> None:
    assert make(api(marc), receiver)["created_by"]["name"] == "Marc Vidal"
    assert make(program, receiver)["created_by"] is None


def test_detail_shows_what_was_answered(
    program: APIClient, receiver: Receiver, camille: User, say: Say
) -> None:
    webhook = make(program, receiver, types=["message.created"])
    receiver.answer = lambda event: 500
    receiver.text = b"out of paper"
    say(camille, "Bonjour")
    do_what_is_due()

    shown = program.get(f"{WEBHOOKS}/{webhook['id']}").json()

    [latest] = shown["latest"]
    assert (latest["status"], latest["answer_status"], latest["answer"]) == (
        "waiting",
        500,
        "out of paper",
    )
    assert latest["next_attempt_at"] is not None
    assert (shown["waiting"], shown["failed"]) == (1, 0)
    assert shown["failing_since"] is not None


def test_test_is_answered_with_what_the_address_says(
    program: APIClient, receiver: Receiver
) -> None:
    webhook = make(program, receiver)
    receiver.answer = lambda event: 418
    receiver.text = b"I am a teapot"

    answer = program.post(f"{WEBHOOKS}/{webhook['id']}/test")

    assert answer.json() == {"is_success": False, "status": 418, "answer": "I am a teapot"}
    assert [each.event["type"] for each in receiver.received] == ["webhook.test"]
    assert receiver.disbelieved == []


def test_rotated_secret_signs_from_now_on(program: APIClient, receiver: Receiver) -> None:
    webhook = make(program, receiver)
    answer = program.post(f"{WEBHOOKS}/{webhook['id']}/rotate")
    assert answer.status_code == 201
    assert answer.json()["webhook"]["previous_until"] is not None
    for secret in (receiver.secret, answer.json()["secret"]):
        receiver.secret = secret
        program.post(f"{WEBHOOKS}/{webhook['id']}/test")

    assert len(receiver.received) == 2
    assert receiver.disbelieved == []


def test_replay_after_a_cursor_of_the_feed(
    program: APIClient, receiver: Receiver, camille: User, say: Say
) -> None:
    webhook = make(program, receiver, types=["message.created"])
    say(camille, "1")
    do_what_is_due()
    cursor = program.get("/api/v1/events").json()["next"]
    say(camille, "2")
    do_what_is_due()

    answer = program.post(f"{WEBHOOKS}/{webhook['id']}/replay", {"after": cursor})
    do_what_is_due()

    assert answer.json() == {"count": 1}
    texts = [event["data"]["message"]["body"] for event in receiver.accepted]
    assert texts == ["1", "2", "2"]


@pytest.mark.parametrize(
    ("given", "attr"),
    [
        ({"url": "http://erp.exemple.fr/"}, "url"),
        ({"url": "https://10.0.0.8/"}, "url"),
        ({"url": "https://erp.exemple.fr/", "types": ["message.sent"]}, "types.0"),
        ({}, "url"),
        ({"url": "https://erp.exemple.fr/", "secret": "mine"}, "secret"),
    ],
)
def test_wrong_webhook_is_refused_by_name(
    program: APIClient, given: dict[str, Any], attr: str
) -> None:
    answer = program.post(WEBHOOKS, given)

    assert (answer.status_code, answer.json()["errors"][0]["attr"]) == (400, attr)
    assert not WebhookEndpoint.objects.exists()


def test_webhook_cannot_be_moved_to_an_internal_address(
    program: APIClient, receiver: Receiver
) -> None:
    webhook = make(program, receiver)

    answer = program.patch(f"{WEBHOOKS}/{webhook['id']}", {"url": "https://127.0.0.1/"})

    assert answer.status_code == 400
    assert WebhookEndpoint.objects.get().url == receiver.url


def test_twenty_webhooks_are_enough(program: APIClient, receiver: Receiver) -> None:
    for _ in range(20):
        make(program, receiver)

    answer = program.post(WEBHOOKS, {"url": receiver.url})

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (409, "too_many_webhooks")


@pytest.mark.parametrize("part", ["", "/rotate", "/replay", "/test"])
def test_unknown_webhook_is_not_found(program: APIClient, part: str) -> None:
    address = f"{WEBHOOKS}/{uuid4()}{part}"

    answer = program.post(address, {}) if part else program.get(address)

    assert answer.status_code == 404
