"""Events under kills: each arrives at least once, in the feed and by webhook, in order.

Camille writes and edits in several conversations while the worker, its pool process and the web
process are killed, and the receiver refuses some requests. What the API has acknowledged must be in
both, in the order of each conversation. A kill between "sent" and "noted" sends again.
"""

import http.client
import json
import os
import random
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest

from core.auth import credentials
from core.models import User
from deploy.launcher.ports import free_port
from messaging.actions.conversations import open_conversation
from messaging.conversation.idempotency import Opening
from notifications.models import WebhookDelivery
from tests.notifications.webhook_receiver import Receiver, running
from tests.site import Site, address_of_test_database
from tests.waiting import until
from tests.wire import Caller

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("faults")]

CONVERSATIONS = 8
MESSAGES = 160
EDITS = 40
KILLS = 6
# Of the requests to the receiver.
REFUSED = 0.05
RETRY_SECONDS = 0.2


@dataclass
class Outside:
    site: Site
    receiver: Receiver


@pytest.fixture(scope="module")
def outside(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    with running(Receiver()) as receiver:
        site = Site(
            port=free_port(),
            logs=tmp_path_factory.mktemp("outgoing"),
            environment={
                **os.environ,
                "DATABASE_URL": address_of_test_database(),
                "DJANGO_SETTINGS_MODULE": "core.settings",
                "PUSH_ALLOWED_HOSTS": receiver.origin,
                "MESSAGES_PER_MINUTE": "100000",
                "MACHINE_REQUESTS_PER_MINUTE": "100000",
                "PYTHONUNBUFFERED": "1",
            },
        )
        site.start_web()
        site.spawn_worker()
        yield Outside(site, receiver)
        if site.worker is not None:
            site.kill_worker()
        site.stop_web(kill=True)


@dataclass
class Program:
    """An ERP: it makes a webhook by the API, and follows the feed from where it stands."""

    site: Site
    token: str
    followed: list[Any] = field(default_factory=list)
    cursor: str | None = None
    has_ended: bool = False

    def call(self, method: str, path: str, body: Any = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=15)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            connection.request(
                method, f"/api/v1{path}", None if body is None else json.dumps(body), headers
            )
            answer = connection.getresponse()
            content = json.loads(answer.read())
        finally:
            connection.close()
        assert answer.status in (200, 201), content
        return content

    def follow_once(self) -> None:
        after = f"&after={self.cursor}" if self.cursor else ""
        page = self.call("GET", f"/events?limit=7{after}")
        self.followed.extend(page["results"])
        self.cursor = page["next"]

    def follow(self) -> None:
        while not self.has_ended:
            try:
                self.follow_once()
            except (OSError, http.client.HTTPException, ValueError):
                time.sleep(RETRY_SECONDS)
            time.sleep(0.02)


def patiently(caller: Caller, method: str, path: str, body: Any) -> Any:
    """Send the same until it is acknowledged, as a phone does."""
    while True:
        try:
            answer = caller.call(method, path, body)
        except (OSError, http.client.HTTPException, ValueError):
            time.sleep(RETRY_SECONDS)
            continue
        if answer.status in (200, 201):
            return answer.content
        assert answer.status in (502, 503), answer
        time.sleep(RETRY_SECONDS)


def write(caller: Caller, conversation: str, numbers: range, done: list[tuple[str, str]]) -> None:
    """Send messages, and edit each fourth of them."""
    for number in numbers:
        path, message_id = f"/conversations/{conversation}/messages", str(uuid4())
        patiently(caller, "POST", path, {"id": message_id, "body": f"Message {number}"})
        done.append(("message.created", message_id))
        if number % (MESSAGES // EDITS) == 0:
            patiently(caller, "PATCH", f"{path}/{message_id}", {"body": f"Corrigé {number}"})
            done.append(("message.edited", message_id))


def versions_by_conversation(events: list[Any]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for event in events:
        found[event["data"]["conversation"]["id"]].append(event["data"]["message"]["version"])
    return found


def of_messages(events: list[Any]) -> list[Any]:
    return [event for event in events if event["type"].startswith("message.")]


def test_each_event_arrives_in_order_though_processes_are_killed(
    transactional_db: None, outside: Outside, camille: User, odile: User, marc: User,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    site, receiver = outside.site, outside.receiver
    dice = random.Random(16)
    opened = [
        open_conversation(
            opener=camille, opening=Opening(subject=f"Sujet {n}", client=camille.own_client_id)
        ).conversation
        for n in range(CONVERSATIONS)
    ]
    token = credentials.issue("ERP", ["webhooks", "events:read"]).secret
    program = Program(site, token)
    types = ["message.created", "message.edited"]
    made = program.call("POST", "/webhooks", {"url": receiver.url, "types": types})
    receiver.secret = made["secret"]
    receiver.answer = lambda event: 500 if dice.random() < REFUSED else 204
    reader = threading.Thread(target=program.follow, daemon=True)
    reader.start()
    done: list[tuple[str, str]] = []
    each = MESSAGES // CONVERSATIONS
    writers = [
        threading.Thread(
            target=write,
            args=(Caller(site, camille), str(one.pk), range(n * each, (n + 1) * each), done),
            daemon=True,
        )
        for n, one in enumerate(opened)
    ]

    for writer in writers:
        writer.start()
    for number in range(KILLS):
        receiver.wait_for(number * 12)
        if number == 3:
            site.stop_web(kill=True)
            site.start_web()
        elif number % 2:
            site.kill_pool_process()
        else:
            site.kill_worker()
            site.spawn_worker()
    for writer in writers:
        writer.join(120)
    assert len(done) == MESSAGES + EDITS
    until(
        lambda: WebhookDelivery.objects.filter(state="sent").count() == MESSAGES + EDITS,
        "not all webhooks arrive",
        seconds=240,
    )
    program.has_ended = True
    reader.join(15)
    for _ in range(MESSAGES):
        program.follow_once()

    sent, fed = of_messages(receiver.accepted), of_messages(program.followed)
    with capsys.disabled():
        repeats = len(sent) - len({event["id"] for event in sent})
        refused = len(receiver.received) - len(receiver.accepted)
        print(  # noqa: T201
            f"\n{len(done)} events, {KILLS} kills, {refused} refusals: "
            f"{repeats} repeated by webhook, {len(fed) - len(done)} by the feed"
        )
    assert receiver.disbelieved == []
    acknowledged = sorted(done)
    assert sorted({(e["type"], e["data"]["message"]["id"]) for e in sent}) == acknowledged
    assert sorted((e["type"], e["data"]["message"]["id"]) for e in fed) == acknowledged
    assert {event["id"] for event in sent} == {event["id"] for event in fed}
    for events in (sent, fed):
        for versions in versions_by_conversation(events).values():
            assert versions == sorted(versions)
