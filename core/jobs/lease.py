"""Lease the rows that have work to do: acquire, renew, release, postpone, give up, reset.

A row says itself when its work is due, until when a worker has it and how often it was tried.
Nothing of that is in the broker. An acquisition is a short transaction that skips locked rows, so
two workers never have the same row. A worker that dies loses its row when the lease ends.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, TypedDict, TypeVar

from django.db import connection, models
from django.db.models import F, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils import timezone

from core.jobs.outcome import said_by

FIRST_BACKOFF = timedelta(seconds=2)
LONGEST_BACKOFF = timedelta(minutes=10)
MAX_ERROR = 2_000


class LeasedJob(models.Model):
    """A row with work to do. `due_at` is None when the work is done or given up."""

    due_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        abstract = True

    @property
    def is_leased(self) -> bool:
        return self.leased_until is not None and self.leased_until > timezone.now()


Row = TypeVar("Row", bound=LeasedJob)
# A time, or the expression of one.
Moment = datetime | RawSQL


class Columns(TypedDict, total=False):
    due_at: datetime | None
    leased_until: datetime | None
    attempts: int
    last_error: str


# Done, or given up.
NOT_DUE: Final[Columns] = {"due_at": None, "leased_until": None}


def due_again(due_at: datetime, error: str = "") -> Columns:
    """Return the columns of a row that is let go and tried again at that time."""
    return {"due_at": due_at, "leased_until": None, "last_error": error}


def reset_attempts(due_at: datetime | None = None, error: str = "") -> Columns:
    """Return the columns of a row that starts from its first attempt, by default now."""
    return {**due_again(due_at or timezone.now(), error), "attempts": 0}


def is_free(now: Moment | None = None) -> Q:
    """Match rows that no worker has: never leased, released, or the lease has ended."""
    return Q(leased_until=None) | Q(leased_until__lt=now or timezone.now())


def due(
    rows: QuerySet[Row], *, longer_than: timedelta = timedelta(0), now: Moment | None = None
) -> QuerySet[Row]:
    """Return the rows that are due, for longer than that, and that no worker has."""
    now = now or timezone.now()
    return rows.filter(is_free(now), due_at__lte=now - longer_than)


@dataclass
class Lease:
    """One row that its worker has until `leased_until`.

    Each method is one UPDATE that finds the row by `leased_until`. It returns False and changes
    nothing when the lease was lost: it ended, and another worker has the row or has finished it.
    """

    # The pending rows of this sort. Not shown: that would ask the database.
    rows: QuerySet[Any] = field(repr=False, compare=False)
    key: Any
    due_at: datetime
    leased_until: datetime
    attempts: int = 1

    @classmethod
    def of(cls, rows: QuerySet[Row], row: Row) -> "Lease":
        """Return the lease that a row shows. The row is due and leased."""
        assert row.due_at is not None, "due"
        assert row.leased_until is not None, "leased"
        return cls(rows, row.pk, row.due_at, row.leased_until, row.attempts)

    def leased_rows(self) -> QuerySet[Any]:
        """Return the row under this lease; no row once the lease is lost."""
        return self.rows.filter(pk=self.key, leased_until=self.leased_until, due_at__isnull=False)

    def renew(self, until: datetime) -> bool:
        """Move the end of the lease."""
        if not self.leased_rows().update(leased_until=until):
            return False
        self.leased_until = until
        return True

    def release(self, error: str, *, pause: timedelta | None = None) -> bool:
        """Let go of the row after a failure; it is due again after a pause."""
        due_at = timezone.now() + (pause or backoff_after(self.attempts))
        return bool(self.leased_rows().update(**due_again(due_at, error)))

    def postpone(self, error: str, *, longest: timedelta = LONGEST_BACKOFF) -> bool:
        """Let go of the row as `release` does, without counting the attempt."""
        due_at = timezone.now() + min(backoff_after(self.attempts), longest)
        attempts = max(0, self.attempts - 1)
        return bool(self.leased_rows().update(**due_again(due_at, error), attempts=attempts))

    def give_back(self) -> bool:
        """Let go of the row as if it had not been acquired."""
        attempts = max(0, self.attempts - 1)
        return bool(self.leased_rows().update(leased_until=None, attempts=attempts))

    def give_up(self, error: str) -> bool:
        """Let go of the row for good: it stays pending, without `due_at`."""
        return bool(self.leased_rows().update(**NOT_DUE, last_error=error))


# Precedes nearly every job, so it is one statement. It does not wait for the disk
# (`synchronous_commit`, for this one transaction): work can kill its process, not PostgreSQL.
# A row with `due_at` is pending, so the other conditions of `rows` need not be asked.
ACQUIRE_FIRST = """
    UPDATE {table} SET leased_until = %(until)s, attempts = 1
    WHERE {key} IN (
        SELECT {key} FROM {table}
        WHERE {key} = ANY(%(keys)s) AND due_at <= %(now)s
            AND leased_until IS NULL AND attempts = 0
        FOR NO KEY UPDATE SKIP LOCKED
    )
    RETURNING {key}, due_at, set_config('synchronous_commit', 'off', true)
