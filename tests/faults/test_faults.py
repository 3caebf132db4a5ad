"""Each fault alone, under load: nothing acknowledged is lost, doubled, or without its effect.

Beside it: emails out and in (`test_emails`), a full disk, work that ends its process, mixed kills.
Elsewhere, because it needs their parts: S3 and the antivirus (`tests/attachments`), push services
and what is sent while something dies (`tests/notifications`).
"""

import signal
import threading
import time
from collections.abc import Callable
from statistics import median
from uuid import uuid4

import pytest
import redis

from tests.faults.conftest import IS_FULL
from tests.faults.load import Load
from tests.faults.report import BUSY, HEADING, load_of_the_machine
from tests.faults.screens import watching
from tests.faults.system import WORKERS, System, until

Fault = Callable[[System], None]
# At which a run has enough messages for its 99th of a hundred to mean something.
FULL_PER_SECOND = 10.0
BEFORE_SECONDS, AFTER_SECONDS = (3.0, 10.0) if IS_FULL else (1.5, 3.0)
LONGEST_POST_SECONDS = 0.5
# What a publish to a frozen broker takes: the `socket_timeout` of the settings.
BROKER_SECONDS = 2.0
GENTLE_END_SECONDS = 10.0


def kill_worker(system: System) -> None:
    system.kill("worker-0")
    system.start_worker(0)


def kill_pool_child(system: System) -> None:
    # A worker that has just started has none yet.
    until(lambda: system.kill_child(0), "the worker starts no pool")


def kill_sweeper(system: System) -> None:
    """While the broker says nothing, all work is the sweepers': one dies at it."""
    began = time.time()
    with system.frozen("valkey"):
        until(lambda: system.sweeping(began) is not None, "no sweeper works")
        number = system.sweeping(began)
        assert number is not None
        system.kill(f"worker-{number}")
        time.sleep(1)
    system.start_worker(number)


def kill_valkey(system: System) -> None:
    system.kill("valkey")
    time.sleep(1)
    system.start_service("valkey")


def fill_valkey(system: System) -> None:
    """As with a full disk or memory: it answers, and takes nothing any more."""
    with redis.Redis.from_url(system.environment["REDIS_URL"]) as valkey:
        valkey.config_set("maxmemory", 1)
        time.sleep(3)
        valkey.config_set("maxmemory", 0)
    assert system.workers_ended() == 0


def kill_postgres(system: System) -> None:
    system.kill("postgres")
    time.sleep(1)
    system.start_service("postgres")


def kill_web(system: System) -> None:
    system.kill("web")
    system.start_web()


def freeze_valkey(system: System) -> None:
    with system.frozen("valkey"):
        time.sleep(3)


def end_web_gently(system: System) -> None:
    system.kill("web", signal.SIGTERM)
    system.start_web()


def end_worker_gently(system: System) -> None:
    began = time.monotonic()
    system.kill("worker-0", signal.SIGTERM)
    assert load_of_the_machine() > BUSY or time.monotonic() - began < GENTLE_END_SECONDS
    system.start_worker(0)


def all_workers_off(system: System) -> None:
    with system.without_workers():
        for number in range(WORKERS):
            system.kill(f"worker-{number}")
        time.sleep(20)
        for number in range(WORKERS):
            system.start_worker(number)


SHORT = [kill_worker, kill_pool_child, kill_sweeper]
LONG = [
    kill_valkey, fill_valkey, freeze_valkey, kill_postgres, kill_web, end_web_gently,
    end_worker_gently, all_workers_off,
]  # fmt: skip


