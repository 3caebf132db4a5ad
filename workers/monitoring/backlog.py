"""What is pending, by queue and state, from the rows alone."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Min, Q
from django.utils import timezone

from core.jobs.enqueue import Queue
from workers.engine.job_types import JobType
from workers.models import (
    QueuePause,
)


@dataclass
class Backlog:
    """What is owed, by state. `oldest_seconds` is the age of the oldest row that waits."""

    waiting: int = 0
    running: int = 0
    retrying: int = 0
    scheduled: int = 0
    oldest_seconds: float = 0.0

    def add(self, other: "Backlog") -> None:
        self.waiting += other.waiting
        self.running += other.running
        self.retrying += other.retrying
        self.scheduled += other.scheduled
        self.oldest_seconds = max(self.oldest_seconds, other.oldest_seconds)


def by_state(job_type: JobType) -> dict[str, Q]:
    """Return the condition of each state of an owed row of that job_type."""
    now = timezone.now()
    held = Q(leased_until__gt=now)
    return {
        "waiting": Q(due_at__lte=now) & ~held,
        "running": Q(due_at__isnull=False) & held,
        "retrying": Q(due_at__gt=now, attempts__gt=0) & ~held,
        "scheduled": Q(due_at__gt=now, attempts=0) & ~held,
    }


def backlog_of(job_type: JobType) -> Backlog:
    """Return what is owed of one job_type, in one query."""
    states = by_state(job_type)
    # Aliases of their own: an aggregate may not take the name of a column.
    counts = {f"n_{name}": Count("pk", filter=state) for name, state in states.items()}
    found = job_type.pending().aggregate(**counts, oldest=Min("due_at", filter=states["waiting"]))
    oldest = found.pop("oldest")
    return Backlog(
        **{name.removeprefix("n_"): number for name, number in found.items()},
        oldest_seconds=(timezone.now() - oldest).total_seconds() if oldest else 0.0,
    )


def backlogs(job_types: Iterable[JobType]) -> dict[str, Backlog]:
    """Return what each queue owes; a queue that owes nothing is there too."""
    queues = {queue.value: Backlog() for queue in Queue}
    for job_type in job_types:
        queues[job_type.queue.value].add(backlog_of(job_type))
    return queues


def paused_queues() -> set[str]:
    return set(QueuePause.objects.values_list("queue", flat=True))
