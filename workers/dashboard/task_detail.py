"""One task with all its attempts."""

from dataclasses import dataclass, field

from workers.dashboard import action_log, task_search
from workers.dashboard.action_log import ActionRow
from workers.dashboard.family import Family, family_of
from workers.dashboard.labels import ByJob
from workers.dashboard.task_row import (
    TaskRow,
    result_of,
    row_of_job,
    rows_of_attempts,
    rows_of_dead_letters,
    task_id_of,
)
from workers.engine.periodic import PeriodicTasks
from workers.models import TaskRun
from workers.monitoring.backlog import dead_letters

ATTEMPTS_SHOWN = 50
ACTIONS_SHOWN = 20


@dataclass
class TaskDetail(TaskRow):
    # The newest first.
    attempts: list[TaskRun] = field(default_factory=list)
    # Of the last error, only the lines of our own code.
    application_traceback: str = ""
    family: Family = field(default_factory=Family)
    actions: list[ActionRow] = field(default_factory=list)


def detail_of(task_id: str, job_types: ByJob, periodic: PeriodicTasks) -> TaskDetail | None:
    """Return a job or an attempt with all attempts at the same row; None when it is unknown."""
    run = task_search.run_of(task_id)
    job = task_search.job_of(task_id, job_types)
    if job is None:
        return _detail(rows_of_attempts([run], job_types)[0], [run]) if run else None
    job_type, key = job
    attempts = list(
        TaskRun.objects.filter(name=job_type.job.value, subject=key)
        .exclude(outcome=TaskRun.Outcome.NOTHING)
        .order_by("-started_at", "-pk")[:ATTEMPTS_SHOWN]
    )
    row = _row_of(task_id, run or next(iter(attempts), None), job_types)
    if row is None:
        return None
    for attempt in attempts:
        attempt.result = str(result_of(attempt, job_types))
    detail = _detail(row, attempts)
    name = job_type.job.value
    detail.family = family_of(name, key, job_types)
    ids = [task_id_of(name, key), *(str(attempt.pk) for attempt in attempts)]
    done = action_log.on_task(ids)[:ACTIONS_SHOWN]
    detail.actions = action_log.in_words(done, job_types, periodic)
    return detail


def _row_of(task_id: str, run: TaskRun | None, job_types: ByJob) -> TaskRow | None:
    """Return the job as it is now, else its last attempt."""
    job = task_search.job_of(task_id, job_types)
    assert job is not None, "checked by detail_of"
    job_type, key = job
    if letter := dead_letters().filter(job=job_type.job.value, subject=key).first():
        return rows_of_dead_letters([letter], job_types)[0]
    if task_id.partition(":")[1] and (live := row_of_job(job_type, key)):
        return live
    return rows_of_attempts([run], job_types)[0] if run else None


def _detail(row: TaskRow, attempts: list[TaskRun]) -> TaskDetail:
    failed = next((run for run in attempts if run.traceback), None)
    own = own_lines(failed.traceback) if failed else ""
    return TaskDetail(**vars(row), attempts=attempts, application_traceback=own)


def own_lines(traceback: str) -> str:
    """Return a traceback without the frames of libraries."""
    kept, is_own = [], True
    for line in traceback.splitlines():
        if line.startswith('  File "'):
            is_own = "site-packages" not in line and "/lib/python" not in line
        elif not line.startswith("    "):
            is_own = True
        if is_own:
            kept.append(line)
    return "\n".join(kept)
