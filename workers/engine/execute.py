"""Doing the work that a row owes: take it, do it, and say in the row how it went.

The attempt is counted before the work begins, in a transaction of its own: work that kills its
process every time runs out of attempts like any other.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from core.jobs.lease import backoff_after, due
from workers.engine.job_types import JobType, Key
from workers.engine.progress import followed
from workers.models import DeadLetter, TaskRun
from workers.records import recorder

Outcome = TaskRun.Outcome
MAX_ERROR = 2_000
KNOWN_DEAD = 500
PROCESS_ENDED = "The worker's process ended during the work."

logger = structlog.get_logger(__name__)


def execute(job_type: JobType, key: Key) -> str:
    """Do a row's work if it is due and free, and return the outcome.

    What the work raises is raised again, once the row says when the next attempt is, or that
    there is none.
    """
    if job_type.acquires_itself:
        return _delegate(job_type, key)
    row = acquire(job_type, key)
    if row is None:
        return Outcome.NOTHING.value
    _note_on_run(key, row.attempts, row.wanted_at)
    try:
        with followed(job_type, key):
            job_type.perform(key)
    except Exception as error:
        outcome = release(job_type, row, error)
        if run := recorder.current():
            run.outcome = outcome
        raise
    return Outcome.SUCCEEDED.value


@dataclass(frozen=True)
class Acquired:
    """A row that is ours until its lease ends."""

    pk: Key
    # When the work was wanted.
    wanted_at: datetime
    leased_until: datetime
    attempts: int = 1


def acquire(job_type: JobType, key: Key) -> Acquired | None:
    """Take a row until its lease ends, counted as an attempt; None when it is not to be had."""
    return acquire_first(job_type, key) or acquire_again(job_type, key)


# Of a row without `due_at` nothing is owed, so `JobType.pending` need not be asked. Written out,
# since it precedes nearly every job; and not waiting for the disk (`synchronous_commit`, for this
# one transaction), since what the work can kill is its process and not PostgreSQL.
ACQUIRE_FIRST = """
    UPDATE {table} SET leased_until = %(until)s, attempts = 1
    WHERE {key} = (
        SELECT {key} FROM {table}
        WHERE {key} = %(key)s AND due_at <= %(now)s AND leased_until IS NULL AND attempts = 0
        FOR NO KEY UPDATE SKIP LOCKED
    )
    RETURNING due_at, set_config('synchronous_commit', 'off', true)
