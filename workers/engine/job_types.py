"""What the engine and the sweeper must know of a kind of owed row."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypedDict
from uuid import UUID

from django.db.models import QuerySet
from django.utils.functional import Promise

from core.jobs.enqueue import QUEUES, Job, Queue

# A row's id: a UUID for most, a name for periodic work.
Key = Any
Text = str | Promise


class BusyTask(TypedDict):
    """A job that a worker works on now, as its row keeps it. `started_at` is an ISO time."""

    name: str
    subject: str
    started_at: str | None


@dataclass(frozen=True)
class Description:
    """What a task worked on, for people: words, and where to look at it."""

    words: Text
    link: str = ""


def no_descriptions(keys: Iterable[str]) -> Mapping[str, Description]:
    return {}


@dataclass(frozen=True)
class JobType:
    """One kind of owed row (`core.jobs.lease.LeasedJob`) and how its work is done.

    `perform` is given the id of a row that the caller holds. It does the work and clears `due_at`
    in the same transaction, or gives it another time; a row that it leaves as it was is tried
    again when the lease ends.
    """

    job: Job
    # What the work is called, for people.
    label: Text
    # The argument of the task that carries the row's id.
    id_name: str
    # The rows with work to do; those without `due_at` among them are dead.
    pending_rows: Callable[[], QuerySet[Any]]
    perform: Callable[[Key], object]
    # A worker that was killed frees its row after this long.
    lease: timedelta
    # Each attempt may take twice as long as the one before, up to this: slow work must not be
    # taken for dead until no attempt is left. Not for work that renews its lease.
    longest_lease: timedelta | None = None
    # Says what rows are, given their ids as text, all at once.
    describe: Callable[[Iterable[str]], Mapping[str, Description]] = no_descriptions
    # Told in the transaction that ends the last attempt.
    on_dead_letter: Callable[[Key, str], object] | None = None
    # `perform` takes and gives back the row by itself, with others that belong together, and
    # returns None when there was nothing to do.
    acquires_itself: bool = False
    # Columns: rows that have them in common are done together, so one of them is asked for.
    together: tuple[str, ...] = ()
    # Whether people may cut it while it runs: only what comes back by itself. Half a message's
    # work would be owed for ever, or lost.
    is_cancellable: bool = False
    max_attempts: int = 8
    # Younger rows are probably on their way through the broker.
    patience: timedelta = timedelta(seconds=1)
    # Waiting for longer, the row is worked on by the sweeper itself: soon where people wait and
    # the work is short, late where it would keep the sweeper from the others.
    fallback_after: timedelta = timedelta(seconds=10)
    key_of: Callable[[str], Key] = UUID

    def arguments_of(self, key: Key) -> dict[str, str]:
        """Return the arguments of the task that works on a row."""
        return {self.id_name: str(key)}

    @property
    def queue(self) -> Queue:
        return QUEUES[self.job]

    def lease_of(self, attempt: int) -> timedelta:
        """Return how long an attempt holds its row."""
        longest = self.longest_lease or self.lease
        grown: timedelta = self.lease * 2 ** (max(attempt, 1) - 1)
        return min(grown, longest)
