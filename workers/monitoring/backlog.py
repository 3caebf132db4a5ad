"""Count the pending jobs by queue and state, from their rows alone."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from core.jobs.enqueue import Queue
from workers.engine.job_types import JobType
from workers.models import DeadLetter, QueuePause


@dataclass
class Backlog:
    """Pending jobs by state. `oldest_seconds` is the age of the oldest job that waits."""

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
    """Return the condition of each live state, for the rows of a job type."""
    now = timezone.now()
    leased = Q(leased_until__gt=now)
    return {
        "waiting": Q(due_at__lte=now) & ~leased,
        "running": Q(due_at__isnull=False) & leased,
        "retrying": Q(due_at__gt=now, attempts__gt=0) & ~leased,
        "scheduled": Q(due_at__gt=now, attempts=0) & ~leased,
    }


def backlog_of(job_type: JobType) -> Backlog:
    """Count the jobs of one type, in one query."""
    states = by_state(job_type)
    # Prefixed: an aggregate may not have the name of a column.
    counts = {f"n_{name}": Count("pk", filter=state) for name, state in states.items()}
    found = job_type.pending_rows().aggregate(
        **counts, oldest=Min("due_at", filter=states["waiting"])
    )
    oldest = found.pop("oldest")
    # What is held back waits for a person, not for a worker.
    is_late = oldest is not None and not job_type.is_held()
    return Backlog(
        **{name.removeprefix("n_"): number for name, number in found.items()},
        oldest_seconds=(timezone.now() - oldest).total_seconds() if is_late else 0.0,
    )


def backlogs(job_types: Iterable[JobType]) -> dict[str, Backlog]:
    """Return the backlog of every queue, empty ones included."""
    return by_queue((job_type, backlog_of(job_type)) for job_type in job_types)


def by_queue(by_job: Iterable[tuple[JobType, Backlog]]) -> dict[str, Backlog]:
    """Add up the backlogs of job types by their queues, empty ones included."""
    queues = {queue.value: Backlog() for queue in Queue}
    for job_type, backlog in by_job:
        queues[job_type.queue.value].add(backlog)
    return queues


def dead_letters() -> QuerySet[DeadLetter]:
    """Return the jobs that wait for a person's decision, newest first."""
    open_letters = DeadLetter.objects.filter(settled_at=None)
    return open_letters.select_related("owner").order_by("-died_at", "-pk")


def paused_queues() -> set[str]:
    return set(QueuePause.objects.values_list("queue", flat=True))
