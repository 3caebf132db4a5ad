"""Tell how the workers, beat and the last attempts are, from what they wrote down.

`backlog` counts the jobs, this module looks at the processes. Neither asks the broker.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from redis.exceptions import RedisError

from core.jobs.enqueue import Queue
from core.valkey import valkey
from workers.models import CounterAudit, Heartbeat, TaskRun, WorkerProcess

# The second is for an answer that a busy machine gave too late.
PAGE_PING_SECONDS = (0.2, 0.5)
ERRORS = (TaskRun.Outcome.FAILED, TaskRun.Outcome.DEAD, TaskRun.Outcome.LOST)


def workers_alive() -> QuerySet[WorkerProcess]:
    since = timezone.now() - settings.WORKER_LOST_AFTER
    return WorkerProcess.objects.filter(stopped_at=None, seen_at__gte=since)


def workers_shown() -> QuerySet[WorkerProcess]:
    """Return the workers that live, and those that were lost or stopped in the last hour."""
    since = timezone.now() - timedelta(hours=1)
    return WorkerProcess.objects.filter(seen_at__gte=since).order_by("stopped_at", "-seen_at")


def unserved_queues() -> set[str]:
    """Return the queues that no living worker takes from."""
    served: set[str] = set()
    for queues in workers_alive().filter(is_quiet=False).values_list("queues", flat=True):
        served.update(queues)
    return {queue.value for queue in Queue} - served


def broker_is_away() -> bool:
    """Tell whether there are living workers and none of them reaches the broker."""
    reaching = list(workers_alive().values_list("reaches_broker", flat=True))
    return bool(reaching) and not any(reaching)


def beat_age_seconds() -> float | None:
    """Return the age of beat's last sign of life, or of the oldest worker that never saw one.

    None without both.
    """
    beat = Heartbeat.objects.filter(name="beat").first()
    first = None if beat else workers_alive().order_by("started_at").first()
    since = beat.seen_at if beat else first and first.started_at
    return (timezone.now() - since).total_seconds() if since else None


def valkey_fault(*, asks_itself: bool) -> str | None:
    """Return why no living worker reaches Valkey; None while one does.

    Without workers this process asks. `asks_itself`: it asks in any case, so that a page does not
    wait for the next heartbeats.
    """
    reaching = list(workers_alive().values_list("reaches_valkey", flat=True))
    if any(reaching) and not asks_itself:
        return None
    for timeout_seconds in PAGE_PING_SECONDS:
        try:
            valkey(timeout_seconds).ping()
        except (RedisError, OSError) as error:
            said = f"{type(error).__name__}: {error}"
        else:
            # A full one answers, and takes no writes from the workers.
            return "" if reaching and not any(reaching) else None
    return said


def failure_share(since: datetime) -> tuple[float, int]:
    """Return the share (0 to 1) of failed attempts since then, and the number of attempts."""
    runs = TaskRun.objects.filter(ended_at__gte=since).exclude(outcome=TaskRun.Outcome.NOTHING)
    found: Mapping[str, int] = runs.aggregate(
        attempts=Count("pk"), failed=Count("pk", filter=Q(outcome__in=ERRORS))
    )
    attempts = found["attempts"]
    return (found["failed"] / attempts if attempts else 0.0), attempts


def last_audit() -> CounterAudit | None:
    return CounterAudit.objects.order_by("-at").first()