"""


def acquire_first(rows: QuerySet[Any], key: Any, *, lasting: timedelta) -> Lease | None:
    """Acquire a row for its first attempt; None when it is not due or was tried before."""
    return next(iter(acquire_first_of(rows, [key], lasting=lasting)), None)


def acquire_first_of(
    rows: QuerySet[Any], keys: Sequence[Any], *, lasting: timedelta
) -> list[Lease]:
    """Acquire those of these rows that are due and were never tried.

    One statement that is a transaction of its own, unless the caller has one open.
    """
    meta = rows.model._meta
    names = {"table": meta.db_table, "key": meta.pk.column}
    now = timezone.now()
    until = now + lasting
    with connection.cursor() as cursor:
        asked: dict[str, Any] = {"keys": list(keys), "now": now, "until": until}
        cursor.execute(ACQUIRE_FIRST.format(**names), asked)
        return [
            Lease(rows, key, due_at=due_at, leased_until=until)
            for key, due_at, _ in cursor.fetchall()
        ]


def lock_due(rows: QuerySet[Row], key: Any) -> Row | None:
    """Lock a row that is due and free until the end of the transaction; None when it is not."""
    # No key: rows that only point at this one (a quoted message) are no reason to skip it.
    free = due(rows).select_for_update(skip_locked=True, of=("self",), no_key=True)
    return free.filter(pk=key).first()


def acquire_locked(
    rows: QuerySet[Row], locked: Sequence[Row], *, lasting: timedelta, **columns: Any
) -> list[Lease]:
    """Acquire rows that this transaction has locked, each counted as one more attempt.

    One statement, which writes other columns too; `due_at` among them makes the rows due.
    """
    until = timezone.now() + lasting
    chosen = rows.filter(pk__in=[row.pk for row in locked])
    chosen.update(**columns, leased_until=until, attempts=F("attempts") + 1)
    return [_acquired(rows, row, columns.get("due_at", row.due_at), until) for row in locked]


def _acquired(rows: QuerySet[Row], row: Row, due_at: datetime | None, until: datetime) -> Lease:
    assert due_at is not None, "a row that is acquired is due"
    return Lease(rows, row.pk, due_at, until, row.attempts + 1)


def reset(rows: QuerySet[Any]) -> int:
    """Give rows all their attempts again, from now. Their last error stays, to be read."""
    return rows.update(due_at=timezone.now(), leased_until=None, attempts=0)


def error_text(error: BaseException) -> str:
    """Return an error as a row keeps it: `RuntimeError: no paper left`."""
    return f"{type(error).__name__}: {said_by(error)}"[:MAX_ERROR]


def backoff_after(attempts: int) -> timedelta:
    """Return how long to wait after that many attempts: doubling, with jitter, at most 10 min."""
    longest: timedelta = min(FIRST_BACKOFF * 2 ** min(attempts, 16), LONGEST_BACKOFF)
    return longest * random.uniform(0.5, 1.0)


def commit_lazily() -> None:
    """Let the surrounding transaction end before it is on the disk, some tenths of a second later.

    Only for work that is due again when a crash of PostgreSQL undoes it, never where a version
    was handed out. Transactions that wait for a row locked here wait for the disk once less.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")
