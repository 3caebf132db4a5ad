"""One task with all its attempts."""

from typing import Any

from workers.dashboard import task_row as task_rows
from workers.dashboard import task_search
from workers.dashboard.task_row import ByJob, TaskRow
from workers.models import TaskRun
from workers.monitoring import health

ATTEMPTS_SHOWN = 50


def detail_of(task_id: str, job_types: ByJob) -> dict[str, Any] | None:
    """Return an order or an attempt with the attempts at the same row; None when unknown."""
    run = task_search.run_of(task_id)
    job = task_search.job_of(task_id, job_types)
    if job is None:
        return _shown(task_rows.of_runs([run], job_types)[0], [run]) if run else None
    job_type, subject = job
    attempts = list(
        TaskRun.objects.filter(name=job_type.job.value, subject=subject)
        .exclude(outcome=TaskRun.Outcome.NOTHING)
        .order_by("-started_at", "-pk")[:ATTEMPTS_SHOWN]
    )
    task_row = _entry(task_id, run or next(iter(attempts), None), job_types)
    return _shown(task_row, attempts) if task_row else None


def _entry(task_id: str, run: TaskRun | None, job_types: ByJob) -> TaskRow | None:
    """Return the order as it is now, else its last attempt."""
    job = task_search.job_of(task_id, job_types)
    assert job is not None, "asked by detail_of"
    job_type, subject = job
    letters = health.dead_letters().filter(job=job_type.job.value, subject=subject)
    if letter := letters.first():
        return task_rows.of_dead([letter], job_types)[0]
    if task_id.partition(":")[1] and (live := task_rows.of_job(job_type, subject)):
        return live
    return task_rows.of_runs([run], job_types)[0] if run else None


def _shown(task_row: TaskRow, attempts: list[TaskRun]) -> dict[str, Any]:
    failed = next((run for run in attempts if run.traceback), None)
    own = own_lines(failed.traceback) if failed else ""
    fields = {name: getattr(task_row, name) for name in task_row.__dataclass_fields__}
    return {**fields, "attempts": attempts, "application_traceback": own}


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
