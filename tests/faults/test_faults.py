"""Each fault alone, under load: no acknowledged message is lost, doubled or without effect.

Other faults of this folder: `test_emails`, `test_disk_full`, `test_bad_work`, `test_mixed_kills`.
S3 and the antivirus are in `tests/attachments`, push services in `tests/notifications`.
"""

import signal
import threading
import time
from collections.abc import Callable
from statistics import median
from uuid import uuid4

import pytest
import redis

from tests.chosen_services import BROKER, POOLER
from tests.faults.conftest import IS_FULL
from tests.faults.load import Load
from tests.faults.report import BUSY, HEADING, load_of_the_machine
from tests.faults.screens import watching
from tests.faults.system import WORKERS, System
from tests.waiting import until

Fault = Callable[[System], None]
# Enough messages in a full run for the 99th percentile.
FULL_PER_SECOND = 10.0
# Messages acknowledged before the fault, and after it.
BEFORE, AFTER = (30, 100) if IS_FULL else (8, 15)
# How long a killed or full service is away, so that requests and workers meet it.
OUTAGE_SECONDS, FREEZE_SECONDS, WITHOUT_WORKERS_SECONDS = 1.0, 3.0, 20.0
LONGEST_POST_SECONDS = 0.5
# How long a publish to a frozen broker waits: the `socket_timeout` of the settings.
BROKER_SECONDS = 2.0
GENTLE_END_SECONDS = 10.0
# Longer than two heartbeats of RabbitMQ, after which the workers count it as gone.
BROKER_FREEZE_SECONDS = 25.0


def kill_worker(system: System) -> None:
    system.kill("worker-0")
    system.start_worker(0)


def kill_pool_child(system: System) -> None:
    # A worker that has just started has no pool process yet.
    until(lambda: system.kill_child(0), "the worker starts no pool")


def kill_sweeper(system: System) -> None:
    """Freeze the broker, so that only sweepers work, and kill a worker whose sweeper works."""
    began = time.time()
    with system.frozen(system.broker):
        until(lambda: system.sweeping(began) is not None, "no sweeper works")
        number = system.sweeping(began)
        assert number is not None
        system.kill(f"worker-{number}")
        time.sleep(OUTAGE_SECONDS)
    system.start_worker(number)


def kill_valkey(system: System) -> None:
    system.kill("valkey")
    time.sleep(OUTAGE_SECONDS)
    system.start_service("valkey")


def fill_valkey(system: System) -> None:
    """Let Valkey answer and refuse every write, as with a full memory or disk."""
    with redis.Redis.from_url(system.environment["REDIS_URL"]) as valkey:
        valkey.config_set("maxmemory", 1)
        time.sleep(FREEZE_SECONDS)
        valkey.config_set("maxmemory", 0)
    assert system.workers_ended() == 0


def kill_postgres(system: System) -> None:
    system.kill("postgres")
    time.sleep(OUTAGE_SECONDS)
    system.start_service("postgres")


def kill_web(system: System) -> None:
    system.kill("web")
    system.start_web()


def freeze_valkey(system: System) -> None:
    with system.frozen("valkey"):
        time.sleep(FREEZE_SECONDS)


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
        time.sleep(WITHOUT_WORKERS_SECONDS)
        for number in range(WORKERS):
            system.start_worker(number)


def kill_broker(system: System) -> None:
    system.kill("rabbitmq")
    time.sleep(OUTAGE_SECONDS)
    system.start_service("rabbitmq")


def freeze_broker(system: System) -> None:
    with system.frozen("rabbitmq"):
        time.sleep(BROKER_FREEZE_SECONDS)


def restart_broker(system: System) -> None:
    system.kill("rabbitmq", signal.SIGTERM)
    system.start_service("rabbitmq")


def kill_pooler(system: System) -> None:
    system.kill("pgbouncer")
    time.sleep(OUTAGE_SECONDS)
    system.start_service("pgbouncer")


