"""Jobs that kill their process or make it too large do not delay other work."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest

from tests.faults.bad_words import POISON, POISON_ATTEMPTS
from tests.faults.load import Load
from tests.faults.system import WORKERS, System
from tests.waiting import until

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.long]


@contextmanager
def other_workers(system: System, *options: str) -> Iterator[None]:
    """Restart the workers with these options, and the usual ones again afterwards."""
    restart_all(system, *options)
    until(lambda: system.workers_alive() == WORKERS, "the workers do not come back")
    yield
    restart_all(system)


def restart_all(system: System, *options: str) -> None:
    for number in range(WORKERS):
        system.kill(f"worker-{number}")
        system.start_worker(number, *options)


@pytest.fixture
def poisonable(system: System) -> Iterator[System]:
    with other_workers(system, "--include", "tests.faults.poison"):
        yield system


@pytest.fixture
def small_memory(system: System) -> Iterator[System]:
    """Allow less memory than any process needs, so that each is too large after its first task."""
    system.environment["WORKER_MAX_MEMORY_KILOBYTES"] = "1000"
    with other_workers(system):
        del system.environment["WORKER_MAX_MEMORY_KILOBYTES"]
        yield system


def test_message_that_kills_its_worker_becomes_a_dead_letter_and_delays_nobody(
    poisonable: System, capsys: pytest.CaptureFixture[str]
) -> None:
    system, draft = poisonable, {"id": str(uuid4()), "body": f"{POISON} {uuid4()}"}
    path = f"/api/v1/conversations/{system.prepared['conversations'][0]}/messages"
    workers = [system.processes[f"worker-{number}"] for number in range(WORKERS)]
    load = Load(system)
    with load.running():
        assert system.call("POST", path, draft, who="client")[0] == 201

        until(lambda: is_dead(system, draft["id"]), "it becomes no dead letter", 90)

    # Pool processes died. A worker itself dies once at most, when its own thread takes the message
    # before a pool process does.
    attempts = system.ask("SELECT attempts FROM messaging_message WHERE id = %s", draft["id"])
    ended = sum(worker.poll() is not None for worker in workers)
    with capsys.disabled():
        print(f"\npoison: dead after {attempts} attempts, {ended} workers ended")  # noqa: T201
    assert attempts == POISON_ATTEMPTS
    assert ended <= 1
    system.forget(draft["id"])
    load.report().require_nothing_lost()


def is_dead(system: System, message_id: str) -> bool:
    return bool(
        system.ask("SELECT count(*) FROM workers_deadletter WHERE subject = %s", message_id)
    )


def test_pool_process_that_grew_too_large_is_replaced(
    small_memory: System, capsys: pytest.CaptureFixture[str]
) -> None:
    began, load = time.time(), Load(small_memory, per_second=2)
    with load.running():
        # A worker may notice after five seconds. More than two a worker: each pool was replaced.
        until(lambda: pool_processes(small_memory, began) > 2 * WORKERS, "none is replaced", 60)

    load.report().require_nothing_lost()
    with capsys.disabled():
        print(  # noqa: T201
            f"\nmemory: {len(load.acknowledged)} messages in {time.time() - began:.0f} s,"
            f" {pool_processes(small_memory, began)} pool processes"
        )


def pool_processes(system: System, since: float) -> int:
    """Return how many pool processes have run a task since then, in whatever state it ended."""
    sql = """
    SELECT count(DISTINCT worker) FROM workers_taskrun
    WHERE task_id <> '' AND started_at > to_timestamp(%s)
    """
    return int(system.ask(sql, since))