@pytest.mark.parametrize(
    "fault",
    [*SHORT, *(pytest.param(fault, marks=pytest.mark.long) for fault in LONG)],
    ids=lambda fault: fault.__name__,
)
def test_nothing_acknowledged_is_lost(
    system: System, fault: Fault, capsys: pytest.CaptureFixture[str]
) -> None:
    is_dense = IS_FULL and fault is not all_workers_off
    load = Load(system, per_second=FULL_PER_SECOND) if is_dense else Load(system)
    with load.running():
        time.sleep(BEFORE_SECONDS)
        fault(system)
        time.sleep(AFTER_SECONDS)

    report = load.report()

    with capsys.disabled():
        print(f"\n{HEADING}\n{report.row(fault.__name__)}")  # noqa: T201  (the table)
    report.require_nothing_lost()
    if IS_FULL and report.was_calm:
        report.require_speed()


class TestPostgresAway:
    def test_is_said_and_the_same_try_again_succeeds(self, system: System) -> None:
        path = f"/api/v1/conversations/{system.prepared['conversations'][0]}/messages"
        draft = {"id": str(uuid4()), "body": f"Le carreau est fendu {uuid4()}"}
        system.kill("postgres")
        try:
            status, _answer, headers = system.call("POST", path, draft, who="client")
        finally:
            system.start_service("postgres")

        assert status == 503
        assert int(headers["retry-after"]) > 0
        first = system.call("POST", path, draft, who="client")
        second = system.call("POST", path, draft, who="client")
        assert (first[0], second[0]) == (201, 200)
        assert first[1]["id"] == second[1]["id"] == draft["id"]


class TestTheBroker:
    def test_frozen_holds_no_post(self, system: System, capsys: pytest.CaptureFixture[str]) -> None:
        load = Load(system)
        with load.running():
            time.sleep(2)
            calm = load.posts_between(0, time.time())
            with system.frozen("valkey"):
                began = time.time()
                time.sleep(2 * BROKER_SECONDS)

        # Begun so early that whoever waits for the broker waits until it gives up.
        frozen = load.posts_between(began, began + BROKER_SECONDS)
        report = load.report()
        with capsys.disabled():
            print(f"\nPOST, longest: {max(calm):.3f} s calm, {max(frozen):.3f} s frozen")  # noqa: T201
        # Each would wait, where a machine that is busy with other tests delays one or the other.
        assert median(frozen) < LONGEST_POST_SECONDS + median(calm)
        if IS_FULL and report.was_calm:
            assert max(frozen) < LONGEST_POST_SECONDS
        report.require_nothing_lost()


class TestNervousPhones:
    def test_fifty_identical_posts_at_once_make_one_message(self, system: System) -> None:
        path = f"/api/v1/conversations/{system.prepared['conversations'][0]}/messages"
        draft = {"id": str(uuid4()), "body": f"Une seule fois {uuid4()}"}
        statuses: list[int] = []

        def post() -> None:
            statuses.append(system.call("POST", path, draft, who="client", timeout=60)[0])

        threads = [threading.Thread(target=post) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(90)

        assert sorted(set(statuses)) == [200, 201]
        assert statuses.count(201) == 1
        found = system.ask("SELECT count(*) FROM messaging_message WHERE id = %s", draft["id"])
        assert found == 1


@pytest.mark.long
class TestFiftyScreens:
    def test_show_what_is_there_though_the_server_was_killed(
        self, system: System, capsys: pytest.CaptureFixture[str]
    ) -> None:
        conversation = system.prepared["conversations"][0]
        load = Load(system, conversations=[conversation])
        with watching(system, conversation, each=5) as screens:
            assert len(screens) == 50
            with load.running():
                time.sleep(3)
                kill_web(system)
                time.sleep(5)
            there = system.messages_of(conversation)
            until(lambda: all(s.shown == there for s in screens), "a screen shows something else")

        cuts = min(screen.connections for screen in screens) - 1
        with capsys.disabled():
            print(  # noqa: T201
                f"\n50 screens, server killed: {len(load.acknowledged)} messages on all of them,"
                f" each cut {cuts} time(s)"
            )
        assert load.acknowledged.keys() <= there.keys()
        assert cuts >= 1
        load.report().require_nothing_lost()
