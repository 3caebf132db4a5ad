"""Say what the engine and the sweeper need to know about each type of job."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypedDict

from django.db.models import QuerySet
from django.utils.functional import Promise

from core.ids import id_of
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
    """The row that a task worked on, for people: words, and a link if it can be looked at.

    `result` says what became of the row; "" while its work is not done.
    """

    words: Text
    link: str = ""
    result: Text = ""


def never() -> bool:
    return False


def no_descriptions(keys: Iterable[str]) -> Mapping[str, Description]:
    return {}


@dataclass(frozen=True)
class JobType:
    """One type of job: which rows have work to do (`core.jobs.lease.LeasedJob`), and how to do it.

    `perform` gets the id of a row that the caller has leased. It does the work and clears `due_at`
    in the same transaction, or sets another time. A row that it leaves as it was is tried again
    when the lease ends.
    """

    job: Job
    # The name of the work, for people.
    label: Text
    # The argument of the task that is the row's id.
    id_name: str
    # The rows whose work is not done. Those without `due_at` are given up.
    pending_rows: Callable[[], QuerySet[Any]]
    perform: Callable[[Key], object]
    # The row of a killed worker is free again after this time.
    lease: timedelta
    # Each attempt may take twice as long as the one before, up to this: else slow work would be
    # taken for dead at each attempt. Not for work that renews its lease.
    longest_lease: timedelta | None = None
    # Describes the rows of these ids (as text), in one call.
    describe: Callable[[Iterable[str]], Mapping[str, Description]] = no_descriptions
    # The words for what an attempt returned (`TaskRun.result`), by the row's id. None: the row says
    # what became of it.
    result_words: Callable[[str, str], Text] | None = None
    # Called with id and reason, in the transaction that gives the row up.
    on_dead_letter: Callable[[Key, str], object] | None = None
    # `perform` acquires and releases the row itself, together with others, and returns None when
    # there was nothing to do.
    acquires_itself: bool = False
    # Columns. Rows with the same values in them are done together, so one wake-up is enough.
    together: tuple[str, ...] = ()
    # Does several rows at once, one of each group, and returns the ids of those that are done (and
    # of others that were done with them). The rest is left to `perform`.
    perform_together: Callable[[Sequence[Key]], Collection[Key]] | None = None
    # A task does the other rows that are due as well (`batches.perform_with_others`), so a few
    # wake-ups are enough for many rows.
    takes_others: bool = False
    # Whether people may cancel it while it runs. Only for work that comes back by itself: a
    # cancelled message would stay pending for ever, or be lost.
    is_cancellable: bool = False
    max_attempts: int = 8
    # The pause after each attempt but the last. Empty: `core.jobs.lease.backoff_after`.
    pauses: tuple[timedelta, ...] = ()
    # A row that has been due for less than this is probably on its way through the broker.
    patience: timedelta = timedelta(seconds=1)
    # A row that has been due for longer than this is done by the fallback runner: soon where
    # people wait and the work is short.
    fallback_after: timedelta = timedelta(seconds=10)
    key_of: Callable[[str], Key] = id_of
    # True while no worker may take a row of it: what leaves does not leave a copy.
    is_held: Callable[[], bool] = never

    def arguments_of(self, key: Key) -> dict[str, str]:
        """Return the arguments of the task that works on a row."""
        return {self.id_name: str(key)}

    @property
    def queue(self) -> Queue:
        return QUEUES[self.job]

    def pause_after(self, attempt: int) -> timedelta | None:
        """Return the pause after the nth attempt; None for the usual one."""
        return self.pauses[min(attempt, len(self.pauses)) - 1] if self.pauses else None

    def lease_of(self, attempt: int) -> timedelta:
        """Return the lease of the nth attempt, counted from 1."""
        longest = self.longest_lease or self.lease
        grown: timedelta = self.lease * 2 ** (max(attempt, 1) - 1)
        return min(grown, longest)
