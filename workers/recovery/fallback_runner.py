"""Run the jobs that wake-ups did not start, in threads of the worker itself.

There is one thread for each job type: a file that takes a minute delays neither a message nor the
agent's sweeps and heartbeats.
"""

import threading
import time
from datetime import UTC, datetime

import structlog
from django.db import close_old_connections

from workers.engine.batches import run_batch
from workers.engine.job_types import BusyTask, JobType, Key
from workers.recovery.thread_connection import DATABASE_ERRORS, ThreadConnection

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
            logger.warning("fallback_without_database", error=str(error))
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
