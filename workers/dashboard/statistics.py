"""Count, rank and plot the attempts of a period."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import Count, Max, Min, QuerySet
from django.utils import timezone

from core.jobs.enqueue import Queue
from workers.dashboard.labels import HOUSEKEEPING
from workers.dashboard.time_ranges import Period
from workers.engine.job_types import Text
from workers.models import TaskRun, WorkerProcess
from workers.monitoring.health import ERRORS
from workers.records.histogram import percentile

SHARES = (0.5, 0.95, 0.99)
SPARK_POINTS = 24
GROUPS_SHOWN = 100


@dataclass
class Latency:
    """How long one task waited and ran, in seconds, one value for each of SHARES.

    `name` is "" for all tasks of a queue together.
    """

    queue: str
    name: str
    count: int
    wait: Sequence[float | None]
    run: Sequence[float | None]


@dataclass
class Counted:
    """The attempts of a time by their end. `housekeeping` are those that succeeded by the clock."""

    succeeded: int = 0
    failed: int = 0
    housekeeping: int = 0


@dataclass(frozen=True)
class VersionMark:
    """When a version began to run."""

    at: datetime
    version: str


@dataclass
class Series:
    """The values of a plot, one for each step; `at` is the beginning of each step.

    `succeeded` is without housekeeping, which would hide the work for people.
    """

    at: list[datetime]
    step_seconds: int
    succeeded: list[int]
    failed: list[int]
    depths: dict[str, list[int]]
    marks: list[VersionMark] = field(default_factory=list)


@dataclass
class FailureGroup:
    """The failures of one task by one exception at one place."""

    name: str
    error_class: str
    error_place: str
    count: int
    first_at: datetime
    last_at: datetime
    # Failures by equal steps of the period.
    spark: list[int]
    # Id and text of the latest.
    example: UUID
    error_text: Text
    title: Text = ""


def attempts_by_result(period: Period) -> Counted:
    by_step = _outcomes(period).values()
    return Counted(
        sum(counted.succeeded for counted in by_step),
        sum(counted.failed for counted in by_step),
        sum(counted.housekeeping for counted in by_step),
    )


def latencies(period: Period) -> tuple[list[Latency], list[Latency]]:
    """Return wait and run time of each task, and of each queue, the most frequent first."""
    found = list(_latencies_of_hours(period) if period.reads_hours else _latencies_of_runs(period))
    found.sort(key=lambda latency: -latency.count)
    return [each for each in found if each.name], [each for each in found if not each.name]


def series(period: Period) -> Series:
    """Return throughput, failures and depth of a period, on one axis of time."""
    start, step = period.start(), period.step
    at = [start + step * index for index in range(period.steps)]
    outcomes = _outcomes(period)
    return Series(
        at=at,
        step_seconds=int(step.total_seconds()),
        succeeded=[outcomes[index].succeeded for index in range(period.steps)],
        failed=[outcomes[index].failed for index in range(period.steps)],
        depths=_depths(period),
        marks=_marks(start),
    )


def failure_groups(period: Period) -> list[FailureGroup]:
    """Return the failures of a period by task, exception and place, the latest first."""
    start = period.start()
    errors = TaskRun.objects.filter(ended_at__gte=start, outcome__in=ERRORS)
    keys = ("name", "error_class", "error_place")
    groups = list(
        errors.values(*keys)
        .annotate(count=Count("pk"), first_at=Min("ended_at"), last_at=Max("ended_at"))
        .order_by("-last_at")[:GROUPS_SHOWN]
    )
    sparks = _sparks(errors, start, period.span / SPARK_POINTS)
    examples = _examples(errors)
    found = []
    for group in groups:
        key = tuple(group[name] for name in keys)
        # Attempts may have been removed between two of these queries.
        if key in examples:
            example, error_text = examples[key]
            found.append(
                FailureGroup(**group, spark=sparks[key], example=example, error_text=error_text)
            )
    return found


def slowest(period: Period, at_most: int = 10) -> QuerySet[TaskRun]:
    since = max(period.start(), timezone.now() - timedelta(days=1))
    return TaskRun.objects.filter(ended_at__gte=since).order_by("-run_seconds")[:at_most]


def memory_peaks() -> dict[str, int]:
    """Return the most bytes that a process had used after each task, in the last day.

    By task and by queue: no name is both.
    """
    since = timezone.now() - timedelta(days=1)
    rows = TaskRun.objects.filter(ended_at__gte=since).values("name", "queue").order_by("name")
    peaks: dict[str, int] = {}
    for row in rows.annotate(peak=Max("memory_bytes")):
        for name in (row["name"], row["queue"]):
            peaks[name] = max(peaks.get(name, 0), row["peak"])
    return peaks


def rates(minutes: int = 5) -> dict[str, float]:
    """Return the attempts a minute of each queue, over the last minutes."""
    since = timezone.now() - timedelta(minutes=minutes)
    runs = TaskRun.objects.filter(ended_at__gte=since).exclude(outcome=TaskRun.Outcome.NOTHING)
    rows = runs.values("queue").annotate(count=Count("pk")).order_by("queue")
    return {row["queue"]: row["count"] / minutes for row in rows}


def arrival_rates(minutes: int = 5) -> dict[str, float]:
    """Return the new jobs a minute of each queue, counted by their first attempts."""
    since = timezone.now() - timedelta(minutes=minutes)
    runs = TaskRun.objects.filter(ended_at__gte=since, ordered_at__gte=since, attempt=1)
    runs = runs.exclude(outcome=TaskRun.Outcome.NOTHING)
    rows = runs.values("queue").annotate(count=Count("pk")).order_by("queue")
    return {row["queue"]: row["count"] / minutes for row in rows}


def _outcomes(period: Period) -> dict[int, Counted]:
    """Count the attempts by step; a step without any counts zero."""
    sql = OUTCOMES_OF_HOURS if period.reads_hours else OUTCOMES_OF_RUNS
    start, by_the_clock = period.start(), list(HOUSEKEEPING)
    found: dict[int, Counted] = defaultdict(Counted)
    with connection.cursor() as cursor:
        cursor.execute(sql, [start, period.step.total_seconds(), by_the_clock, by_the_clock, start])
        for step, *counts in cursor.fetchall():
            found[int(step)] = Counted(*map(int, counts))
    return found


OUTCOMES_OF_RUNS = """
SELECT floor(extract(epoch FROM ended_at - %s) / %s) AS step,
    count(*) FILTER (WHERE outcome = 'succeeded' AND name <> ALL(%s)),
    count(*) FILTER (WHERE outcome IN ('failed', 'dead', 'lost')),
    count(*) FILTER (WHERE outcome = 'succeeded' AND name = ANY(%s))