def freeze_pooler(system: System) -> None:
    with system.frozen("pgbouncer"):
        time.sleep(FREEZE_SECONDS)


SHORT = [kill_worker, kill_pool_child, kill_sweeper]
SHORT += [kill_broker, freeze_broker, restart_broker] if BROKER else []
SHORT += [kill_pooler, freeze_pooler] if POOLER else []
LONG = [
    kill_valkey, fill_valkey, freeze_valkey, kill_postgres, kill_web, end_web_gently,
    end_worker_gently, all_workers_off,
]  # fmt: skip


@pytest.mark.parametrize(
    "fault",
    [*SHORT, *(pytest.param(fault, marks=pytest.mark.long) for fault in LONG)],
    ids=lambda fault: fault.__name__,
)
def test_acknowledged_messages_survive(
    system: System, fault: Fault, capsys: pytest.CaptureFixture[str]
) -> None:
    is_dense = IS_FULL and fault is not all_workers_off
    load = Load(system, per_second=FULL_PER_SECOND) if is_dense else Load(system)
    with load.running():
        load.wait_for(BEFORE)
        fault(system)
        load.wait_for(AFTER)

    report = load.report()

    with capsys.disabled():
        print(f"\n{HEADING}\n{report.row(fault.__name__)}")  # noqa: T201  (the table)
    report.require_nothing_lost()
    if IS_FULL and report.was_calm:
        report.require_speed()


class TestPostgresAway:
    def test_post_without_postgres_gets_a_503_and_can_be_repeated(self, system: System) -> None:
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
        if POOLER and first[0] == 503:
            # PgBouncer asks a PostgreSQL that was away once a second (server_login_retry).
            time.sleep(int(first[2]["retry-after"]))
            first = system.call("POST", path, draft, who="client")
        second = system.call("POST", path, draft, who="client")
        assert (first[0], second[0]) == (201, 200)
        assert first[1]["id"] == second[1]["id"] == draft["id"]


class TestFrozenBroker:
    def test_frozen_broker_delays_no_post(
        self, system: System, capsys: pytest.CaptureFixture[str]
    ) -> None:
        load = Load(system)
        with load.running():
            load.wait_for(BEFORE)
            calm = load.posts_between(0, time.time())
            with system.frozen(system.broker):
                began = time.time()
                # Longer than any publish waits.
                time.sleep(2 * BROKER_SECONDS)

        # Posts that began so early that one which waits for the broker waits until the time-out.
        frozen = load.posts_between(began, began + BROKER_SECONDS)
        report = load.report()
        with capsys.disabled():
            print(f"\nPOST, longest: {max(calm):.3f} s calm, {max(frozen):.3f} s frozen")  # noqa: T201
        # The median: a POST that waits for the broker would delay all, a busy machine only some.
        assert median(frozen) < LONGEST_POST_SECONDS + median(calm)
        if IS_FULL and report.was_calm:
            assert max(frozen) < LONGEST_POST_SECONDS
        report.require_nothing_lost()


class TestIdenticalPosts:
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
    def test_fifty_screens_show_every_message_after_the_server_was_killed(
        self, system: System, capsys: pytest.CaptureFixture[str]
    ) -> None:
        conversation = system.prepared["conversations"][0]
        load = Load(system, conversations=[conversation])
        with watching(system, conversation, each=5) as screens:
            assert len(screens) == 50
            with load.running():
                load.wait_for(15)
                kill_web(system)
                load.wait_for(25)
            stored = system.messages_of(conversation)
            until(lambda: all(s.shown == stored for s in screens), "a screen shows something else")

        cuts = min(screen.connections for screen in screens) - 1
        with capsys.disabled():
            print(  # noqa: T201
                f"\n50 screens, server killed: {len(load.acknowledged)} messages on all of them,"
                f" each cut {cuts} time(s)"
            )
        assert load.acknowledged.keys() <= stored.keys()
        assert cuts >= 1
        load.report().require_nothing_lost()
