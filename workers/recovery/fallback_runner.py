"""Run the jobs that wake-ups did not start, in threads of the worker itself.

There is one thread for each job type: a file that takes a minute delays neither a message nor the
agent's sweeps and heartbeats.
"""

import random
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import structlog
from django.db import close_old_connections

from core.jobs.lease import due
from workers.engine.execute import execute
from workers.engine.job_types import BusyTask, JobType, Key
from workers.models import TaskRun
from workers.records import recorder
from workers.recovery.thread_connection import DATABASE_ERRORS, ThreadConnection

# After this time the rest of a batch is dropped; the sweeper offers rows again.
BATCH_SECONDS = 2.0
# Rows that one query checks, to see if they are still free.
CHECKED_AT_ONCE = 10
# A connection that was not used for this time is closed.
IDLE_SECONDS = 10.0

logger = structlog.get_logger(__name__)


class FallbackRunner:
    """The thread of one job type. It starts with the first rows that are offered."""

    def __init__(self, job_type: JobType, ending: threading.Event) -> None:
        self.job_type = job_type
        self.ending = ending
        self.connection = ThreadConnection()
        self.offered: list[Key] = []
        self.changed = threading.Condition()
        self.thread: threading.Thread | None = None
        self.current: BusyTask | None = None

    def offer(self, keys: list[Key]) -> None:
        """Replace the rows that are still to be run by these."""
        with self.changed:
            self.offered = list(keys)
            if keys and self.thread is None:
                name = f"fallback-{self.job_type.job.value}"
                self.thread = threading.Thread(target=self.run, name=name, daemon=True)
                self.thread.start()
            self.changed.notify()

    def end(self, deadline: float) -> None:
        """Wait for the running job until a time of `time.monotonic`. A cut job stays due."""
        with self.changed:
            self.changed.notify()
        if self.thread is not None:
            self.thread.join(max(0.0, deadline - time.monotonic()))

    def run(self) -> None:
        with self.connection.open():
            while not self.ending.is_set():
                keys = self.next_batch()
                if keys:
                    self.work_on(keys)
                else:
                    self.connection.close()

    def work_on(self, keys: list[Key]) -> None:
        try:
            close_old_connections()
            run_batch(self.job_type, keys, is_over=self.ending.is_set, note=self.note)
        except DATABASE_ERRORS as error:
            # The sweeper offers them again.
            logger.warning("drain_without_database", error=str(error))
            self.connection.close()

    def next_batch(self) -> list[Key]:
        """Wait for rows at most IDLE_SECONDS; return none when none came."""
        with self.changed:
            self.changed.wait_for(lambda: self.offered or self.ending.is_set(), IDLE_SECONDS)
            keys, self.offered = self.offered, []
        return keys

    def note(self, key: Key | None) -> None:
        if key is None:
            self.current = None
            return
        now = datetime.now(UTC).isoformat()
        self.current = {"name": self.job_type.job.value, "subject": str(key), "started_at": now}


def run_batch(
    job_type: JobType,
    keys: list[Key],
    *,
    is_over: Callable[[], bool] = lambda: False,
    note: Callable[[Key | None], None] = lambda key: None,
) -> int:
    """Run rows one after the other for at most BATCH_SECONDS; return how many."""
    deadline = time.monotonic() + BATCH_SECONDS
    done = 0
    for key in still_free(job_type, keys):
        if is_over() or time.monotonic() > deadline:
            break
        note(key)
        perform(job_type, key)
        note(None)
        done += 1
    return done


def still_free(job_type: JobType, keys: list[Key]) -> Iterator[Key]:
    """Yield the rows that no worker has acquired since they were found, from a random one on.

    In a backlog the pools begin at the oldest row, and the threads of all workers are offered the
    same rows. Starting at the same row they would collide at each.
    """
    middle = random.randrange(len(keys)) if keys else 0
    turned = keys[middle:] + keys[:middle]
    for start in range(0, len(turned), CHECKED_AT_ONCE):
        few = turned[start : start + CHECKED_AT_ONCE]
        yield from due(job_type.pending_rows()).filter(pk__in=few).values_list("pk", flat=True)


def perform(job_type: JobType, key: Key) -> None:
    """Execute one row's job outside Celery, and record the attempt like any other."""
    run = recorder.begin(recorder.Run(name=job_type.job.value, queue=job_type.queue.value))
    run.arguments = job_type.arguments_of(key)
    run.subject = str(key)
    try:
        run.outcome = execute(job_type, key)
    except Exception as error:
        run.error = error
        if run.outcome == TaskRun.Outcome.SUCCEEDED.value:
            # `execute` could not release the row either: PostgreSQL is away.
            run.outcome = TaskRun.Outcome.FAILED.value
        logger.exception("task_failed", job=job_type.job.value, subject=str(key))
        if isinstance(error, DATABASE_ERRORS):
            # The next row needs a working connection.
            close_old_connections()
    recorder.end(run)
