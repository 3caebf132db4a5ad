"""A worker with one pool process, on the packages of requirements.txt alone: what its work takes.

A thread of the worker itself does work too, when a wake-up is late: processor time is that of both
processes, and memory is told of each.
"""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from deploy.launcher import app_processes
from deploy.launcher.data_dir import REPOSITORY, DataDir
from deploy.launcher.process_group import spawn, stop_together
from tests.bench import as_installed, processor
from tests.bench.backups import Step
from tests.bench.servers import CouldNotMeasure

START_SECONDS, STOP_SECONDS = 60, 30
# The longest work without an end.
WORK_SECONDS = 3600
LOOK_SECONDS = 0.02
# Of those that have locked or written rows. Nobody but the worker uses the database.
LONGEST = """
    SELECT max(extract(epoch FROM clock_timestamp() - xact_start))::float8 FROM pg_stat_activity
    WHERE backend_xid IS NOT NULL
"""


@dataclass
class Pool:
    """A worker and its pool process. Memory is the resident size (RSS), with what they share."""

    pid: int
    database: "psycopg.Connection[tuple[object, ...]]"
    # The longest transaction with locks that `until` saw, which looks fifty times a second.
    longest_seconds: float = 0.0

    def idle(self) -> Step:
        _worker, pool = self._both()
        return Step("idle", 0, 0, processor.resident_bytes(pool))

    def own_peak(self) -> Step:
        """Return the peak of memory of the worker itself, beside its pool process."""
        return Step("the worker's own process", 0, 0, processor.peak_bytes(self.pid))

    def until(self, name: str, question: str) -> Step:
        """Wait until the database answers yes; return what that took, with the pool's peak."""
        began, before = time.monotonic(), processor.seconds(self.pid)
        while not self._answer(question):
            if time.monotonic() > began + WORK_SECONDS or len(self._both()) < 2:
                raise CouldNotMeasure(f"{name}: the process ended, or the work has no end")
            longest = self._answer(LONGEST)
            if isinstance(longest, float):
                self.longest_seconds = max(self.longest_seconds, longest)
            time.sleep(LOOK_SECONDS)
        seconds, after = time.monotonic() - began, processor.seconds(self.pid)
        _worker, pool = self._both()
        return Step(name, seconds, after - before, processor.peak_bytes(pool))

    def _both(self) -> list[int]:
        return processor.with_descendants([self.pid])

    def expect(self, question: str) -> None:
        if not self._answer(question):
            raise CouldNotMeasure(f"not so: {question}")

    def _answer(self, question: str) -> object:
        row = self.database.execute(question).fetchone()
        return row and row[0]


@contextmanager
def worker(environment: dict[str, str]) -> Iterator[Pool]:
    """Start the first worker of `manage.py up`; yield it once it takes jobs."""
    home = Path(environment["LIAISON_HOME"])
    worker = app_processes.workers(DataDir(home), environment)[0]
    command = [as_installed.interpreter(), *worker.command]
    with (home / "log" / "worker.log").open("wb") as log:
        process = spawn(
            worker.pid_file, command, environment=worker.environment, output=log,
            stop_signal=worker.stop_signal, folder=REPOSITORY,
        )  # fmt: skip
    try:
        _wait_for(worker, process)
        with psycopg.connect(environment["DATABASE_URL"], autocommit=True) as database:
            yield Pool(process.pid, database)
    finally:
        stop_together([(process, worker.stop_signal)], STOP_SECONDS)


def _wait_for(worker: app_processes.AppProcess, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while not worker.is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise CouldNotMeasure("the worker does not start")
        time.sleep(0.05)
