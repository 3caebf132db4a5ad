"""Make the rows of the dashboard's list: from a live job, a dead letter or a recorded attempt."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Value, When
from django.utils.translation import gettext as _

from core.models import User
from workers.dashboard.labels import ByJob, error_in_words, queue_title, title_of
from workers.engine.job_types import Description, JobType, Text
from workers.engine.progress import PHASES
from workers.models import DeadLetter, TaskProgress, TaskRun
from workers.monitoring import backlog, health
from workers.records.recorder import class_in

LIVE_STATES = ("waiting", "running", "retrying", "scheduled")
STATES = (*LIVE_STATES, "dead", "succeeded", "failed", "lost", "nothing")
AT_MOST = 200


@dataclass(frozen=True)
class ShownProgress:
    done: int
    total: int
    phase: Text
    is_cancelled: bool


@dataclass
class TaskRow:
    """`words` and `link` describe the row that was worked on, `subject` is its id."""

    id: str
    state: str
    name: str
    queue: str
    subject: str
    title: Text = ""
    queue_title: Text = ""
    words: Text = ""
    link: str = ""
    # What became of the row, once its work is done.
    result: Text = ""
    worker: str = ""
    attempt: int = 0
    max_attempts: int | None = None
    ordered_at: datetime | None = None
    due_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    wait_seconds: float | None = None
    run_seconds: float | None = None
    error_class: str = ""
    error_text: Text = ""
    note: str = ""
    owner: User | None = None
    progress: ShownProgress | None = None
    is_cancellable: bool = False


def task_id_of(job: str, subject: str) -> str:
    """Return the id of a job on a row, as addresses and the list show it."""
    return f"{job}:{subject}"


def rows_of_attempts(attempts: Iterable[TaskRun], job_types: ByJob) -> list[TaskRow]:
    runs = list(attempts)
    rows = [
        TaskRow(
            id=str(run.pk),
            state=run.outcome,
            name=run.name,
            queue=run.queue,
            subject=run.subject,
            worker=run.worker,
            attempt=run.attempt,
            ordered_at=run.ordered_at,
            started_at=run.started_at,
            ended_at=run.ended_at,
            wait_seconds=run.wait_seconds,
            run_seconds=run.run_seconds,
            error_class=run.error_class,
            error_text=error_in_words(run.error_text, run.name, run.error_class),
        )
        for run in runs
    ]
    described = _described(rows, job_types)
    for row, run in zip(described, runs, strict=True):
        row.result = result_of(run, job_types) or row.result
    return described


def result_of(run: TaskRun, job_types: ByJob) -> Text:
    """Return in words what an attempt returned; "" if its row says what became of it."""
    job_type = job_types.get(run.name)
    return (
        job_type.result_words(run.subject, run.result) if job_type and job_type.result_words else ""
    )


def rows_of_live_jobs(
    state: str, job_types: ByJob, *, is_wanted: Callable[[JobType], bool] = lambda job_type: True
) -> list[TaskRow]:
    """Return the jobs in a live state, the longest due first, AT_MOST in all."""
    rows = [
        _row_of(job_type, row, state)
        for job_type in job_types.values()
        if is_wanted(job_type)
        for row in job_type.pending_rows()
        .filter(backlog.by_state(job_type)[state])
        .order_by("due_at")[:AT_MOST]
    ]
    rows.sort(key=lambda row: str(row.due_at))
    return _described(_as_they_run(rows[:AT_MOST]), job_types)


def rows_of_dead_letters(letters: Iterable[DeadLetter], job_types: ByJob) -> list[TaskRow]:
    rows = [
        TaskRow(
            id=task_id_of(letter.job, letter.subject),
            state="dead",
            name=letter.job,
            queue=job_types[letter.job].queue.value if letter.job in job_types else "",
            subject=letter.subject,
            attempt=letter.attempts,
            max_attempts=job_types[letter.job].max_attempts if letter.job in job_types else None,
            ended_at=letter.died_at,
            error_class=class_in(letter.reason),
            error_text=error_in_words(letter.reason, letter.job),
            note=letter.note,
            owner=letter.owner,
        )
        for letter in letters
    ]
    return _described(rows, job_types)


def row_of_job(job_type: JobType, subject: str) -> TaskRow | None:
    """Return a job as it is now; None when its row has no more work to do."""
    # One query for the row and its state: a worker may acquire the row between two.
    states = [When(state, then=Value(name)) for name, state in backlog.by_state(job_type).items()]
    pending = job_type.pending_rows().annotate(state_now=Case(*states, default=Value("dead")))
    found = pending.filter(pk=job_type.key_of(subject)).first()
    if found is None:
        return None
    rows = _as_they_run([_row_of(job_type, found, found.state_now)])
    return _described(rows, {job_type.job.value: job_type})[0]


def _described(rows: list[TaskRow], job_types: ByJob) -> list[TaskRow]:
    """Fill in titles, words and links, with one query for each job type."""
    keys: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.subject and row.name in job_types:
            keys[row.name].add(row.subject)
    known = {name: job_types[name].describe(sorted(found)) for name, found in keys.items()}
    for row in rows:
        description = known.get(row.name, {}).get(row.subject, Description(""))
        row.title = title_of(row.name, job_types)
        row.queue_title = queue_title(row.queue)
        row.words, row.link = description.words, description.link
        row.result = description.result
        if row.state == "waiting" and row.name in job_types and job_types[row.name].is_held():
            row.result = _("Held back: this is a copy")
    return rows


def _row_of(job_type: JobType, job: Any, state: str) -> TaskRow:
    is_running = state == "running"
    return TaskRow(
        id=task_id_of(job_type.job.value, str(job.pk)),
        state=state,
        name=job_type.job.value,
        queue=job_type.queue.value,
        subject=str(job.pk),
        attempt=job.attempts,
        max_attempts=job_type.max_attempts,
        due_at=job.due_at,
        started_at=job.leased_until - job_type.lease_of(job.attempts) if is_running else None,
        error_class=class_in(job.last_error),
        error_text=error_in_words(job.last_error, job_type.job.value),
        is_cancellable=job_type.is_cancellable and is_running,
    )


def _as_they_run(rows: list[TaskRow]) -> list[TaskRow]:
    """Add to the running jobs which worker has them, since when, and their progress."""
    running = [row for row in rows if row.state == "running"]
    if running:
        _add_workers(running)
        _add_progress(running)
    return rows


def _add_progress(rows: list[TaskRow]) -> None:
    written = TaskProgress.objects.filter(subject__in=[row.subject for row in rows])
    known = {(progress.job, progress.subject): progress for progress in written}
    for row in rows:
        if progress := known.get((row.name, row.subject)):
            row.progress = ShownProgress(
                done=progress.done,
                total=progress.total,
                phase=PHASES.get(progress.phase, ""),
                is_cancelled=progress.cancelled_by_id is not None,
            )


def _add_workers(rows: list[TaskRow]) -> None:
    """Add the worker and the start of each job, from the last heartbeats."""
    busy = {
        (task["name"], task["subject"]): (str(worker), task["started_at"])
        for worker in health.workers_alive()
        for task in worker.busy
    }
    for row in rows:
        row.worker, started_at = busy.get((row.name, row.subject), ("", None))
        if started_at:
            # More exact than the lease, which long work renews.
            row.started_at = datetime.fromisoformat(started_at)
