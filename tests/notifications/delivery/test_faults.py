"""Broker, database and workers are killed while people are told: each is interrupted once.

A second sending cannot be prevented. It is counted, printed, and recognised where it arrives: by a
device from the batch id in the push, by a mail program from the Message-ID.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
import pytest

from tests.faults.system import WORKERS, System
from tests.notifications.mail_server import MailServer, controller
from tests.notifications.push_service import PushService
from tests.waiting import until

CONVERSATIONS, MESSAGES = 2, 2
# So that a kill meets something that is sent and not yet marked as sent.
PAUSE_SECONDS = 0.4
# A fan-out that was killed keeps the lease of its message.
PATIENCE_SECONDS = 120


@dataclass
class Outside:
    """The product as processes, the push service and the mail server."""

    system: System
    pushes: PushService
    mails: MailServer
    conversations: Iterator[list[str]]

    def change(self, sql: str) -> None:
        address = self.system.environment["DATABASE_URL"]
        with psycopg.connect(address, connect_timeout=5) as connected:
            connected.execute(sql.encode())

    def open_rows(self, channel: str) -> int:
        return int(self.system.ask(OPEN, channel))

    def settle(self, channel: str, received: list[Any]) -> None:
        """Wait until everybody is told. Leases of killed workers are ended early."""

        def is_settled() -> bool:
            before = len(received)
            time.sleep(2 * PAUSE_SECONDS)
            if len(received) == before:
                # Nothing moves, so the workers that held leases are dead.
                self.change(LET_GO)
            return self.open_rows(channel) == 0

        until(is_settled, f"a {channel} is still pending", PATIENCE_SECONDS)


# A message that is not fanned out has no deliveries yet, so it is counted too.
OPEN = """SELECT
    (SELECT count(*) FROM messaging_message WHERE fanned_out_at IS NULL)
    + (SELECT count(*) FROM notifications_delivery
        WHERE channel = %s AND status IN ('pending', 'sending'))"""
# The defaults: an email too, some time after the push.
FORGET_PREFERENCES = "DELETE FROM notifications_preference"
LET_GO = """UPDATE notifications_delivery SET leased_until = now()
    WHERE status = 'sending' AND leased_until > now()"""


@pytest.fixture(scope="module")
def outside() -> Iterator[Outside]:
    mails = MailServer()
    control = controller(mails)
    control.start()
    with running_system(EMAIL_URL=f"smtp://127.0.0.1:{control.port}") as system:
        known = system.prepared["conversations"]
        pairs = iter([known[at : at + CONVERSATIONS] for at in range(0, 8, CONVERSATIONS)])
        there = Outside(system, system.phone.service, mails, pairs)
        there.change(FORGET_PREFERENCES)
        yield there
    control.stop()


@contextmanager
def running_system(**given: str) -> Iterator[System]:
    # Not pytest's own folder, which is closed to the account of PostgreSQL.
    with TemporaryDirectory(prefix="liaison-told-", ignore_cleanup_errors=True) as folder:
        system = System(Path(folder), **given)
        # No email leaves for what a device displayed.
        system.phone.is_looked_at = False
        try:
            system.start()
            yield system
        finally:
            system.stop()


def kill_broker(system: System) -> None:
    system.kill("valkey")
    time.sleep(0.5)
    system.start_service("valkey")


def kill_database(system: System) -> None:
    system.kill("postgres")
    time.sleep(0.5)
    system.start_service("postgres")


def kill_who_sends(system: System) -> None:
    for number in range(WORKERS):
        system.kill_child(number)


def write(outside: Outside, conversations: list[str], part: str) -> list[str]:
    """Camille writes in each conversation. Marc, the manager, and Bruno are to be told."""
    bodies = []
    for conversation in conversations:
        for number in range(MESSAGES):
            body = f"{part} {number} in {conversation}"
            path = f"/api/v1/conversations/{conversation}/messages"
            status, answer, _headers = outside.system.call(
                "POST", path, {"body": body}, who="client"
            )
            assert status == 201, answer
            bodies.append(body)
    return bodies


@pytest.mark.parametrize(
    "fault", [kill_broker, kill_database, kill_who_sends], ids=lambda fault: fault.__name__
)
def test_each_person_is_interrupted_once(
    outside: Outside, fault: Callable[[System], None], capsys: pytest.CaptureFixture[str]
) -> None:
    system, pushes, mails = outside.system, outside.pushes, outside.mails
    conversations = next(outside.conversations)
    pushes.received.clear()
    mails.letters.clear()
    pushes.pause_seconds = mails.pause_seconds = PAUSE_SECONDS

    bodies = write(outside, conversations, "before")
    until(lambda: len(pushes.received) > 0, "no push leaves")
    fault(system)
    bodies += write(outside, conversations, "after")
    outside.settle("push", pushes.received)

    outside.change(HURRY)
    until(lambda: len(mails.letters) > 0, "no email leaves")
    fault(system)
    outside.settle("email", mails.letters)

    heard, repeated = heard_and_repeated(pushes)
    # Not the alert that the kills may raise.
    told = [letter for letter in mails.letters if letter["In-Reply-To"]]
    letters = Counter(str(letter["Message-ID"]) for letter in told)
    with capsys.disabled():
        print(
            f"\n{fault.__name__}: {len(bodies)} messages, {len(pushes.received)} pushes of which "
            f"{repeated} again, {len(told)} emails of which "
            f"{letters.total() - len(letters)} again"
        )
    assert system.ask(UNTOLD) == 0
    # Each batch makes one sound.
    assert max(heard.values()) == 1
    assert set(pushed_conversations(pushes)) == set(conversations)
    # One email to Marc and one to Bruno for each conversation, with every message once.
    assert len(letters) == 2 * CONVERSATIONS
    for body in bodies:
        ids = {str(each["Message-ID"]) for each in told if body in text_of(each)}
        assert len(ids) == 2, body


HURRY = """UPDATE notifications_delivery SET due_at = now()
    WHERE channel = 'email' AND status = 'pending'"""
# What Marc, who has a device, was not pushed.
UNTOLD = """SELECT count(*) FROM notifications_delivery AS d
    JOIN core_user AS u ON u.id = d.recipient_id
    WHERE u.email = 'marc@demo.test' AND (d.status <> 'sent' OR d.envelope IS NULL)"""


def heard_and_repeated(pushes: PushService) -> tuple[Counter[str], int]:
    """Return how often each batch made a sound, and how many pushes were repeats."""
    shown = [pushed.payload["notification"]["data"] for pushed in pushes.received]
    heard = Counter(data["id"] for data in shown if data["alerts"])
    return heard, len(shown) - len({data["id"] for data in shown})


def pushed_conversations(pushes: PushService) -> list[str]:
    return [pushed.payload["notification"]["data"]["conversation"] for pushed in pushes.received]


def text_of(letter: Any) -> str:
    return str(letter.get_body(("plain",)).get_content())
