"""Find the attempts and jobs that a request asks for by filters or ids."""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.core import signing
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError

from core.ids import id_of
from workers.dashboard.actions import AT_MOST, JobsByType
from workers.dashboard.labels import HOUSEKEEPING, ByJob
from workers.dashboard.task_row import (
    LIVE_STATES,
    TaskRow,
    rows_of_attempts,
    rows_of_dead_letters,
    rows_of_live_jobs,
)
from workers.dashboard.task_words import Pair, after, batches, has_words, words_of
from workers.engine import descriptions, execute
from workers.engine.job_types import JobType
from workers.models import TaskRun
from workers.monitoring import health
from workers.monitoring.backlog import dead_letters

CURSORS = signing.Signer(salt="cursor of tasks")
# One page of a search by words reads for so long. The next page goes on from there.
SEARCH_SECONDS = 0.8
# Enough to say "many".
FOLDED_AT_MOST = 10_000
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
    # Words that the row shows, or the id of a message or a conversation.
    q: str | None = None
    # Leave out periodic work that went well, and wake-ups that found nothing to do.
    without_housekeeping: bool = False
    # Seconds.
    slower_than: float | None = None
    error_class: str | None = None
    # "" finds the attempts whose error came through no line of our own.
    error_place: str | None = None


@dataclass(frozen=True)
class Page:
    results: list[TaskRow]
    next: str | None = None
    # The rows of housekeeping that the first page leaves out, FOLDED_AT_MOST at most.
    folded: int = 0
    # How far a search by words has come that has not read everything.
    searched_until: datetime | None = None


def page(filters: Filters, job_types: ByJob, *, cursor: str | None, limit: int) -> Page:
    """Return a page of tasks: jobs for a live state or the dead, else attempts, newest first.

    Raises ValidationError for a cursor that is not from an earlier page.
    """
    if filters.state in LIVE_STATES:
        rows = live_jobs(filters, job_types)
        shown = [row for row in rows if not _is_folded(filters, row)]
        return Page(shown, folded=len(rows) - len(shown))
    if filters.state == "dead":
        return Page(dead_jobs(filters, job_types))
    found = _newest_first(filters)
    if cursor:
        found = after(found, *_position(cursor))
    if _words(filters):
        page = _page_of_words(found, filters, job_types, limit)
    else:
        attempts = list(found[: limit + 1])
        following = _cursor(attempts[limit - 1]) if len(attempts) > limit else None
        page = Page(rows_of_attempts(attempts[:limit], job_types), following)
    return page if cursor else replace(page, folded=_folded(filters, page))


def pairs(filters: Filters, job_types: ByJob) -> Iterator[list[Pair]]:
    """Yield the attempts that match, with their rows, newest first, some at a time."""
    for batch in batches(_newest_first(filters), _words(filters), job_types):
        yield batch.pairs


def _page_of_words(
    newest_first: QuerySet[TaskRun], filters: Filters, job_types: ByJob, limit: int
) -> Page:
    """Return what a search by words finds within SEARCH_SECONDS."""
    deadline = time.monotonic() + SEARCH_SECONDS
    found: list[Pair] = []
    for batch in batches(newest_first, _words(filters), job_types):
        found += batch.pairs
        rows = [row for _run, row in found[:limit]]
        if len(found) > limit:
            return Page(rows, _cursor(found[limit - 1][0]))
        if batch.is_end:
            return Page(rows)
        if time.monotonic() > deadline:
            return Page(rows, _cursor(batch.last), searched_until=batch.last.ended_at)
    return Page([row for _run, row in found])


def _newest_first(filters: Filters) -> QuerySet[TaskRun]:
    found = runs(filters).order_by("-ended_at", "-pk").defer("traceback")
    return found.exclude(_housekeeping()) if _folds(filters) else found


def _housekeeping() -> Q:
    went_well = Q(name__in=HOUSEKEEPING, outcome=TaskRun.Outcome.SUCCEEDED)
    return went_well | Q(outcome=TaskRun.Outcome.NOTHING)


def _folds(filters: Filters) -> bool:
    """Tell whether housekeeping is left out. It is not when the filters ask for it by name."""
    asks_for_it = filters.name in HOUSEKEEPING or filters.subject or filters.state == "nothing"
    return filters.without_housekeeping and not asks_for_it


def _is_folded(filters: Filters, row: TaskRow) -> bool:
    return _folds(filters) and row.name in HOUSEKEEPING and row.state == "scheduled"


def _folded(filters: Filters, page: Page) -> int:
    """Count the housekeeping that belongs between the rows of a page, up to FOLDED_AT_MOST."""
    if not _folds(filters):
        return 0
    left_out = runs(filters).filter(_housekeeping())
    if page.next and page.results:
        left_out = left_out.filter(ended_at__gte=page.results[-1].ended_at)
    return left_out[:FOLDED_AT_MOST].count()


def _words(filters: Filters) -> str:
    """Return the text of a filter that is no id; "" without one."""
    return filters.q if filters.q and not descriptions.about(filters.q) else ""


def runs(filters: Filters) -> QuerySet[TaskRun]:
    """Return the attempts that match, whatever their words."""
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
    related = descriptions.about(filters.q) if filters.q else set()
    return found.filter(subject__in=related) if related else found


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
        found = [(row.name, row.subject) for row in search(filters, job_types)]
    else:
        failed = filters if filters.state else replace(filters, state="error")
        found = _names_of_attempts(failed, job_types)
    return _by_type((job_types[name], key) for name, key in found if name in job_types and key)


def _names_of_attempts(filters: Filters, job_types: ByJob) -> list[tuple[str, str]]:
    """Return task and row of the attempts that match, AT_MOST of them."""
    if not _words(filters):
        names = runs(filters).order_by().values_list("name", "subject")
        return list(names.distinct()[:AT_MOST])
    found: dict[tuple[str, str], None] = {}
    for batch in pairs(filters, job_types):
        found |= {(run.name, run.subject): None for run, _row in batch}
        if len(found) >= AT_MOST:
            break
    return list(found)[:AT_MOST]


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
    words = words_of(filters.q or "")
    return [
        row
        for row in rows
        if all(
            getattr(filters, name) in (None, getattr(row, name))
            for name in ("queue", "name", "subject", "error_class")
        )
        and (row.subject in related if related else has_words(row, words))
    ]


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
