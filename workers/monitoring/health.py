"""Which workers live, and what failed: from the rows and the records alone.

Nothing here asks the broker, so all of it is there when the broker is not.
"""

from collections.abc import Mapping
from datetime import timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from core.jobs.enqueue import Queue
from workers.models import (
    CounterAudit,
    DeadLetter,
    Heartbeat,
    TaskRun,
    WorkerProcess,
)

# Three words that did not come.
LOST_AFTER = timedelta(seconds=12)
ERRORS = (TaskRun.Outcome.FAILED, TaskRun.Outcome.DEAD, TaskRun.Outcome.LOST)


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
