"""What is known of the background work: live from the rows, past from the records.

Nothing here asks the broker, so all of it is there when the broker is not.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Min, Q, QuerySet
from django.utils import timezone

from core.jobs.enqueue import Queue
from workers.kinds import JobType
from workers.models import (
    CounterAudit,
    DeadLetter,
    Heartbeat,
    QueuePause,
    TaskRun,
    WorkerProcess,
)

# Three words that did not come.
LOST_AFTER = timedelta(seconds=12)
ERRORS = (TaskRun.Outcome.FAILED, TaskRun.Outcome.DEAD, TaskRun.Outcome.LOST)


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


def workers_alive() -> QuerySet[WorkerProcess]:
    return WorkerProcess.objects.filter(stopped_at=None, seen_at__gte=timezone.now() - LOST_AFTER)


def workers_shown() -> QuerySet[WorkerProcess]:
    """The workers that live, and those that were lost or stopped in the last hour."""
    since = timezone.now() - timedelta(hours=1)
    return WorkerProcess.objects.filter(seen_at__gte=since).order_by("stopped_at", "-seen_at")


def unserved_queues() -> set[str]:
    """Queues that no living worker takes from."""
    served: set[str] = set()
    for queues in workers_alive().filter(is_quiet=False).values_list("queues", flat=True):
        served.update(queues)
    return {queue.value for queue in Queue} - served


def broker_is_away() -> bool:
    """Whether the workers that live all say that they do not reach the broker."""
    reaching = list(workers_alive().values_list("reaches_broker", flat=True))
    return bool(reaching) and not any(reaching)


def beat_age_seconds() -> float | None:
    """Return how long ago beat was last seen; None when it never was."""
    beat = Heartbeat.objects.filter(name="beat").first()
    return (timezone.now() - beat.seen_at).total_seconds() if beat else None


def failure_share(period: timedelta = timedelta(hours=1)) -> tuple[float, int]:
    """Return the share of the attempts of a period that failed, and how many there were."""
    since = timezone.now() - period
    runs = TaskRun.objects.filter(ended_at__gte=since).exclude(outcome=TaskRun.Outcome.NOTHING)
    found: Mapping[str, int] = runs.aggregate(
        attempts=Count("pk"), failed=Count("pk", filter=Q(outcome__in=ERRORS))
    )
    attempts = found["attempts"]
    return (found["failed"] / attempts if attempts else 0.0), attempts


def dead_letters() -> QuerySet[DeadLetter]:
    """What waits for a person's decision, newest first."""
    return (
        DeadLetter.objects.filter(settled_at=None)
        .select_related("owner")
        .order_by("-died_at", "-pk")
    )


def last_audit() -> CounterAudit | None:
    return CounterAudit.objects.order_by("-at").first()
