"""One line of the dashboard, whether it comes from an order or from the record of an attempt."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Value, When
from django.utils.translation import gettext_lazy as _

from workers.engine.execute import PROCESS_ENDED
from workers.engine.job_types import Description, JobType, Text
from workers.engine.progress import PHASES
from workers.models import DeadLetter, TaskProgress, TaskRun
from workers.monitoring import backlog, health

LIVE_STATES = ("waiting", "running", "retrying", "scheduled")
STATES = (*LIVE_STATES, "dead", "succeeded", "failed", "lost", "nothing")
AT_MOST = 200
# Names of what has no row of its own.
OTHER_LABELS: dict[str, Text] = {"beat": _("Sign of life of beat")}

# What rows keep of errors that are ours, for people.
OUR_ERRORS: dict[str, Text] = {PROCESS_ENDED: _("The worker's process ended during the work.")}

ByJob = Mapping[str, JobType]


@dataclass
class TaskRow:
    id: str
    state: str
    name: str
    queue: str
    subject: str
    title: Text = ""
    words: Text = ""
    link: str = ""
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
    owner: Any = None
    progress: dict[str, Any] | None = None
    is_cancellable: bool = False


def task_id_of(job: str, subject: str) -> str:
    """Return the id of an order: a kind of work on a row."""
    return f"{job}:{subject}"


def of_runs(runs: Iterable[TaskRun], job_types: ByJob) -> list[TaskRow]:
    """Attempts as task_rows, with their words."""
    task_rows = [
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
            error_text=said(run.error_text),
        )
        for run in runs
    ]
    return with_words(task_rows, job_types)


def of_live_jobs(
    state: str, job_types: ByJob, *, is_wanted: Callable[[JobType], bool] = lambda job_type: True
) -> list[TaskRow]:
    """The orders in a live state, the longest due first."""
    found = [
        _of_row(job_type, row, state)
        for job_type in job_types.values()
        if is_wanted(job_type)
        for row in job_type.pending()
        .filter(backlog.by_state(job_type)[state])
        .order_by("due_at")[:AT_MOST]
    ]
    found.sort(key=lambda task_row: str(task_row.due_at))
    return with_words(_as_they_run(found[:AT_MOST]), job_types)


def of_dead(letters: Iterable[DeadLetter], job_types: ByJob) -> list[TaskRow]:
    """Dead orders, with the note and the owner that people gave them."""
    task_rows = [
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
            error_text=said(letter.reason),
            note=letter.note,
            owner=letter.owner,
        )
        for letter in letters
    ]
    return with_words(task_rows, job_types)


def of_job(job_type: JobType, subject: str) -> TaskRow | None:
    """One order as it is now, or None when nothing is owed."""
    # Row and state of one moment: a worker may take the row between two questions.
    states = [When(state, then=Value(name)) for name, state in backlog.by_state(job_type).items()]
    rows = job_type.pending().annotate(state_now=Case(*states, default=Value("dead")))
    row = rows.filter(pk=job_type.key_of(subject)).first()
    if row is None:
        return None
    task_rows = _as_they_run([_of_row(job_type, row, row.state_now)])
    return with_words(task_rows, {job_type.job.value: job_type})[0]


def with_words(task_rows: list[TaskRow], job_types: ByJob) -> list[TaskRow]:
    """Say what each task_row worked on, with one query a job_type."""
    subjects: dict[str, set[str]] = defaultdict(set)
    for task_row in task_rows:
        if task_row.subject and task_row.name in job_types:
            subjects[task_row.name].add(task_row.subject)
    said = {name: job_types[name].describe(sorted(keys)) for name, keys in subjects.items()}
    for task_row in task_rows:
        subject = said.get(task_row.name, {}).get(task_row.subject, Description(""))
        task_row.title = title_of(task_row.name, job_types)
        task_row.words, task_row.link = subject.words, subject.link
    return task_rows


def class_in(error: str) -> str:
    """Return the class of an error as the rows keep it: `RuntimeError: no paper left`."""
    name, separator, _text = error.partition(":")
    return name[:100] if separator else ""


def said(error: str) -> Text:
    """Return an error in the reader's language when it is in our words."""
    return OUR_ERRORS.get(error, error)


def title_of(name: str, job_types: ByJob) -> Text:
    return job_types[name].label if name in job_types else OTHER_LABELS.get(name, name)


def _of_row(job_type: JobType, row: Any, state: str) -> TaskRow:
    return TaskRow(
        id=task_id_of(job_type.job.value, str(row.pk)),
        state=state,
        name=job_type.job.value,
        queue=job_type.queue.value,
        subject=str(row.pk),
        attempt=row.attempts,
        max_attempts=job_type.max_attempts,
        due_at=row.due_at,
        started_at=row.leased_until - job_type.lease_of(row.attempts)
        if state == "running"
        else None,
        error_class=class_in(row.last_error),
        error_text=said(row.last_error),
        is_cancellable=job_type.is_cancellable and state == "running",
    )


def _as_they_run(task_rows: list[TaskRow]) -> list[TaskRow]:
    """Add to those that run who works on them, since when, and how far that is."""
    running = [task_row for task_row in task_rows if task_row.state == "running"]
    if running:
        _with_workers(running)
        _with_progress(running)
    return task_rows


def _with_progress(task_rows: list[TaskRow]) -> None:
    told = TaskProgress.objects.filter(subject__in=[task_row.subject for task_row in task_rows])
    known = {(row.job, row.subject): row for row in told}
    for task_row in task_rows:
        if row := known.get((task_row.name, task_row.subject)):
            task_row.progress = {
                "done": row.done,
                "total": row.total,
                "phase": PHASES.get(row.phase, ""),
                "is_cancelled": row.cancelled_by_id is not None,
            }


def _with_workers(task_rows: list[TaskRow]) -> None:
    """Say which worker holds what and since when, as the workers said last."""
    hands = {
        (task["name"], task["subject"]): (str(worker), task["started_at"])
        for worker in health.workers_alive()
        for task in worker.busy
    }
    for task_row in task_rows:
        task_row.worker, started_at = hands.get((task_row.name, task_row.subject), ("", None))
        if started_at:
            # Better than from the lease, which long work renews.
            task_row.started_at = datetime.fromisoformat(started_at)
