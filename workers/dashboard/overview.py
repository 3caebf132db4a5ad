"""What the dashboard shows above its list: cards, alerts, queues, workers, schedules."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.jobs.enqueue import Queue
from workers.dashboard import statistics, task_row
from workers.dashboard.task_row import ByJob
from workers.dashboard.time_ranges import Period
from workers.engine.job_types import Text
from workers.engine.periodic import PeriodicTasks
from workers.models import Alert, Periodic, QueuePause, WorkerProcess
from workers.monitoring import alerts, health
from workers.monitoring import backlog as queue_backlog
from workers.monitoring.business_metrics import BUSINESS_METRICS

QUEUE_LABELS: dict[str, Text] = {
    Queue.REALTIME.value: _("Messages"),
    Queue.NOTIFICATIONS.value: _("Push and email"),
    Queue.ATTACHMENTS.value: _("Files"),
    Queue.MAINTENANCE.value: _("Maintenance"),
}
# Periodic work that began later than this was held up.
LATE = timedelta(seconds=60)


def summary(job_types: ByJob, period: Period, *, may_act: bool) -> dict[str, Any]:
    """Return everything that is one number or a short table."""
    backlogs = queue_backlog.backlogs(job_types.values())
    states = ("running", "waiting", "retrying", "scheduled")
    cards = {name: sum(getattr(b, name) for b in backlogs.values()) for name in states}
    audit = health.last_audit()
    return {
        "at": timezone.now(),
        "period": period.name,
        "may_act": may_act,
        "cards": {
            **cards,
            **statistics.counts(period),
            "dead": health.dead_letters().count(),
        },
        "alerts": _alerts(job_types),
        "broker_is_away": health.broker_is_away(),
        "outbox_lag_seconds": backlogs[Queue.REALTIME.value].oldest_seconds,
        "facts": [fact for tell in BUSINESS_METRICS for fact in tell()],
        "latencies": _latencies(job_types, period),
        "slowest": task_row.of_runs(statistics.slowest(period), job_types),
        "audit": audit,
        "runs_kept_days": settings.TASK_RUNS_KEPT.days,
        "hours_kept_days": settings.TASK_HOURS_KEPT.days,
    }


def queues(job_types: ByJob) -> list[dict[str, Any]]:
    """Return what each queue owes and how fast it goes down."""
    pauses = {pause.queue: pause for pause in QueuePause.objects.select_related("paused_by")}
    out, ordered = statistics.rates(), statistics.arrival_rates()
    serving = [worker.queues for worker in health.workers_alive().filter(is_quiet=False)]
    found = []
    for queue, backlog in queue_backlog.backlogs(job_types.values()).items():
        pause = pauses.get(queue)
        found.append(
            {
                "queue": queue,
                "title": QUEUE_LABELS[queue],
                **asdict(backlog),
                "in_per_minute": ordered.get(queue, 0.0),
                "out_per_minute": out.get(queue, 0.0),
                "seconds_to_empty": _seconds_to_empty(
                    backlog.waiting, out.get(queue, 0.0) - ordered.get(queue, 0.0)
                ),
                "workers": sum(queue in taken for taken in serving),
                "paused_at": pause.paused_at if pause else None,
                "paused_by": pause.paused_by if pause else None,
            }
        )
    return found


def workers() -> list[dict[str, Any]]:
    """Return the workers that live, and those of the last hour that were lost or stopped."""
    now = timezone.now()
    return [
        {
            **{
                name: getattr(worker, name)
                for name in (
                    "id", "host", "pid", "queues", "concurrency", "busy", "memory_bytes",
                    "version", "reaches_broker", "started_at", "seen_at", "order",
                )
            },
            "state": state_of(worker),
            "uptime_seconds": ((worker.stopped_at or now) - worker.started_at).total_seconds(),
        }
        for worker in health.workers_shown()
    ]  # fmt: skip


def state_of(worker: WorkerProcess) -> str:
    if worker.stopped_at:
        return "stopped"
    if timezone.now() - worker.seen_at > health.LOST_AFTER:
        return "lost"
    return "quiet" if worker.is_quiet else "alive"


def failures(job_types: ByJob, period: Period) -> list[dict[str, Any]]:
    groups = statistics.failure_groups(period)
    for group in groups:
        group["title"] = task_row.title_of(group["name"], job_types)
        group["error_text"] = task_row.said(group["error_text"])
    return groups


def schedules(tasks: PeriodicTasks) -> list[dict[str, Any]]:
    """Return periodic work with its times, the next one first."""
    rows = Periodic.objects.filter(name__in=list(tasks.by_name)).order_by("due_at")
    return [
        {
            **{name: getattr(row, name) for name in SCHEDULE_FIELDS},
            "title": tasks.by_name[row.name].label,
            "words": every(row.every_seconds),
            "state": _schedule_state(row),
        }
        for row in rows
    ]


SCHEDULE_FIELDS = (
    "name", "every_seconds", "is_enabled", "due_at", "last_started_at", "last_seconds",
    "drift_seconds", "last_result", "last_error",
)  # fmt: skip


def every(seconds: int) -> str:
    """Return a period in words: « toutes les 30 s »."""
    if seconds % 3600 == 0:
        hours = seconds // 3600
        return gettext("every %(n)d h") % {"n": hours}
    if seconds % 60 == 0:
        minutes = seconds // 60
        return gettext("every %(n)d min") % {"n": minutes}
    return gettext("every %(n)d s") % {"n": seconds}


def _alerts(job_types: ByJob) -> list[dict[str, Any]]:
    """Return what is wrong now, with when it was first seen: asked anew, not only each watch."""
    known = {(a.code, a.about): a for a in Alert.objects.filter(ended_at=None)}
    found = []
    for active in alerts.active_alerts(job_types.values()):
        alert = known.get((active.code, active.about))
        found.append(
            {
                "code": active.code,
                "about": active.about,
                "words": active.words,
                "since": alert.started_at if alert else None,
                "told_at": alert.told_at if alert else None,
            }
        )
    return found


def _latencies(job_types: ByJob, period: Period) -> list[dict[str, Any]]:
    peaks = statistics.memory_peaks()
    return [
        {
            "queue": latency.queue,
            "name": latency.name,
            "title": task_row.title_of(latency.name, job_types),
            "count": latency.count,
            "wait": dict(zip(("p50", "p95", "p99"), latency.wait, strict=True)),
            "run": dict(zip(("p50", "p95", "p99"), latency.run, strict=True)),
            "memory_bytes": peaks.get(latency.name, 0),
        }
        for latency in statistics.latencies(period)
    ]


def _seconds_to_empty(waiting: int, down_per_minute: float) -> float | None:
    """Return how long the queue takes to be empty at this pace; None when it grows."""
    if not waiting:
        return 0.0
    return waiting / down_per_minute * 60 if down_per_minute > 0 else None


def _schedule_state(row: Periodic) -> str:
    now = timezone.now()
    if not row.is_enabled:
        return "disabled"
    if row.leased_until and row.leased_until > now:
        return "running"
    if row.last_error:
        return "failing"
    return "late" if row.due_at and now - row.due_at > LATE else "ok"
