"""Work that ends its process, or makes it grow, is in nobody else's way."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import pytest

from tests.faults.bad_words import POISON, POISON_ATTEMPTS
from tests.faults.load import Load
from tests.faults.system import WORKERS, System, until

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.long]


@contextmanager
def other_workers(system: System, *options: str) -> Iterator[None]:
    """Workers with something special, then the usual ones again."""
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
def small(system: System) -> Iterator[System]:
    """Less memory than any process has: each is too large after its first task."""
    system.environment["WORKER_MAX_MEMORY_KILOBYTES"] = "1000"
    with other_workers(system):
        del system.environment["WORKER_MAX_MEMORY_KILOBYTES"]
        yield system


def test_poison_ends_as_dead_and_holds_nobody_up(
    poisonable: System, capsys: pytest.CaptureFixture[str]
) -> None:
    system, draft = poisonable, {"id": str(uuid4()), "body": f"{POISON} {uuid4()}"}
    path = f"/api/v1/conversations/{system.prepared['conversations'][0]}/messages"
    workers = [system.processes[f"worker-{number}"] for number in range(WORKERS)]
    load = Load(system)
    with load.running():
        assert system.call("POST", path, draft, who="client")[0] == 201

        until(lambda: is_dead(system, draft["id"]), "it does not die", 90)

    # The pool's processes died; of the workers one at most, when no pool took it in time.
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


def test_a_process_that_grew_too_large_is_replaced(
    small: System, capsys: pytest.CaptureFixture[str]
) -> None:
    began, load = time.time(), Load(small, per_second=2)
    with load.running():
        # A pool may take five seconds to notice; each is to have been replaced.
        until(lambda: pool_processes(small, began) > 2 * WORKERS, "none is replaced", 60)

    load.report().require_nothing_lost()
    with capsys.disabled():
        print(  # noqa: T201
            f"\nmemory: {len(load.acknowledged)} messages in {time.time() - began:.0f} s,"
            f" {pool_processes(small, began)} pool processes"
        )


def pool_processes(system: System, since: float) -> int:
    """How many processes of the pools have taken a task since then, were it done by another."""
    sql = """
    SELECT count(DISTINCT worker) FROM workers_taskrun
    WHERE task_id <> '' AND started_at > to_timestamp(%s)
    """
    return int(system.ask(sql, since))