"""


def acquire_first(job_type: JobType, key: Key) -> Acquired | None:
    """Take a row for its first attempt, in one statement."""
    meta = job_type.pending().model._meta
    names = {"table": meta.db_table, "key": meta.pk.column}
    now = timezone.now()
    until = now + job_type.lease_of(1)
    with connection.cursor() as cursor:
        cursor.execute(ACQUIRE_FIRST.format(**names), {"key": key, "now": now, "until": until})
        found = cursor.fetchone()
    return Acquired(key, wanted_at=found[0], leased_until=until) if found else None


@transaction.atomic
def acquire_again(job_type: JobType, key: Key) -> Acquired | None:
    """Take a row that was tried before.

    One that was held and not given back has lost its worker; at the last attempt it is buried
    instead.
    """
    # No key: rows that only point at this one (a quoted message) are no reason to pass it over.
    free = due(job_type.pending()).select_for_update(skip_locked=True, of=("self",), no_key=True)
    row = free.filter(pk=key).first()
    if row is None:
        return None
    if row.leased_until is not None:
        _record_lost(job_type, row)
        if row.attempts >= job_type.max_attempts:
            dead_letter(job_type, row, row.last_error or PROCESS_ENDED)
            return None
    attempts = row.attempts + 1
    until = timezone.now() + job_type.lease_of(attempts)
    job_type.pending().filter(pk=key).update(leased_until=until, attempts=attempts)
    return Acquired(key, row.due_at, until, attempts)


def release(job_type: JobType, row: Acquired, error: BaseException) -> str:
    """Let go of a row whose work failed: the next attempt comes after a pause, or never."""
    words = f"{type(error).__name__}: {error}".replace("\0", "")[:MAX_ERROR]
    # Not when the lease ended meanwhile and another has it.
    if row.attempts >= job_type.max_attempts:
        dead_letter(job_type, row, words)
        return Outcome.DEAD.value
    held = job_type.pending().filter(pk=row.pk, leased_until=row.leased_until)
    due_at = timezone.now() + backoff_after(row.attempts)
    held.update(due_at=due_at, leased_until=None, last_error=words)
    return Outcome.FAILED.value


@transaction.atomic
def dead_letter(job_type: JobType, row: Any, reason: str) -> None:
    """Stop trying: the row stays, owed and without a time, and a person must decide."""
    held = job_type.pending().filter(pk=row.pk, leased_until=row.leased_until)
    if not held.update(due_at=None, leased_until=None, last_error=reason):
        return
    DeadLetter.objects.update_or_create(
        job=job_type.job.value,
        subject=str(row.pk),
        defaults={
            "attempts": row.attempts,
            "reason": reason,
            "died_at": timezone.now(),
            "settled_at": None,
        },
    )
    if job_type.on_dead_letter:
        job_type.on_dead_letter(row.pk, reason)
    logger.error("task_dead", job=job_type.job.value, subject=str(row.pk), reason=reason)


def dead_letter_exhausted(job_type: JobType) -> int:
    """Bury the rows whose last attempt ended with its process; return how many."""
    if job_type.acquires_itself:
        return _record_dead_letters(job_type)
    rows = (
        due(job_type.pending())
        .filter(attempts__gte=job_type.max_attempts)
        .exclude(leased_until=None)
    )
    worn_out = list(rows[:100])
    for row in worn_out:
        _record_lost(job_type, row)
        dead_letter(job_type, row, row.last_error or PROCESS_ENDED)
    return len(worn_out)


def requeue(job_type: JobType, keys: list[Key]) -> list[Key]:
    """Give rows all their attempts again, from now; those held at this moment are left alone.

    Return the ids of the rows that are due now.
    """
    rows = requeueable(job_type, keys)
    requeued = list(rows.values_list("pk", flat=True))
    rows.update(due_at=timezone.now(), leased_until=None, attempts=0)
    return requeued


def requeueable(job_type: JobType, keys: list[Key]) -> QuerySet[Any]:
    """Return those of the rows that are owed and that nobody holds at this moment."""
    free = Q(leased_until=None) | Q(leased_until__lt=timezone.now())
    return job_type.pending().filter(free, pk__in=keys)


@dataclass(frozen=True)
class Waiting:
    """A row that is due and free."""

    key: Key
    due_at: datetime
    attempts: int
    # When the last attempt lost it with its process; None when none did.
    lost_at: datetime | None

    @property
    def free_since(self) -> datetime:
        return max(self.due_at, self.lost_at or self.due_at)


def oldest_first(job_type: JobType, *, older_than: timedelta, at_most: int) -> list[Waiting]:
    """Return the rows that have been due for longer than that, and are free.

    Of those that are done together, the oldest.
    """
    rows = (
        due(job_type.pending()).filter(due_at__lte=timezone.now() - older_than).order_by("due_at")
    )
    values = rows.values_list("pk", "due_at", "attempts", "leased_until", *job_type.together)
    oldest: dict[Any, Waiting] = {}
    for key, due_at, attempts, lost_at, *group in values[:at_most]:
        oldest.setdefault(tuple(group) or key, Waiting(key, due_at, attempts, lost_at))
    return list(oldest.values())


def _delegate(job_type: JobType, key: Key) -> str:
    """Have a row worked on by an app that holds its rows itself."""
    row = due(job_type.pending()).filter(pk=key).first()
    if row is None:
        return Outcome.NOTHING.value
    _note_on_run(key, row.attempts + 1, row.due_at)
    result = job_type.perform(key)
    return Outcome.NOTHING.value if result is None else Outcome.SUCCEEDED.value


def _record_dead_letters(job_type: JobType) -> int:
    """Show people the rows that their own app has given up on."""
    known = DeadLetter.objects.filter(job=job_type.job.value).values_list("subject", flat=True)
    # Not those whose settled letter may have been removed (`workers.records.retention`).
    recent = timezone.now() - settings.DEAD_LETTERS_KEPT
    rows = (
        job_type.pending().filter(due_at=None, created_at__gte=recent).order_by("-pk")[:KNOWN_DEAD]
    )
    dead = {str(row.pk): row for row in rows}
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
    """Write down the attempt whose process could not."""
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
