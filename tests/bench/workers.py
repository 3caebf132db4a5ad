"""What recording every attempt costs a worker: empty tasks, with the record and without.

The two are measured in turns. Tasks a second are what one sees, and follow whatever else the
machine does; the processor time of the worker and its pool is what the record itself costs.
"""

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import redis

from core.jobs.enqueue import broker
from tests.bench.report import table
from tests.bench.servers import Machine

TASKS = 3_000
TURNS = 3
# Counted once the worker has started, until nearly nothing is left in the queue.
FIRST_SHARE, LAST_SHARE = 0.9, 0.02
QUEUE = "maintenance"
MAX_SECONDS = 300
AIM = 0.10
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Pace:
    """How fast a worker took its tasks, and what each cost it."""

    per_second: float
    processor_ms: float


def run(machine: Machine) -> None:
    """Print tasks a second and processor time a task, with and without the record."""
    paces: dict[bool, list[Pace]] = {True: [], False: []}
    for _turn in range(TURNS):
        for is_recorded in (False, True):
            paces[is_recorded].append(pace(is_recorded=is_recorded))
    plain, recorded = (typical(paces[is_recorded]) for is_recorded in (False, True))
    cost = 1 - plain.processor_ms / recorded.processor_ms
    table(
        "Workers: empty tasks, two pool processes",
        ["", "tasks/s", "processor ms a task"],
        [
            ["without the record", f"{plain.per_second:.0f}", f"{plain.processor_ms:.2f}"],
            ["with the record", f"{recorded.per_second:.0f}", f"{recorded.processor_ms:.2f}"],
        ],
    )
    print(f"The record takes {cost:.1%} of the throughput (aim: under {AIM:.0%}).")


def typical(paces: list[Pace]) -> Pace:
    return Pace(
        statistics.median(pace.per_second for pace in paces),
        statistics.median(pace.processor_ms for pace in paces),
    )


def pace(*, is_recorded: bool) -> Pace:
    """Queue the tasks, start a worker, and watch it take them."""
    for _ in range(TASKS):
        broker().send_task("empty", queue=QUEUE, ignore_result=True)
    worker = subprocess.Popen(
        [
            *(sys.executable, "-m", "celery", "-A", "workers.celery", "worker"),
            *("--include", "tests.bench.empty", "-Q", QUEUE, "--concurrency", "2"),
            *("--without-gossip", "--without-mingle", "--loglevel", "ERROR"),
        ],
        env={**os.environ, "UNRECORDED": "" if is_recorded else "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        return pace_of(worker.pid)
    finally:
        worker.terminate()
        worker.wait()


def pace_of(pid: int) -> Pace:
    queue = redis.Redis.from_url(os.environ["REDIS_URL"])
    name = f"{os.environ['REALTIME_PREFIX']}:{QUEUE}"
    deadline = time.monotonic() + MAX_SECONDS
    first: tuple[float, float, int] | None = None
    while time.monotonic() < deadline:
        left = int(queue.llen(name))
        now = time.monotonic(), processor_seconds(pid), left
        if first is None and left <= TASKS * FIRST_SHARE:
            first = now
        if first is not None and left <= TASKS * LAST_SHARE:
            done = first[2] - left
            return Pace(done / (now[0] - first[0]), (now[1] - first[1]) / done * 1000)
        time.sleep(0.02)
    raise AssertionError("the worker does not take its tasks")


def processor_seconds(pid: int) -> float:
    """The processor time of a process and its children so far (Linux)."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(map(own_seconds, [pid, *map(int, children)]))


def own_seconds(pid: int) -> float:
    # After the name, which may hold anything, in its parentheses: user time is the 12th.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
