"""The tables above the list of tasks: summary, queues, workers, failures, periodic work."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext

from core.jobs.enqueue import Queue
from core.models import User
from workers.dashboard import statistics
from workers.dashboard.labels import HOUSEKEEPING, ByJob, error_in_words, queue_title, title_of
from workers.dashboard.statistics import FailureGroup, Latency
from workers.dashboard.task_row import TaskRow, rows_of_attempts
from workers.dashboard.time_ranges import Period
from workers.engine.job_types import BusyTask, Text
from workers.engine.periodic import PeriodicTasks
from workers.models import Alert, CounterAudit, Periodic, QueuePause, WorkerProcess
from workers.monitoring import alerts, health
from workers.monitoring.backlog import Backlog, backlog_of, backlogs, dead_letters
from workers.monitoring.business_metrics import SHOWN_METRICS, BusinessMetric
from workers.monitoring.causes import ActiveAlert
from workers.monitoring.finding import active_alerts

# Periodic work that is due for longer than this is shown as late.
LATE = timedelta(seconds=60)
WORKER_ORDER = ("lost", "quiet", "alive", "stopped")


@dataclass(frozen=True)
class Cards:
    """Jobs by live state, attempts of the period by result, and dead letters.

    Periodic work that went well or waits for its time is counted apart, as `housekeeping`.
    """

    waiting: int
    running: int
    retrying: int
    scheduled: int
    succeeded: int
    failed: int
    dead: int
    # Attempts of the period that succeeded.
    housekeeping: int


@dataclass(frozen=True)
class AlertRow:
    code: str
    about: str
    words: str
    what_to_do: str
    detail: Text
    since: datetime | None
    told_at: datetime | None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Shares:
    """Seconds that 50, 95 and 99 % of the attempts stayed under; None without attempts."""

    p50: float | None
    p95: float | None
    p99: float | None


@dataclass(frozen=True)
class LatencyRow:
    """Wait and run time of a task, or of all tasks of a queue if `name` is ""."""

    queue: str
    queue_title: Text
    name: str
    title: Text
    count: int
    wait: Shares
    run: Shares
    memory_bytes: int


@dataclass(frozen=True)
class Summary:
    at: datetime
    period: str
    may_act: bool
    cards: Cards
    alerts: list[AlertRow]
    # Those of the last day that are well again, the latest first.
    ended_alerts: list[AlertRow]
    broker_is_away: bool
    # The age of the oldest message that waits for its fan-out.
    outbox_lag_seconds: float
    facts: list[BusinessMetric]
    latencies: list[LatencyRow]
    queue_latencies: list[LatencyRow]
    slowest: list[TaskRow]
    audit: CounterAudit | None
    runs_kept_days: int
    hours_kept_days: int
    dead_kept_days: int


@dataclass(frozen=True)
class QueueRow:
    queue: str
    title: Text
    waiting: int
    running: int
    retrying: int
    scheduled: int
    oldest_seconds: float
    in_per_minute: float
    out_per_minute: float
    seconds_to_empty: float | None
    # How many workers take from it.
    workers: int
    paused_at: datetime | None
    paused_by: User | None


@dataclass(frozen=True)
class WorkerRow:
    id: UUID
    host: str
    pid: int
    state: str
    queues: list[str]
    concurrency: int
    busy: list[BusyTask]
    memory_bytes: int
    version: str
    reaches_broker: bool
    started_at: datetime
    seen_at: datetime
    uptime_seconds: float
    order: str


@dataclass(frozen=True)
class ScheduleRow:
    name: str
    title: Text
    words: str
    every_seconds: int
    is_enabled: bool
    due_at: datetime | None
    last_started_at: datetime | None
    last_seconds: float | None
    drift_seconds: float | None
    last_result: str
    result_words: Text
    last_error: str
    state: str


def summary(job_types: ByJob, period: Period, *, may_act: bool) -> Summary:
    """Return everything that is one number or a short table."""
    by_queue = backlogs(job_types.values())
    open_alerts = _alerts(job_types)
    by_task, all_of_queue = statistics.latencies(period)
    peaks = statistics.memory_peaks()
    return Summary(
        at=timezone.now(),
        period=period.name,
        may_act=may_act,
        cards=_cards(job_types, by_queue.values(), period),
        alerts=open_alerts,
        ended_alerts=_ended_alerts(),
        broker_is_away=any(each.code in ("valkey_away", "broker_away") for each in open_alerts),
        outbox_lag_seconds=by_queue[Queue.REALTIME.value].oldest_seconds,
        facts=[metric for measure in SHOWN_METRICS for metric in measure()],
        latencies=[_latency_row(latency, job_types, peaks) for latency in by_task],
        queue_latencies=[_latency_row(latency, job_types, peaks) for latency in all_of_queue],
        slowest=rows_of_attempts(statistics.slowest(period), job_types),
        audit=health.last_audit(),
        runs_kept_days=settings.TASK_RUNS_KEPT.days,
        hours_kept_days=settings.TASK_HOURS_KEPT.days,
        dead_kept_days=settings.DEAD_LETTERS_KEPT.days,
    )


def queues(job_types: ByJob) -> list[QueueRow]:
    """Return what is pending in each queue and how fast it goes down."""
    pauses = {pause.queue: pause for pause in QueuePause.objects.select_related("paused_by")}
    arriving, leaving = statistics.arrival_rates(), statistics.rates()
    served = [worker.queues for worker in health.workers_alive().filter(is_quiet=False)]
    rows = []
    for queue, backlog in backlogs(job_types.values()).items():
        pause = pauses.get(queue)
        arrives, leaves = arriving.get(queue, 0.0), leaving.get(queue, 0.0)
        rows.append(
            QueueRow(
                queue=queue,
                title=queue_title(queue),
                **asdict(backlog),
                in_per_minute=arrives,
                out_per_minute=leaves,
                seconds_to_empty=_seconds_to_empty(backlog.waiting, leaves - arrives),
                workers=sum(queue in queues for queues in served),
                paused_at=pause.paused_at if pause else None,
                paused_by=pause.paused_by if pause else None,
            )
        )
    return rows


def workers() -> list[WorkerRow]:
    """Return the workers of the last hour: the lost ones, those that live, those that stopped."""
    rows = [_worker_row(worker) for worker in health.workers_shown()]
    return sorted(rows, key=lambda row: WORKER_ORDER.index(row.state))


def _worker_row(worker: WorkerProcess) -> WorkerRow:
    last_seen = worker.stopped_at or timezone.now()
    return WorkerRow(
        id=worker.pk,
        host=worker.host,
        pid=worker.pid,
        state=state_of(worker),
        queues=worker.queues,
        concurrency=worker.concurrency,
        busy=worker.busy,
        memory_bytes=worker.memory_bytes,
        version=worker.version,
        reaches_broker=worker.reaches_broker,
        started_at=worker.started_at,
        seen_at=worker.seen_at,
        uptime_seconds=(last_seen - worker.started_at).total_seconds(),
        order=worker.order,
    )


def state_of(worker: WorkerProcess) -> str:
    if worker.stopped_at:
        return "stopped"
    if timezone.now() - worker.seen_at > settings.WORKER_LOST_AFTER:
        return "lost"
    return "quiet" if worker.is_quiet else "alive"


def failures(job_types: ByJob, period: Period) -> list[FailureGroup]:
    """Return the failures of a period by task, exception and place, in words for people."""
    groups = statistics.failure_groups(period)
    for group in groups:
        group.title = title_of(group.name, job_types)
        group.error_text = error_in_words(str(group.error_text), group.name, group.error_class)
    return groups


def schedules(tasks: PeriodicTasks) -> list[ScheduleRow]:
    """Return periodic work with its times, the next one first."""
    rows = Periodic.objects.filter(name__in=list(tasks.by_name)).order_by("due_at")
    return [
        ScheduleRow(
            name=row.name,
            title=tasks.by_name[row.name].label,
            words=every(row.every_seconds),
            every_seconds=row.every_seconds,
            is_enabled=row.is_enabled,
            due_at=row.due_at,
            last_started_at=row.last_started_at,
            last_seconds=row.last_seconds,
            drift_seconds=row.drift_seconds,
            last_result=row.last_result,
            result_words=tasks.result_in_words(row.name, row.last_result),
            last_error=row.last_error,
            state=_schedule_state(row),
        )
        for row in rows
    ]


def every(seconds: int) -> str:
    """Return a period in words: "toutes les 30 s"."""
    if seconds % 3600 == 0:
        hours = seconds // 3600
        return gettext("every %(n)d h") % {"n": hours}
    if seconds % 60 == 0:
        minutes = seconds // 60
        return gettext("every %(n)d min") % {"n": minutes}
    return gettext("every %(n)d s") % {"n": seconds}


def _cards(job_types: ByJob, pending: Iterable[Backlog], period: Period) -> Cards:
    total = Backlog()
    for backlog in pending:
        total.add(backlog)
    by_the_clock = [job_types[name] for name in HOUSEKEEPING if name in job_types]
    counted = statistics.attempts_by_result(period)
    return Cards(
        waiting=total.waiting,
        running=total.running,
        retrying=total.retrying,
        scheduled=total.scheduled - sum(backlog_of(each).scheduled for each in by_the_clock),
        succeeded=counted.succeeded,
        failed=counted.failed,
        dead=dead_letters().count(),
        housekeeping=counted.housekeeping,
    )


def _alerts(job_types: ByJob) -> list[AlertRow]:
    """Return what is wrong now, with the time when it was first seen.

    Asked at each request: the rows of `Alert` are as old as the last watch.
    """
    known = {(a.code, a.about): a for a in Alert.objects.filter(ended_at=None)}
    rows = []
    for active in active_alerts(job_types.values(), asks_itself=True):
        alert = known.get((active.code, active.about))
        rows.append(_alert_row(active, alert))
    return rows


def _ended_alerts() -> list[AlertRow]:
    ended = alerts.ended_lately()
    return [_alert_row(active, row) for row in ended if (active := alerts.active_of(row))]


def _alert_row(active: ActiveAlert, alert: Alert | None) -> AlertRow:
    is_ended = alert is not None and alert.ended_at is not None
    return AlertRow(
        code=active.code,
        about=active.about,
        words=active.words,
        what_to_do="" if is_ended else active.what_to_do,
        detail=error_in_words(active.detail),
        since=alert.started_at if alert else None,
        told_at=alert.told_at if alert else None,
        ended_at=alert.ended_at if alert else None,
    )


def _latency_row(latency: Latency, job_types: ByJob, peaks: dict[str, int]) -> LatencyRow:
    """Return a row; `peaks` are the most bytes of memory by task, and by queue."""
    title = title_of(latency.name, job_types) if latency.name else queue_title(latency.queue)
    return LatencyRow(
        queue=latency.queue,
        queue_title=queue_title(latency.queue),
        name=latency.name,
        title=title,
        count=latency.count,
        wait=Shares(*latency.wait),
        run=Shares(*latency.run),
        memory_bytes=peaks.get(latency.name or latency.queue, 0),
    )


def _seconds_to_empty(waiting: int, down_per_minute: float) -> float | None:
    """Return how long the queue takes to be empty at this pace; None when it grows."""
    if not waiting:
        return 0.0
    return waiting / down_per_minute * 60 if down_per_minute > 0 else None


def _schedule_state(row: Periodic) -> str:
    now = timezone.now()
    if not row.is_enabled:
        return "disabled"
    if row.is_leased:
        return "running"
    if row.last_error:
        return "failing"
    return "late" if row.due_at and now - row.due_at > LATE else "ok"
