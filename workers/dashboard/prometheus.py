"""Answer `/metrics` for Prometheus.

The numbers are read from the database at each scrape, so every web process answers the same.
Requests and streams are counted by the processes (`core.web.request_metrics`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from core import installation
from core.version import COMMIT, VERSION
from core.web import request_metrics
from core.web.monitors import is_monitor
from notifications.push.failure_count import failures_since
from workers.backups import records
from workers.models import Alert, TaskHour, TaskRun
from workers.monitoring import health
from workers.monitoring.backlog import backlog_of, by_queue, dead_letters, paused_queues
from workers.monitoring.business_metrics import BUSINESS_METRICS
from workers.monitoring.causes import CAUSES
from workers.records.histogram import BOUNDS, BUCKETS
from workers.registry import JOB_TYPES


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer a monitor. The words are English: a metric must not change with its reader."""
    if not is_monitor(request):
        return HttpResponse(status=403)
    registry = CollectorRegistry()
    registry.register(Tasks())
    with translation.override("en"):
        figures = generate_latest(registry) + generate_latest(request_metrics.registry())
    return HttpResponse(figures, content_type=CONTENT_TYPE_LATEST)


class Tasks:
    """Collect the metrics that come from the database."""

    def collect(self) -> Iterator[Metric]:
        yield _build_info()
        yield _is_copy()
        yield from _queues()
        yield from _attempts()
        yield from _workers()
        yield from _business_metrics()
        yield _failed_pushes()
        yield from _backups()
        yield _alerts()


def _build_info() -> Metric:
    """Return what runs here, by the usual form: the labels say it, the value is 1."""
    info = GaugeMetricFamily(
        "liaison_build_info", "What this web process runs", labels=["version", "commit"]
    )
    info.add_metric([VERSION, COMMIT], 1)
    return info


def _is_copy() -> Metric:
    gauge = GaugeMetricFamily("liaison_is_copy", "1 on a copy, which sends nothing")
    gauge.add_metric([], installation.is_copy())
    return gauge


def _queues() -> Iterator[Metric]:
    depth = GaugeMetricFamily(
        "liaison_tasks_owed", "Orders by queue and state", labels=["queue", "state"]
    )
    oldest = GaugeMetricFamily(
        "liaison_queue_oldest_seconds", "Age of the oldest order that waits", labels=["queue"]
    )
    paused = GaugeMetricFamily("liaison_queue_paused", "Whether it is paused", labels=["queue"])
    lag = GaugeMetricFamily(
        "liaison_job_oldest_seconds",
        "Age of the oldest row of a job that waits: the lag of the outbox",
        labels=["job"],
    )
    by_job = [(job_type, backlog_of(job_type)) for job_type in JOB_TYPES]
    for job_type, backlog in by_job:
        lag.add_metric([job_type.job.value], backlog.oldest_seconds)
    is_paused = paused_queues()
    for queue, backlog in by_queue(by_job).items():
        for state in ("waiting", "running", "retrying", "scheduled"):
            depth.add_metric([queue, state], getattr(backlog, state))
        oldest.add_metric([queue], backlog.oldest_seconds)
        paused.add_metric([queue], queue in is_paused)
    dead = GaugeMetricFamily("liaison_tasks_dead", "Orders that wait for a decision")
    dead.add_metric([], dead_letters().count())
    yield from (depth, oldest, lag, paused, dead)


def _attempts() -> Iterator[Metric]:
    """Add up the hours that are kept. When old hours are removed, Prometheus sees a reset."""
    attempts = CounterMetricFamily(
        "liaison_task_attempts", "Attempts by outcome", labels=["task", "queue", "outcome"]
    )
    families = {
        name: HistogramMetricFamily(f"liaison_task_{name}_seconds", words, labels=["task", "queue"])
        for name, words in (("wait", "From due to begun"), ("run", "From begun to ended"))
    }
    outcomes = list(TaskRun.Outcome.values)
    totals = TaskHour.objects.values("name", "queue").order_by("name", "queue")
    sums = {name: Sum(name) for name in (*outcomes, "wait_seconds", "run_seconds")}
    # Prefixed: an aggregate may not have the name of a column.
    rows: Iterable[Any] = totals.annotate(
        **{f"total_{name}": total for name, total in sums.items()}
    )
    for row in rows:
        labels = [row["name"], row["queue"]]
        for outcome in outcomes:
            attempts.add_metric([*labels, outcome], row[f"total_{outcome}"])
        counts = _buckets(row["name"], row["queue"])
        for name, family in families.items():
            buckets = list(zip([*map(str, BOUNDS), "+Inf"], counts[name], strict=True))
            family.add_metric(labels, buckets, row[f"total_{name}_seconds"])
    yield attempts
    yield from families.values()


