"""Measure what the recording of attempts costs a worker, with empty tasks.

With and without the record are measured in turns. Tasks a second depend on other work of the
machine, so the printed cost is computed from the processor time of the worker and its pool.
"""

import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass

import redis

from core.jobs.enqueue import broker
from tests.bench import processor
from tests.bench.report import table
from tests.bench.servers import CouldNotMeasure, Machine

TASKS = 3_000
TURNS = 3
# Measured from 90 % to 2 % of the tasks left: without the start and the end of the worker.
FIRST_SHARE, LAST_SHARE = 0.9, 0.02
QUEUE = "maintenance"
MAX_SECONDS = 300
AIM = 0.10


@dataclass(frozen=True)
class Pace:
    """The tasks a second of a worker, and the processor time of each."""

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
    """Enqueue the tasks, start a worker, and measure how it takes them."""
    for _ in range(TASKS):
        broker().send_task("empty", queue=QUEUE, ignore_result=True)
    worker = subprocess.Popen(
        [
            *(sys.executable, "-m", "celery", "-A", "workers.celery", "worker"),
            *("--include", "tests.bench.empty", "-Q", QUEUE, "--concurrency", "2"),
            *("--without-gossip", "--without-mingle"),
        ],
        env={**os.environ, "LOG_LEVEL": "ERROR", "UNRECORDED": "" if is_recorded else "1"},
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
        now = time.monotonic(), processor.seconds(pid), left
        if first is None and left <= TASKS * FIRST_SHARE:
            first = now
        if first is not None and left <= TASKS * LAST_SHARE:
            done = first[2] - left
            return Pace(done / (now[0] - first[0]), (now[1] - first[1]) / done * 1000)
        time.sleep(0.02)
    raise CouldNotMeasure("the worker does not take its tasks")
