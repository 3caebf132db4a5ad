"""Emails under load: sent while the SMTP server is away or hangs, received several times each."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread
from uuid import uuid4

import psycopg
import pytest

from tests.faults.conftest import IS_FULL
from tests.faults.load import Load
from tests.faults.post import PostOffice, Reply, addressee, text_of
from tests.faults.report import HEADING
from tests.faults.system import System
from tests.waiting import until

pytestmark = pytest.mark.xdist_group("faults")

Fault = Callable[[PostOffice], AbstractContextManager[None]]
SECRET = "of-the-mail-provider"
# Few, so that several messages are due to a person when the server is back.
CONVERSATIONS = 2
# Messages acknowledged before the fault, and after it.
BEFORE, AFTER = (15, 30) if IS_FULL else (8, 10)
# In a full run longer than the two `EMAIL_TIMEOUT` that a worker may wait for an email.
AWAY_SECONDS = 25.0 if IS_FULL else 3.0
LONGEST_POST_SECONDS = 0.5
# Posts of each reply at the same moment, as by a provider whose connection was cut.
COPIES = 4
REPLIES = 40 if IS_FULL else 10
REPLY_SECONDS = 0.25
# These people get an email about each message of Camille at once, in addition to any push.
BRUNO = "bruno@demo.test"
TOLD = (BRUNO, "marc@demo.test")
PREFERENCES = """
UPDATE notifications_preference SET email = 'always', email_delay_minutes = 0
WHERE user_id IN (SELECT id FROM core_user WHERE email = ANY(%s))
"""


@dataclass
class Office:
    """The product as processes, and its SMTP server."""

    system: System
    post: PostOffice

    @property
    def conversations(self) -> list[str]:
        known: list[str] = self.system.prepared["conversations"]
        return known[:CONVERSATIONS]


@pytest.fixture(scope="module")
def office() -> Iterator[Office]:
    post = PostOffice()
    post.start()
    # Not pytest's tmp_path: the account of PostgreSQL may not enter it.
    with TemporaryDirectory(prefix="liaison-emails-", ignore_cleanup_errors=True) as folder:
        system = System(
            Path(folder),
            EMAIL_URL=f"smtp://127.0.0.1:{post.port}",
            REPLY_DOMAIN="reponse.demo.test",
            INBOUND_EMAIL_SECRET=SECRET,
        )
        try:
            system.start()
            with psycopg.connect(system.environment["DATABASE_URL"]) as connected:
                connected.execute(PREFERENCES, [list(TOLD)])
            yield Office(system, post)
        finally:
            system.stop()
            post.stop()


@pytest.mark.parametrize("fault", [PostOffice.away, PostOffice.hanging], ids=lambda f: f.__name__)
def test_every_message_is_emailed_once_though_smtp_was(
    office: Office, fault: Fault, capsys: pytest.CaptureFixture[str]
) -> None:
    load = Load(office.system, conversations=office.conversations)
    with load.running():
        load.wait_for(BEFORE)
        began = time.time()
        with fault(office.post):
            time.sleep(AWAY_SECONDS)
        ended = time.time()
        load.wait_for(AFTER)

    report = load.report()

    texts = {f"Message {key}" for key in load.acknowledged}
    mentions = office.post.mentions(texts)
    untold = [(who, text) for who in TOLD for text in texts if not mentions[who, text]]
    told_twice = [pair for pair, ids in mentions.items() if len(ids) > 1]
    tried_again = office.system.ask(TRIED_AGAIN, list(load.acknowledged))
    calm, during = load.posts_between(0, began), load.posts_between(began, ended)
    with capsys.disabled():
        print(f"\n{HEADING}\n{report.row(f'smtp {fault.__name__}')}")  # noqa: T201  (the table)
        print(  # noqa: T201
            f"  emails: {len(texts)} messages to {len(TOLD)} people in"
            f" {len(office.post.letters)} emails so far, {office.post.came_again()} of them again;"
            f" tried again {tried_again}, untold {len(untold)}, told twice {len(told_twice)};"
            f" POST {max(calm):.2f} s before, {max(during):.2f} s during it"
        )
    report.require_nothing_lost()
    assert (untold, told_twice) == ([], [])
    assert tried_again > 0
    # The median: a POST that waits for SMTP would delay all, a busy machine delays only some.
    assert median(during) < LONGEST_POST_SECONDS + median(calm)
    if IS_FULL and report.was_calm:
        report.require_speed()
        assert max(during) < LONGEST_POST_SECONDS


TRIED_AGAIN = """
SELECT count(*) FROM notifications_delivery
WHERE channel = 'email' AND attempts > 1 AND message_id::text = ANY(%s)
"""


def test_reply_that_is_delivered_many_times_becomes_one_message(
    office: Office, capsys: pytest.CaptureFixture[str]
) -> None:
    system = office.system
    addresses = reply_addresses(office)
    replies = [
        Reply(*addresses[number % len(addresses)], secret=SECRET) for number in range(REPLIES)
    ]
    first, second = replies[: REPLIES // 2], replies[REPLIES // 2 :]
    load = Load(system, conversations=office.conversations)
    with load.running():
        callers = delivered_in_turn(system, first)
        # The posts that are under way are cut.
        system.kill("web")
        callers += delivered_in_turn(system, second)
        system.start_web()
        join(callers)
        join([caller for one in replies for caller in one.deliver_at_once(system, times=1)])

    kept = [system.ask(KEPT, one.text, one.conversation) for one in replies]
    acknowledged = {
        ids[0]: one.acknowledged_at for one, ids in zip(replies, kept, strict=True) if ids
    }
    report = load.report(acknowledged)

    calls = sum(len(one.statuses) for one in replies)
    failures = sum(one.failures for one in replies)
    with capsys.disabled():
        print(f"\n{HEADING}\n{report.row('duplicate inbound email')}")  # noqa: T201  (the table)
        print(  # noqa: T201
            f"  replies: {len(replies)}, each taken {calls // len(replies)} times after {failures}"
            f" failed posts; lost {sum(not ids for ids in kept)},"
            f" doubled {sum(len(ids) > 1 for ids in kept)}"
        )
    assert [len(one.statuses) for one in replies] == [COPIES + 1] * REPLIES
    # The post that was accepted may have been cut: all the others are told of a duplicate.
    assert all(one.statuses.count("accepted") <= 1 for one in replies)
    assert {status for one in replies for status in one.statuses} <= {"accepted", "duplicate"}
    assert failures > 0
    assert [len(ids) for ids in kept] == [1] * REPLIES
    report.require_nothing_lost()
    if IS_FULL and report.was_calm:
        report.require_speed()


KEPT = """
SELECT coalesce(array_agg(id::text), '{}') FROM messaging_message
WHERE body = %s AND conversation_id = %s AND by_email
"""


def reply_addresses(office: Office) -> list[tuple[str, str]]:
    """Return Bruno's reply address in each conversation, read from an email, with its id."""
    texts = {}
    for conversation in office.conversations:
        texts[conversation] = text = f"Asked {uuid4()}"
        path = f"/api/v1/conversations/{conversation}/messages"
        assert office.system.call("POST", path, {"body": text}, who="client")[0] == 201

    def asked() -> dict[str, str]:
        return {
            conversation: str(letter["Reply-To"])
            for conversation, text in texts.items()
            for letter in office.post.letters
            if addressee(letter) == BRUNO and text in text_of(letter)
        }

    until(lambda: asked().keys() == texts.keys(), "no email leaves")
    return [(address, conversation) for conversation, address in asked().items()]


def delivered_in_turn(system: System, replies: list[Reply]) -> list[Thread]:
    callers = []
    for one in replies:
        # Spread over the kill of the web process.
        time.sleep(REPLY_SECONDS)
        callers += one.deliver_at_once(system, times=COPIES)
    return callers


def join(callers: list[Thread]) -> None:
    for caller in callers:
        caller.join(90)