def _buckets(name: str, queue: str) -> dict[str, list[int]]:
    """Return the cumulated buckets of one task, for "wait" and for "run"."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0] * BUCKETS)
    for waits, runs in TaskHour.objects.filter(name=name, queue=queue).values_list("waits", "runs"):
        sums["wait"] = [a + b for a, b in zip(sums["wait"], waits, strict=True)]
        sums["run"] = [a + b for a, b in zip(sums["run"], runs, strict=True)]
    return {key: _cumulated(counts) for key, counts in sums.items()}


def _cumulated(counts: list[int]) -> list[int]:
    total, found = 0, []
    for count in counts:
        total += count
        found.append(total)
    return found


def _workers() -> Iterator[Metric]:
    alive = list(health.workers_alive())
    number = GaugeMetricFamily("liaison_workers_alive", "Workers seen lately")
    number.add_metric([], len(alive))
    busy = GaugeMetricFamily("liaison_worker_busy", "Tasks at work", labels=["worker"])
    memory = GaugeMetricFamily(
        "liaison_worker_memory_bytes", "Resident memory with its pool", labels=["worker"]
    )
    for worker in alive:
        busy.add_metric([str(worker)], len(worker.busy))
        memory.add_metric([str(worker)], worker.memory_bytes)
    beat = GaugeMetricFamily("liaison_beat_age_seconds", "Since beat was last seen")
    beat.add_metric([], health.beat_age_seconds() or 0.0)
    drift = GaugeMetricFamily("liaison_counters_drifted", "Wrong counters at the last audit")
    audit = health.last_audit()
    drift.add_metric([], len(audit.drifts) if audit else 0)
    yield from (number, busy, memory, beat, drift)


def _business_metrics() -> Iterator[Metric]:
    for measure in BUSINESS_METRICS:
        for metric in measure():
            gauge = GaugeMetricFamily(f"liaison_{metric['code']}", metric["label"])
            gauge.add_metric([], metric["value"])
            yield gauge


def _failed_pushes() -> Metric:
    """Add up the hours that are kept, as `_attempts` does."""
    failed = CounterMetricFamily(
        "liaison_push_failures", "Failed pushes by HTTP status or error", labels=["status"]
    )
    for status, count in failures_since().items():
        failed.add_metric([status], count)
    return failed


def _backups() -> Iterator[Metric]:
    """Yield nothing but their names where no backup is expected."""
    age = GaugeMetricFamily(
        "liaison_backup_age_seconds",
        "Since the database was as the last good backup has it; without one, since the set-up",
    )
    size = GaugeMetricFamily(
        "liaison_backup_bytes", "Of the last good backup, before encryption", labels=["part"]
    )
    seconds = GaugeMetricFamily(
        "liaison_backup_duration_seconds", "From the begin of the last good backup to its end"
    )
    if (value := records.age_seconds()) is not None:
        age.add_metric([], value)
    if value is not None and (good := records.last_good()):
        size.add_metric(["database"], good.database_bytes)
        size.add_metric(["files"], good.files_bytes)
        if good.ended_at:
            seconds.add_metric([], (good.ended_at - good.started_at).total_seconds())
    yield from (age, size, seconds)


def _alerts() -> Metric:
    """Return the number of open alerts of each cause, 0 for those that are well."""
    opened = GaugeMetricFamily("liaison_alert_open", "Open alerts by cause", labels=["cause"])
    rows = Alert.objects.filter(ended_at=None).values_list("code").annotate(Count("pk"))
    counts = dict(rows.order_by("code"))
    for cause in CAUSES:
        opened.add_metric([cause], counts.get(cause, 0))
    return opened
