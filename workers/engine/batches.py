"""Perform several rows of a job one after the other, each recorded as an attempt of its own."""

import random
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import NamedTuple

import structlog
from django.db import DatabaseError, InterfaceError, close_old_connections

from core import background_sender
from core.jobs.enqueue import begin, publish
from core.jobs.lease import Lease, acquire_first_of, due
from workers.engine.execute import execute, oldest_first
from workers.engine.job_types import JobType, Key
from workers.models import TaskRun
from workers.records import recorder

# After this time the rest of a batch is dropped; the sweeper offers rows again.
BATCH_SECONDS = 2.0
# Rows that one query checks, to see if they are still free.
CHECKED_AT_ONCE = 10
# A task goes on with other rows for so long, then gives its place to the tasks that wait.
GO_ON_SECONDS = 0.5
GO_ON_ROWS = 200
# Groups of one transaction. Nobody can write in these conversations for so long (some 20 ms).
TOGETHER = 20
# A conversation that is written in all the time is locked each time. Then its turn is a wait.
LEFT_OUT_SECONDS = 0.2
# Where rows come faster than they are done, more of a group are done together after a pause:
# measured, it halves what a message costs the workers.
GATHERING_SECONDS = 0.1
DATABASE_ERRORS = (DatabaseError, InterfaceError)

logger = structlog.get_logger(__name__)


def perform_with_others(job_type: JobType, key: Key) -> None:
    """Perform the row of a task, then the rows that wait for the same wake-up (`enqueue_once`).

    To take a task from the broker costs about as much as to count a message, so under load one
    task does many rows.
    """
    begin(job_type.job)
    perform(job_type, key)
    deadline = time.monotonic() + GO_ON_SECONDS
    try:
        while keys := [
            row.key for row in oldest_first(job_type, older_than=timedelta(0), at_most=GO_ON_ROWS)
        ]:
            if time.monotonic() > deadline:
                publish(job_type.job, **job_type.arguments_of(keys[0]))
                return
            run_batch(job_type, keys, seconds=GO_ON_SECONDS)
            time.sleep(GATHERING_SECONDS)
    except (*DATABASE_ERRORS, *background_sender.UNREACHABLE) as error:
        # The sweeper finds the rest.
        logger.warning("rows_left", job=job_type.job.value, error=str(error))


def run_batch(
    job_type: JobType,
    keys: list[Key],
    *,
    seconds: float = BATCH_SECONDS,
    is_over: Callable[[], bool] = lambda: False,
    note: Callable[[Key | None], None] = lambda key: None,
) -> int:
    """Run rows one after the other for at most so many seconds; return how many."""
    deadline = time.monotonic() + seconds
    done = 0
    if job_type.perform_together:
        settled: set[Key] = set()
        for first in range(0, len(keys), TOGETHER):
            if is_over() or time.monotonic() > deadline:
                return done
            together = perform_together(job_type, keys[first : first + TOGETHER])
            settled |= together.settled
            done += together.done
        keys = [key for key in keys if key not in settled]
    for key in still_free(job_type, keys):
        if is_over() or time.monotonic() > deadline:
            break
        note(key)
        perform(job_type, key)
        note(None)
        done += 1
    return done


class Together(NamedTuple):
    """What became of rows that were performed at once."""

    done: int = 0
    # The keys of those that are done, or were left out and can wait for the next time.
    settled: frozenset[Key] = frozenset()


def perform_together(job_type: JobType, keys: list[Key]) -> Together:
    """Perform rows that nobody has tried before at once, each recorded.

    A row that is not done so is released as if it had not been tried. It is done by itself if it
    has waited for longer than LEFT_OUT_SECONDS, and so is each of them if one fails.
    """
    assert job_type.perform_together
    leases = acquire_first_of(job_type.pending_rows(), keys, lasting=job_type.lease_of(1))
    if not leases:
        return Together()
    taken = frozenset(lease.key for lease in leases)
    began_at = time.time()
    try:
        done = taken.intersection(job_type.perform_together(list(taken)))
    except Exception as error:
        if isinstance(error, DATABASE_ERRORS):
            close_old_connections()
        logger.warning("rows_not_done_together", job=job_type.job.value, error=str(error))
        done = taken = frozenset()
    # Each row's share: the durations on the dashboard add up to the time that was taken.
    share_seconds = (time.time() - began_at) / max(1, len(done))
    late = set()
    for lease in leases:
        if lease.key in done:
            _record(job_type, lease, time.time() - share_seconds)
            continue
        lease.give_back()
        if began_at - lease.due_at.timestamp() > LEFT_OUT_SECONDS:
            late.add(lease.key)
    return Together(len(done), taken - late)


def _record(job_type: JobType, lease: Lease, started_at: float) -> None:
    recorder.end(
        recorder.Run(
            name=job_type.job.value,
            queue=job_type.queue.value,
            arguments=job_type.arguments_of(lease.key),
            subject=str(lease.key),
            ordered_at=lease.due_at.timestamp(),
            started_at=started_at,
        )
    )


def still_free(job_type: JobType, keys: list[Key]) -> Iterator[Key]:
    """Yield the rows that no worker has acquired since they were found, from a random one on.

    In a backlog all workers find the same rows. Starting at the same one they would collide at
    each.
    """
    middle = random.randrange(len(keys)) if keys else 0
    turned = keys[middle:] + keys[:middle]
    for start in range(0, len(turned), CHECKED_AT_ONCE):
        few = turned[start : start + CHECKED_AT_ONCE]
        yield from due(job_type.pending_rows()).filter(pk__in=few).values_list("pk", flat=True)


def perform(job_type: JobType, key: Key) -> None:
    """Execute one row's job and record the attempt; what it raises is logged."""
    run = recorder.current() or recorder.begin(
        recorder.Run(
            name=job_type.job.value,
            queue=job_type.queue.value,
            arguments=job_type.arguments_of(key),
            subject=str(key),
        )
    )
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
