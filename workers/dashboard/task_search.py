"""Find the attempts and jobs that a request asks for by filters or ids."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.core import signing
from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from core.ids import id_of
from workers.dashboard.actions import AT_MOST, JobsByType
from workers.dashboard.task_row import (
    LIVE_STATES,
    ByJob,
    TaskRow,
    rows_of_attempts,
    rows_of_dead_letters,
    rows_of_live_jobs,
)
from workers.engine import descriptions, execute
from workers.engine.job_types import JobType
from workers.models import TaskRun
from workers.monitoring import health
from workers.monitoring.backlog import dead_letters

CURSORS = signing.Signer(salt="cursor of tasks")
# The columns of an attempt that must equal a filter.
EXACT = ("queue", "name", "subject", "error_class", "error_place")


@dataclass(frozen=True)
class Filters:
    """Which tasks; all conditions that are not None hold together."""

    state: str | None = None
    queue: str | None = None
    name: str | None = None
    worker: str | None = None
    subject: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    # A text, or the id of a message or a conversation.
    q: str | None = None
    # Seconds.
    slower_than: float | None = None
    error_class: str | None = None
    # "" finds the attempts whose error came through no line of our own.
    error_place: str | None = None


@dataclass(frozen=True)
class Page:
    results: list[TaskRow]
    next: str | None


def page(filters: Filters, job_types: ByJob, *, cursor: str | None, limit: int) -> Page:
    """Return a page of tasks: jobs for a live state or the dead, else attempts, newest first.

    Raises ValidationError for a cursor that is not from an earlier page.
    """
    if filters.state in LIVE_STATES:
        return Page(live_jobs(filters, job_types), None)
    if filters.state == "dead":
        return Page(dead_jobs(filters, job_types), None)
    found = runs(filters).order_by("-ended_at", "-pk")
    if cursor:
        ended_at, pk = _position(cursor)
        found = found.filter(Q(ended_at__lt=ended_at) | Q(ended_at=ended_at, pk__lt=pk))
    attempts = list(found[: limit + 1])
    following = _cursor(attempts[limit - 1]) if len(attempts) > limit else None
    return Page(rows_of_attempts(attempts[:limit], job_types), following)


def runs(filters: Filters) -> QuerySet[TaskRun]:
    """Return the attempts that match."""
    found = TaskRun.objects.all()
    if filters.state in ("failed", "error"):
        found = found.filter(outcome__in=health.ERRORS)
    elif filters.state:
        found = found.filter(outcome=filters.state)
    wanted = {
        **{name: getattr(filters, name) for name in EXACT},
        "worker__startswith": filters.worker,
        "ended_at__gte": filters.since,
        "ended_at__lt": filters.until,
        "run_seconds__gt": filters.slower_than,
    }
    found = found.filter(**{name: value for name, value in wanted.items() if value is not None})
    return _mentioning(found, filters.q) if filters.q else found


def live_jobs(filters: Filters, job_types: ByJob) -> list[TaskRow]:
    """Return the jobs in a live state that match."""

    def is_wanted(job_type: JobType) -> bool:
        return filters.name in (None, job_type.job.value) and filters.queue in (
            None,
            job_type.queue.value,
        )

    assert filters.state is not None, "asked with a live state"
    return _matching(rows_of_live_jobs(filters.state, job_types, is_wanted=is_wanted), filters)


def dead_jobs(filters: Filters, job_types: ByJob) -> list[TaskRow]:
    """Return the dead letters that match."""
    return _matching(rows_of_dead_letters(dead_letters()[:AT_MOST], job_types), filters)


def jobs_of(task_ids: Iterable[str], job_types: ByJob) -> JobsByType:
    """Return the jobs of these ids, by type; unknown ids are left out."""
    return _by_type(job for task_id in task_ids if (job := job_of(task_id, job_types)))


def jobs_matching(filters: Filters, job_types: ByJob) -> JobsByType:
    """Return the jobs that match, by type; by default those with a failed attempt."""
    if filters.state in LIVE_STATES or filters.state == "dead":
        search = dead_jobs if filters.state == "dead" else live_jobs
        pairs = [(row.name, row.subject) for row in search(filters, job_types)]
    else:
        failed = filters if filters.state else replace(filters, state="error")
        pairs = list(runs(failed).order_by().values_list("name", "subject").distinct()[:AT_MOST])
    return _by_type((job_types[name], key) for name, key in pairs if name in job_types and key)


def count_of(jobs: JobsByType) -> int:
    """Return how many of these jobs a retry would give their attempts again."""
    return sum(
        execute.requeueable(job_type, [job_type.key_of(key) for key in keys]).count()
        for job_type, keys in jobs.items()
    )


def job_of(task_id: str, job_types: ByJob) -> tuple[JobType, str] | None:
    """Return the job type and the row's id of a task's id: a job's own, or that of an attempt."""
    job, separator, subject = task_id.partition(":")
    if not separator:
        run = run_of(task_id)
        job, subject = (run.name, run.subject) if run else ("", "")
    if job not in job_types or not subject:
        return None
    try:
        # In one spelling: rows of attempts name their subject as text.
        return job_types[job], str(job_types[job].key_of(subject))
    except ValueError:
        return None


def run_of(task_id: str) -> TaskRun | None:
    try:
        return TaskRun.objects.filter(pk=id_of(task_id)).first()
    except ValueError:
        return None


def _by_type(jobs: Iterable[tuple[JobType, str]]) -> JobsByType:
    """Group jobs by their type, each once, in the order given."""
    found: dict[JobType, list[str]] = defaultdict(list)
    for job_type, key in dict.fromkeys(jobs):
        found[job_type].append(key)
    return found


def _matching(rows: list[TaskRow], filters: Filters) -> list[TaskRow]:
    related = descriptions.about(filters.q) if filters.q else set()
    return [row for row in rows if _matches(row, filters, related)]


def _matches(row: TaskRow, filters: Filters, related: set[str]) -> bool:
    for name in ("queue", "name", "subject", "error_class"):
        if getattr(filters, name) not in (None, getattr(row, name)):
            return False
    if not filters.q or row.subject in related:
        return True
    words = f"{row.subject} {row.words} {row.error_text} {row.note}".lower()
    return filters.q.lower() in words


def _mentioning(found: QuerySet[TaskRun], text: str) -> QuerySet[TaskRun]:
    """Return the attempts that contain a text, or that belong to the conversation of that id."""
    if related := descriptions.about(text):
        return found.filter(subject__in=related)
    found = found.annotate(arguments_text=Cast("arguments", TextField()))
    return found.filter(
        Q(subject__icontains=text)
        | Q(arguments_text__icontains=text)
        | Q(error_text__icontains=text)
        | Q(error_class__icontains=text)
    )


def _cursor(run: TaskRun) -> str:
    return CURSORS.sign_object([run.ended_at.isoformat(), str(run.pk)])


def _position(cursor: str) -> tuple[datetime, UUID]:
    """Return the end of the last attempt of the page before, and its id."""
    try:
        ended_at, pk = CURSORS.unsign_object(cursor)
    except (signing.BadSignature, ValueError) as error:
        detail = _("Start again from the first page: this cursor is not of this list.")
        raise ValidationError({"cursor": detail}) from error
    return datetime.fromisoformat(ended_at), UUID(pk)
