"""Print what RabbitMQ and PgBouncer cost, beside the usual set-up in the same run. No fault here.

Each set-up has its turn in each round, with the same PostgreSQL and Valkey. The seconds depend on
what else the machine does, the ratios less.
"""

import os
import signal
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import pytest

from tests import pgbouncer, rabbitmq
from tests.faults.load import Load
from tests.faults.system import WORKERS, System
from tests.waiting import until

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.long]

ROUNDS = 3
# As fast as four callers can; then so slowly that nothing waits.
BURST_SECONDS, BURST_PER_SECOND = 6.0, 1_000.0
CALM_MESSAGES, CALM_PER_SECOND = 40, 5.0
USUAL, RABBITMQ, PGBOUNCER, BOTH = "usual", "RabbitMQ", "PgBouncer", "both"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Figures:
    """Of one round: messages a second, processor time of the web for each, seconds to effects."""

    per_second: float
    web_ms: float
    p99_seconds: float


@pytest.fixture(scope="module")
def system() -> Iterator[System]:
    if rabbitmq.rabbitmq_program() is None:
        pytest.skip(rabbitmq.MISSING)
    if pgbouncer.pgbouncer_program() is None:
        pytest.skip(pgbouncer.MISSING)
    # Not pytest's tmp_path: the account of PostgreSQL may not enter it.
    with TemporaryDirectory(prefix="liaison-set-ups-", ignore_cleanup_errors=True) as folder:
        system = System(Path(folder), broker="rabbitmq", pooler="pgbouncer")
        try:
            system.start()
            yield system
        finally:
            system.stop()


def change_to(system: System, set_up: str, environment: dict[str, str]) -> None:
    """Start web and workers again with this set-up."""
    system.environment = dict(environment)
    if set_up in (USUAL, PGBOUNCER):
        del system.environment["CELERY_BROKER_URL"]
    if set_up in (USUAL, RABBITMQ):
        system.environment |= {"DATABASE_URL": system.postgres_url, "DATABASE_POOLER": ""}
    names = ["web", *(f"worker-{number}" for number in range(WORKERS))]
    for name in names:
        system.kill(name, signal.SIGTERM)
    system.start_web()
    for number in range(WORKERS):
        system.start_worker(number)
    until(lambda: system.workers_alive() == WORKERS, "the workers do not come back")


def processor_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def measured(system: System) -> Figures:
    pid = system.processes["web"].pid
    burst = Load(system, per_second=BURST_PER_SECOND, writers=4)
    with burst.running():
        # What is loaded at the first use.
        burst.wait_for(20)
        before, began, used = len(burst.acknowledged), time.monotonic(), processor_seconds(pid)
        time.sleep(BURST_SECONDS)
        count = len(burst.acknowledged) - before
        seconds, used = time.monotonic() - began, processor_seconds(pid) - used
    burst.report().require_nothing_lost()
    calm = Load(system, per_second=CALM_PER_SECOND)
    with calm.running():
        calm.wait_for(CALM_MESSAGES)
    report = calm.report()
    report.require_nothing_lost()
    return Figures(count / seconds, used / count * 1000, report.p99_seconds)


def test_set_ups_lose_nothing_and_print_their_figures(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    environment = dict(system.environment)
    found: dict[str, list[Figures]] = defaultdict(list)
    for _ in range(ROUNDS):
        for set_up in (USUAL, RABBITMQ, PGBOUNCER, BOTH):
            change_to(system, set_up, environment)
            found[set_up].append(measured(system))

    with capsys.disabled():
        print(f"\n{'set-up':<12}{'sends/s':>9}{'web ms':>9}{'p99 s':>9}   (medians)")  # noqa: T201
        for set_up, figures in found.items():
            print(  # noqa: T201
                f"{set_up:<12}{median(f.per_second for f in figures):>9.1f}"
                f"{median(f.web_ms for f in figures):>9.2f}"
                f"{median(f.p99_seconds for f in figures):>9.2f}"
            )
