"""Work that is owed, as columns of the row that owes it.

The row is the order to work: when it is due, who holds it now and how often it was tried are
columns, never a countdown in the broker. A claim is one short transaction that skips locked
rows, so two workers never hold the same one; a worker that dies loses it when the lease ends.
"""

import random
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

FIRST_BACKOFF = timedelta(seconds=2)
LONGEST_BACKOFF = timedelta(minutes=10)


class LeasedJob(models.Model):
    """A row with work to do. `due_at` is None when nothing is owed any more."""

    due_at = models.DateTimeField(null=True, blank=True, default=timezone.now)
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        abstract = True


Row = TypeVar("Row", bound=LeasedJob)


def due(rows: QuerySet[Row]) -> QuerySet[Row]:
    """The rows that are due and that nobody holds."""
    now = timezone.now()
    return rows.filter(due_at__lte=now).filter(Q(leased_until=None) | Q(leased_until__lt=now))


@transaction.atomic
def claim(rows: QuerySet[Row], *, lease: timedelta, at_most: int = 1) -> Sequence[Row]:
    """Take up to `at_most` due rows until the lease ends, each counted as one more attempt.

    Rows that another worker is taking at this moment are passed over. Needs no transaction
    around it.
    """
    free = (
        due(rows).order_by("due_at").select_for_update(skip_locked=True, of=("self",), no_key=True)
    )
    chosen = list(free.values_list("pk", flat=True)[:at_most])
    taken = rows.model._default_manager.filter(pk__in=chosen)
    taken.update(leased_until=timezone.now() + lease, attempts=F("attempts") + 1)
    return list(taken.order_by("due_at"))


def commit_lazily() -> None:
    """Let the surrounding transaction end before it is on the disk, some tenths of a second later.

    For what is owed again when a crash of PostgreSQL undoes it, and only for that: never where a
    version was handed out. Whoever waits for a row that it locks waits for the disk once less.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit TO off")


def reset_attempts() -> dict[str, Any]:
    """Return the columns of a row whose work is ordered once more, from the first attempt."""
    return {"due_at": timezone.now(), "leased_until": None, "attempts": 0, "last_error": ""}


def backoff_after(attempts: int) -> timedelta:
    """How long to wait after that many attempts: doubling, with jitter, at most ten minutes."""
    longest: timedelta = min(FIRST_BACKOFF * 2 ** min(attempts, 16), LONGEST_BACKOFF)
    return longest * random.uniform(0.5, 1.0)
