"""Tell how the workers, beat and the last attempts are, from what they wrote down.

`backlog` counts the jobs, this module looks at the processes. Neither asks the broker.
"""

from collections.abc import Mapping
from datetime import timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from attachments.checks import antivirus_answers
from core.jobs.enqueue import Queue
from workers.models import CounterAudit, Heartbeat, TaskRun, WorkerProcess

# Four heartbeats (`recovery.agent.HEARTBEAT_SECONDS`).
LOST_AFTER = timedelta(seconds=12)
# The row says since when the antivirus is away. There is none while it answers.
ANTIVIRUS_AWAY = "antivirus_away"
ERRORS = (TaskRun.Outcome.FAILED, TaskRun.Outcome.DEAD, TaskRun.Outcome.LOST)


def workers_alive() -> QuerySet[WorkerProcess]:
    return WorkerProcess.objects.filter(stopped_at=None, seen_at__gte=timezone.now() - LOST_AFTER)


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
    """Return the age of beat's last sign of life; None when there was none."""
    beat = Heartbeat.objects.filter(name="beat").first()
    return (timezone.now() - beat.seen_at).total_seconds() if beat else None


def note_antivirus() -> None:
    """Ask the antivirus whether it is there, and write down since when it is not."""
    away = Heartbeat.objects.filter(name=ANTIVIRUS_AWAY)
    if antivirus_answers() in ("", "ok"):
        away.delete()
    else:
        Heartbeat.objects.get_or_create(name=ANTIVIRUS_AWAY)


def antivirus_away_seconds() -> float | None:
    """Return for how long the antivirus has been away; None while it answers."""
    away = Heartbeat.objects.filter(name=ANTIVIRUS_AWAY).first()
    return (timezone.now() - away.seen_at).total_seconds() if away else None


def failure_share(period: timedelta = timedelta(hours=1)) -> tuple[float, int]:
    """Return the share (0 to 1) of failed attempts in a period, and the number of attempts."""
    since = timezone.now() - period
    runs = TaskRun.objects.filter(ended_at__gte=since).exclude(outcome=TaskRun.Outcome.NOTHING)
    found: Mapping[str, int] = runs.aggregate(
        attempts=Count("pk"), failed=Count("pk", filter=Q(outcome__in=ERRORS))
    )
    attempts = found["attempts"]
    return (found["failed"] / attempts if attempts else 0.0), attempts


def last_audit() -> CounterAudit | None:
    return CounterAudit.objects.order_by("-at").first()
