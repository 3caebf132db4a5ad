"""Find the pending jobs that no worker has acquired, with neither beat nor broker.

A wake-up may be lost, and a worker may die. So each worker looks at the rows themselves, one
worker at a time (an advisory lock). A row that has been due for a moment gets another wake-up. A
row that is still due after that runs without the broker (`recovery.fallback_runner`).
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from core import background_sender
from core.jobs.enqueue import Job, broker, publish
from core.valkey import valkey
from workers.engine import execute
from workers.engine.execute import Waiting
from workers.engine.job_types import JobType, Key
from workers.monitoring.backlog import paused_queues
from workers.recovery.overdue import Overdue
from workers.recovery.thread_connection import DATABASE_ERRORS

# Any number; the lock belongs to this database.
SWEEP_LOCK = 0x1A1501
# Longer than a sweep that waits for a frozen broker (4 s).
STUCK_MS = 10_000
LOCK = """
SELECT set_config('idle_in_transaction_session_timeout', %s, true), pg_try_advisory_xact_lock(%s)
"""
BATCH = 200
# In a queue this long, or with a wake-up for each row that waits, no wake-up was lost: the workers
# are busy, and more wake-ups would only make it longer.
LONG_QUEUE = 50
WAKE_AGAIN_SECONDS = 5.0
# Of the rows that one task takes together: one wake-up for each of the workers.
WOKEN_AT_ONCE = 2
BROKER_PAUSE_SECONDS = 2.0
DEAD_LETTER_SECONDS = 2.0
# A row whose process died is left to the pools for longer, and after two deaths for good: its work
# may be what kills them. A pool process is replaced at once; with this one the sweeps would end.
LOST_PATIENCE = timedelta(seconds=2)
SUSPECT_ATTEMPTS = 2

logger = structlog.get_logger(__name__)


@contextmanager
def alone() -> Iterator[bool]:
    """Yield True if this worker is the only one that sweeps now; all within a transaction.

    The lock ends with the transaction, also behind a pooler. PostgreSQL ends that of a worker that
    froze or whose machine vanished after STUCK_MS.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(LOCK, [str(STUCK_MS), SWEEP_LOCK])
            is_ours = bool(cursor.fetchone()[1])
        yield is_ours


class Sweeper:
    """The sweeps of one worker, and what it remembers between them."""

    def __init__(self, job_types: Iterable[JobType]) -> None:
        self.job_types = list(job_types)
        self.overdue = Overdue()
        self.woken_at: dict[tuple[Job, Key, int], float] = {}
        self.dead_lettered_at: dict[Job, float] = {}
        self.broker_away_until = 0.0
        # Since the last time that it was asked.
        self.has_lost_broker = False

    @property
    def reaches_broker(self) -> bool:
        return time.monotonic() >= self.broker_away_until

    def look(self) -> dict[JobType, list[Key]]:
        """Sweep once, unless another worker does now; return the rows for the fallback runner."""
        found: dict[JobType, list[Key]] = {}
        with alone() as is_ours:
            runnable = self.runnable() if is_ours else []
            overdue = self.overdue.among(runnable)
            for job_type in runnable:
                try:
                    self.dead_letter_exhausted(job_type)
                    found[job_type] = self.look_at(job_type) if job_type in overdue else []
                except DATABASE_ERRORS:
                    raise
                except Exception:
                    # A defect in one type must not undo what was done for the others.
                    logger.exception("sweep_failed", job=job_type.job.value)
        return found

    def runnable(self) -> list[JobType]:
        """Return the types that are neither paused nor held back."""
        paused = paused_queues()
        unpaused = [each for each in self.job_types if each.queue.value not in paused]
        return [job_type for job_type in unpaused if not job_type.is_held()]

    def dead_letter_exhausted(self, job_type: JobType) -> None:
        if time.monotonic() - self.dead_lettered_at.get(job_type.job, -1e9) > DEAD_LETTER_SECONDS:
            self.dead_lettered_at[job_type.job] = time.monotonic()
            execute.dead_letter_exhausted(job_type)

    def look_at(self, job_type: JobType) -> list[Key]:
        """Wake the workers for the rows of one type, and return those for the fallback runner."""
        waiting = execute.oldest_first(job_type, older_than=job_type.patience, at_most=BATCH)
        if not waiting:
            return []
        if not self.wake(job_type, waiting):
            return [row.key for row in waiting]
        return [row.key for row in waiting if needs_fallback(job_type, row)]

    def wake(self, job_type: JobType, waiting: list[Waiting]) -> bool:
        """Publish wake-ups for rows that had none lately; return False if the broker is away."""
        if not self.reaches_broker:
            return False
        new = [row for row in waiting if not self.was_woken(job_type, row)]
        if job_type.takes_others:
            new = new[:WOKEN_AT_ONCE]
        try:
            require_answer()
            if new:
                is_short = queue_length(job_type) < min(LONG_QUEUE, len(waiting))
                self.publish(job_type, new if is_short else [])
                self.has_lost_broker = False
        except background_sender.UNREACHABLE as error:
            self.broker_away_until = time.monotonic() + BROKER_PAUSE_SECONDS
            self.has_lost_broker = True
            logger.warning("broker_away", error=str(error))
            return False
        return True

    def publish(self, job_type: JobType, rows: list[Waiting]) -> None:
        for row in rows:
            publish(job_type.job, **job_type.arguments_of(row.key))
            self.woken_at[job_type.job, row.key, row.attempts] = time.monotonic()
        if rows:
            logger.info("woken_again", job=job_type.job.value, rows=len(rows))

    def was_woken(self, job_type: JobType, row: Waiting) -> bool:
        """Tell whether a wake-up was published lately for this attempt at the row."""
        now = time.monotonic()
        if len(self.woken_at) > 10 * BATCH:
            oldest = now - WAKE_AGAIN_SECONDS
            self.woken_at = {k: at for k, at in self.woken_at.items() if at > oldest}
        woken_at = self.woken_at.get((job_type.job, row.key, row.attempts), -1e9)
        return now - woken_at < WAKE_AGAIN_SECONDS


def needs_fallback(job_type: JobType, row: Waiting) -> bool:
    """Tell whether a row has waited too long for a pool to run it."""
    if row.lost_at is None:
        return row.due_at <= timezone.now() - job_type.fallback_after
    patience = job_type.fallback_after + LOST_PATIENCE
    return row.attempts < SUSPECT_ATTEMPTS and row.free_since <= timezone.now() - patience


def require_answer() -> None:
    """Ping Valkey if it is the broker; raises after 0.2 s, where publishing would take 2 s."""
    if settings.CELERY_BROKER_URL == settings.REDIS_URL:
        valkey().ping()


def queue_length(job_type: JobType) -> int:
    """Return how many wake-ups wait in the broker, Valkey or RabbitMQ."""
    with broker().connection_for_write() as connected:
        # A passive declaration on Valkey asks for a key without the prefix, which does not exist.
        is_prefixed = connected.transport.driver_type == "redis"
        try:
            channel: Any = connected.default_channel
            found = channel.queue_declare(job_type.queue.value, passive=not is_prefixed)
        except connected.channel_errors:
            # The queue does not exist yet.
            return 0
        return int(found.message_count)