FROM workers_taskrun WHERE ended_at >= %s GROUP BY step
"""
OUTCOMES_OF_HOURS = """
SELECT floor(extract(epoch FROM hour - %s) / %s) AS step,
    coalesce(sum(succeeded) FILTER (WHERE name <> ALL(%s)), 0),
    sum(failed + dead + lost),
    coalesce(sum(succeeded) FILTER (WHERE name = ANY(%s)), 0)
FROM workers_taskhour WHERE hour >= %s GROUP BY step
"""
# Of each task, and of all tasks of a queue.
LATENCIES_OF_RUNS = """
SELECT queue, coalesce(name, ''), count(*),
    percentile_cont(%s::float[]) WITHIN GROUP (ORDER BY wait_seconds),
    percentile_cont(%s::float[]) WITHIN GROUP (ORDER BY run_seconds)
FROM workers_taskrun WHERE ended_at >= %s AND outcome <> 'nothing'
GROUP BY GROUPING SETS ((queue, name), (queue))
"""
# The counts of each bucket, in the order of the buckets.
LATENCIES_OF_HOURS = """
SELECT queue, coalesce(name, ''), array_agg(waited ORDER BY bucket), array_agg(ran ORDER BY bucket)
FROM (
    SELECT queue, name, bucket, sum(waited)::bigint AS waited, sum(ran)::bigint AS ran
    FROM workers_taskhour, unnest(waits, runs) WITH ORDINALITY AS counts (waited, ran, bucket)
    WHERE hour >= %s GROUP BY GROUPING SETS ((queue, name, bucket), (queue, bucket))
) AS buckets GROUP BY queue, name
"""
DEPTHS = """
SELECT queue, floor(extract(epoch FROM at - %s) / %s) AS step, max(waiting)
FROM workers_queuesample WHERE at >= %s GROUP BY queue, step
"""


def _latencies_of_runs(period: Period) -> Iterable[Latency]:
    with connection.cursor() as cursor:
        cursor.execute(LATENCIES_OF_RUNS, [list(SHARES), list(SHARES), period.start()])
        return [Latency(*row) for row in cursor.fetchall()]


def _latencies_of_hours(period: Period) -> Iterable[Latency]:
    with connection.cursor() as cursor:
        cursor.execute(LATENCIES_OF_HOURS, [period.start()])
        return [
            Latency(
                queue,
                name,
                sum(waits),
                [percentile(waits, share) for share in SHARES],
                [percentile(runs, share) for share in SHARES],
            )
            for queue, name, waits, runs in cursor.fetchall()
        ]


def _depths(period: Period) -> dict[str, list[int]]:
    """Return the highest number of waiting jobs of each queue in each step."""
    start = period.start()
    found: dict[str, list[int]] = defaultdict(lambda: [0] * period.steps)
    with connection.cursor() as cursor:
        cursor.execute(DEPTHS, [start, period.step.total_seconds(), start])
        for queue, step, waiting in cursor.fetchall():
            found[queue][min(int(step), period.steps - 1)] = waiting
    # In one order, so that a queue keeps its colour.
    return {queue.value: found[queue.value] for queue in Queue if queue.value in found}


def _marks(start: datetime) -> list[VersionMark]:
    versions = WorkerProcess.objects.exclude(version="").values("version")
    firsts = versions.annotate(at=Min("started_at")).order_by("at")
    return [VersionMark(row["at"], row["version"]) for row in firsts if row["at"] >= start]


def _sparks(
    errors: QuerySet[TaskRun], start: datetime, step: timedelta
) -> dict[tuple[str, ...], list[int]]:
    """Return the failures of each group by step."""
    sparks: dict[tuple[str, ...], list[int]] = defaultdict(lambda: [0] * SPARK_POINTS)
    rows = errors.values_list("name", "error_class", "error_place", "ended_at")
    for name, error_class, place, ended_at in rows.iterator():
        index = min((ended_at - start) // step, SPARK_POINTS - 1)
        sparks[name, error_class, place][index] += 1
    return sparks


def _examples(errors: QuerySet[TaskRun]) -> dict[tuple[str, ...], tuple[UUID, str]]:
    """Return id and text of the latest failure of each group."""
    keys = ("name", "error_class", "error_place")
    latest = errors.order_by(*keys, "-ended_at").distinct(*keys)
    rows = latest.values_list(*keys, "pk", "error_text")
    return {(name, cls, place): (pk, text) for name, cls, place, pk, text in rows}
