"""Execute a job: acquire its row, run the work, release the row.

The attempt is counted and committed before the work begins. So work that kills its process every
time runs out of attempts like any other.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from core.jobs.lease import (
    Lease,
    acquire_first,
    acquire_locked,
    due,
    error_text,
    is_free,
    lock_due,
    reset,
)
from core.jobs.outcome import TryAgain, WorkFailed
from workers.engine.job_types import JobType, Key
from workers.engine.progress import followed
from workers.models import DeadLetter, TaskRun
from workers.records import recorder

Outcome = TaskRun.Outcome
KNOWN_DEAD = 500
PROCESS_ENDED = "The worker's process ended during the work."

logger = structlog.get_logger(__name__)


def execute(job_type: JobType, key: Key) -> str:
    """Do a row's work if it is due, free and not held back; return a TaskRun.Outcome.

    Raises what the work raises, after the row is released or has become a dead letter.
    """
    if job_type.is_held():
        return Outcome.NOTHING.value
    if job_type.acquires_itself:
        return _delegate(job_type, key)
    lease = acquire(job_type, key)
    if lease is None:
        return Outcome.NOTHING.value
    _note_on_run(lease.key, lease.attempts, lease.due_at)
    try:
        with followed(job_type, lease.key):
            result = job_type.perform(lease.key)
    except Exception as error:
        outcome = release(job_type, lease, error)
        if run := recorder.current():
            run.outcome = outcome
        raise
    return _failed(result) if isinstance(result, WorkFailed) else Outcome.SUCCEEDED.value


def acquire(job_type: JobType, key: Key) -> Lease | None:
    """Acquire a row and count the attempt; None when it is not due or another worker has it."""
    first = acquire_first(job_type.pending_rows(), key, lasting=job_type.lease_of(1))
    return first or acquire_again(job_type, key)


@transaction.atomic
def acquire_again(job_type: JobType, key: Key) -> Lease | None:
    """Acquire a row that was tried before.

    A row whose lease has ended lost its worker: the attempt is recorded as lost, and the last one
    ends as a dead letter.
    """
    rows = job_type.pending_rows()
    row = lock_due(rows, key)
    if row is None:
        return None
    if row.leased_until is not None:
        _record_lost(job_type, row)
        if row.attempts >= job_type.max_attempts:
            dead_letter(job_type, Lease.of(rows, row), row.last_error or PROCESS_ENDED)
            return None
    [lease] = acquire_locked(rows, [row], lasting=job_type.lease_of(row.attempts + 1))
    return lease


def release(job_type: JobType, lease: Lease, error: BaseException) -> str:
    """Let go of a row whose work failed: the next attempt comes after a pause, or never."""
    reason = error_text(error)
    if lease.attempts >= job_type.max_attempts:
        dead_letter(job_type, lease, reason)
        return Outcome.DEAD.value
    pause = job_type.pause_after(lease.attempts)
    asked = error.after if isinstance(error, TryAgain) else None
    # Not sooner than asked, nor than our own pause.
    lease.release(reason, pause=max(pause or asked, asked) if asked else pause)
    return Outcome.FAILED.value


@transaction.atomic
def dead_letter(job_type: JobType, lease: Lease, reason: str) -> None:
    """Stop trying: the row stays pending without a time, and a person must decide."""
    if not lease.give_up(reason):
        return
    DeadLetter.objects.update_or_create(
        job=job_type.job.value,
        subject=str(lease.key),
        defaults={
            "attempts": lease.attempts,
            "reason": reason,
            "died_at": timezone.now(),
            "settled_at": None,
        },
    )
    if job_type.on_dead_letter:
        job_type.on_dead_letter(lease.key, reason)
    logger.error("task_dead", job=job_type.job.value, subject=str(lease.key), reason=reason)


def dead_letter_exhausted(job_type: JobType) -> int:
    """Make dead letters of rows whose last attempt ended with its process; return how many."""
    if job_type.acquires_itself:
        return _record_dead_letters(job_type)
    rows = job_type.pending_rows()
    last = due(rows).filter(attempts__gte=job_type.max_attempts).exclude(leased_until=None)
    exhausted = list(last[:100])
    for row in exhausted:
        _record_lost(job_type, row)
        dead_letter(job_type, Lease.of(rows, row), row.last_error or PROCESS_ENDED)
    return len(exhausted)


def requeue(job_type: JobType, keys: list[Key]) -> list[Key]:
    """Give rows all their attempts again, from now, except those that a worker has.

    Return the ids of the rows that are due now.
    """
    rows = requeueable(job_type, keys)
    requeued = list(rows.values_list("pk", flat=True))
    reset(rows)
    return requeued


def requeueable(job_type: JobType, keys: list[Key]) -> QuerySet[Any]:
    """Return those of the rows that are pending and that no worker has."""
    return job_type.pending_rows().filter(is_free(), pk__in=keys)


@dataclass(frozen=True)
class Waiting:
    """A row that is due and free."""

    key: Key
    due_at: datetime
    attempts: int
    # When the lease of an attempt ended whose process died; None when none did.
    lost_at: datetime | None

    @property
    def free_since(self) -> datetime:
        return max(self.due_at, self.lost_at or self.due_at)


def oldest_first(job_type: JobType, *, older_than: timedelta, at_most: int) -> list[Waiting]:
    """Return the free rows that have been due for longer than that, the oldest first.

    Of rows that are done together (`JobType.together`), only the oldest.
    """
    rows = due(job_type.pending_rows(), longer_than=older_than).order_by("due_at")
    values = rows.values_list("pk", "due_at", "attempts", "leased_until", *job_type.together)
    oldest: dict[Any, Waiting] = {}
    for key, due_at, attempts, lost_at, *group in values[:at_most]:
        oldest.setdefault(tuple(group) or key, Waiting(key, due_at, attempts, lost_at))
    return list(oldest.values())


def _delegate(job_type: JobType, key: Key) -> str:
    """Run work that acquires its rows itself."""
    row = due(job_type.pending_rows()).filter(pk=key).first()
    if row is None:
        return Outcome.NOTHING.value
    _note_on_run(key, row.attempts + 1, row.due_at)
    result = job_type.perform(key)
    if isinstance(result, WorkFailed):
        return _failed(result)
    return Outcome.NOTHING.value if result is None else Outcome.SUCCEEDED.value


def _failed(result: WorkFailed) -> str:
    """Return the outcome of work that did not raise and yet failed; note it on its record."""
    outcome = (Outcome.DEAD if result.is_given_up else Outcome.FAILED).value
    if run := recorder.current():
        run.outcome = outcome
        run.error_text = result.error
    return outcome


def _record_dead_letters(job_type: JobType) -> int:
    """Write dead letters for the rows that their own app has given up on."""
    known = DeadLetter.objects.filter(job=job_type.job.value).values_list("subject", flat=True)
    # Older rows may have had a letter that was settled and removed (`records.retention`).
    recent = timezone.now() - settings.DEAD_LETTERS_KEPT
    rows = job_type.pending_rows().filter(due_at=None, created_at__gte=recent)
    dead = {str(row.pk): row for row in rows.order_by("-pk")[:KNOWN_DEAD]}
    new = dead.keys() - set(known.filter(subject__in=dead))
    DeadLetter.objects.bulk_create(
        [
            DeadLetter(
                job=job_type.job.value,
                subject=subject,
                attempts=dead[subject].attempts,
                reason=dead[subject].last_error,
            )
            for subject in new
        ],
        ignore_conflicts=True,
    )
    return len(new)


def _note_on_run(key: Key, attempt: int, wanted_at: datetime) -> None:
    if run := recorder.current():
        run.subject = str(key)
        run.attempt = attempt
        run.ordered_at = wanted_at.timestamp()


def _record_lost(job_type: JobType, row: Any) -> None:
    """Record an attempt whose process died before it could."""
    ended_at = row.leased_until.timestamp()
    recorder.keep(
        recorder.Run(
            name=job_type.job.value,
            queue=job_type.queue.value,
            subject=str(row.pk),
            attempt=row.attempts,
            ordered_at=row.due_at.timestamp(),
            started_at=(row.leased_until - job_type.lease_of(row.attempts)).timestamp(),
            ended_at=ended_at,
            outcome=Outcome.LOST.value,
            error_text=PROCESS_ENDED,
        )
    )
