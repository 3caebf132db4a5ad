"""From filters and ids of a request to attempts and jobs."""

import base64
import binascii
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from rest_framework.exceptions import ValidationError

from workers.dashboard import task_row as task_rows
from workers.dashboard.actions import AT_MOST
from workers.dashboard.task_row import LIVE_STATES, ByJob, TaskRow
from workers.engine import descriptions, execute
from workers.engine.job_types import JobType
from workers.models import TaskRun
from workers.monitoring import health

Filters = dict[str, Any]
LIVE_FILTERS = {"state", "queue", "name", "subject"}


@dataclass(frozen=True)
class Page:
    results: list[TaskRow]
    next: str | None


def page(filters: Filters, job_types: ByJob, *, cursor: str | None, limit: int) -> Page:
    """Return a page of tasks: orders for a live state or the dead, else attempts, newest first."""
    state = filters.get("state")
    if state in LIVE_STATES:
        return Page(live_jobs(filters, job_types), None)
    if state == "dead":
        return Page(dead_jobs(filters, job_types), None)
    found = runs(filters).order_by("-ended_at", "-pk")
    if cursor:
        ended_at, pk = _position(cursor)
        found = found.filter(Q(ended_at__lt=ended_at) | Q(ended_at=ended_at, pk__lt=pk))
    rows = list(found[: limit + 1])
    following = _cursor(rows[limit - 1]) if len(rows) > limit else None
    return Page(task_rows.of_runs(rows[:limit], job_types), following)


def runs(filters: Filters) -> QuerySet[TaskRun]:
    """Return the attempts that match."""
    found = TaskRun.objects.all()
    state = filters.get("state")
    if state == "failed" or state == "error":
        found = found.filter(outcome__in=health.ERRORS)
    elif state:
        found = found.filter(outcome=state)
    exact = ("queue", "name", "subject", "error_class", "error_place")
    found = found.filter(**{name: filters[name] for name in exact if name in filters})
    if "worker" in filters:
        found = found.filter(worker__startswith=filters["worker"])
    if "since" in filters:
        found = found.filter(ended_at__gte=filters["since"])
    if "until" in filters:
        found = found.filter(ended_at__lt=filters["until"])
    if "slower_than" in filters:
        found = found.filter(run_seconds__gt=filters["slower_than"])
    return _mentioning(found, filters["q"]) if "q" in filters else found


def live_jobs(filters: Filters, job_types: ByJob) -> list[TaskRow]:
    """Return the orders in a live state that match."""

    def is_wanted(job_type: JobType) -> bool:
        job, queue = job_type.job.value, job_type.queue.value
        return bool(filters.get("name", job) == job and filters.get("queue", queue) == queue)

    found = task_rows.of_live_jobs(filters["state"], job_types, is_wanted=is_wanted)
    return _matching(found, filters)


def dead_jobs(filters: Filters, job_types: ByJob) -> list[TaskRow]:
    """Return the dead orders that match."""
    return _matching(task_rows.of_dead(health.dead_letters()[:AT_MOST], job_types), filters)


def jobs_of(asked: dict[str, Any], job_types: ByJob) -> dict[JobType, list[str]]:
    """Return the rows to act on, by job_type: those of some ids, or all that match filters."""
    if "ids" in asked:
        pairs = [pair for task_id in asked["ids"] if (pair := job_of(task_id, job_types))]
    else:
        pairs = list(_matching_jobs(asked.get("filters") or {}, job_types))
    found: dict[JobType, list[str]] = defaultdict(list)
    for job_type, subject in dict.fromkeys(pairs):
        found[job_type].append(subject)
    return found


def count_of(jobs: Mapping[JobType, list[str]]) -> int:
    """Return how many of these a retry would give their attempts again."""
    return sum(
        execute.requeueable(
            job_type, [job_type.key_of(subject) for subject in descriptions]
        ).count()
        for job_type, descriptions in jobs.items()
    )


def job_of(task_id: str, job_types: ByJob) -> tuple[JobType, str] | None:
    """Return the kind and the row that an id means: an order's own, or that of an attempt."""
    job, separator, subject = task_id.partition(":")
    if not separator:
        run = run_of(task_id)
        job, subject = (run.name, run.subject) if run else ("", "")
    if job not in job_types or not subject:
        return None
    try:
        job_types[job].key_of(subject)
    except ValueError:
        return None
    return job_types[job], subject


def run_of(task_id: str) -> TaskRun | None:
    try:
        return TaskRun.objects.filter(pk=UUID(task_id)).first()
    except ValueError:
        return None


def _matching_jobs(filters: Filters, job_types: ByJob) -> Iterable[tuple[JobType, str]]:
    state = filters.get("state")
    if state in LIVE_STATES or state == "dead":
        found = dead_jobs(filters, job_types) if state == "dead" else live_jobs(filters, job_types)
        pairs = [(task_row.name, task_row.subject) for task_row in found]
    else:
        # Failures by default: what succeeded owes nothing.
        matching = runs({"state": "error", **filters}).order_by()
        pairs = list(matching.values_list("name", "subject").distinct()[:AT_MOST])
    return [(job_types[name], subject) for name, subject in pairs if name in job_types and subject]


def _matching(found: list[TaskRow], filters: Filters) -> list[TaskRow]:
    asked = {**filters, "about": descriptions.about(filters.get("q", ""))}
    return [task_row for task_row in found if _matches(task_row, asked)]


def _matches(task_row: TaskRow, filters: Filters) -> bool:
    exact = ("queue", "name", "subject", "error_class")
    for name in exact:
        if getattr(task_row, name) != filters.get(name, getattr(task_row, name)):
            return False
    wanted: str = filters.get("q", "").lower()
    words = f"{task_row.subject} {task_row.words} {task_row.error_text} {task_row.note}".lower()
    return wanted in words or task_row.subject in filters.get("about", ())


def _mentioning(found: QuerySet[TaskRun], text: str) -> QuerySet[TaskRun]:
    """Attempts that name a text, or that worked on what belongs to the conversation of that id."""
    if about := descriptions.about(text):
        return found.filter(subject__in=about)
    found = found.annotate(arguments_text=Cast("arguments", TextField()))
    return found.filter(
        Q(subject__icontains=text)
        | Q(arguments_text__icontains=text)
        | Q(error_text__icontains=text)
        | Q(error_class__icontains=text)
    )


def _cursor(run: TaskRun) -> str:
    return base64.urlsafe_b64encode(f"{run.ended_at.isoformat()} {run.pk}".encode()).decode()


def _position(cursor: str) -> tuple[datetime, UUID]:
    """Return where a page goes on; ValidationError for what we did not make."""
    try:
        ended_at, pk = base64.urlsafe_b64decode(cursor).decode().split(" ")
        return datetime.fromisoformat(ended_at), UUID(pk)
    except (ValueError, binascii.Error) as error:
        raise ValidationError({"cursor": "invalid"}) from error
