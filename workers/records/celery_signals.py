"""Pass Celery's signals to the recorder, which writes down every attempt of a pool process."""

from typing import Any

from celery import Task, signals
from django.db import close_old_connections

from core.telemetry import error_reports, tracing
from workers.models import TaskRun
from workers.records import recorder

Outcome = TaskRun.Outcome


def began(task_id: str, task: Task[Any, Any], kwargs: dict[str, Any], **_: Any) -> None:
    # `CELERY_DB_REUSE_MAX` keeps the connection between tasks, so it may have died since the last.
    close_old_connections()
    request = task.request
    run = recorder.Run(
        name=task.name,
        queue=(request.delivery_info or {}).get("routing_key") or "",
        task_id=task_id,
        arguments=kwargs,
    )
    headers = request.headers or {}
    if sent_at := headers.get("sent_at"):
        run.ordered_at = float(sent_at)
    recorder.begin(run)


def failed(exception: BaseException, **_: Any) -> None:
    # None in the parent, where Celery sends this signal when a pool process has died.
    if run := recorder.current():
        run.error = exception
        if run.outcome == Outcome.SUCCEEDED.value:
            run.outcome = Outcome.FAILED.value


def ended(retval: object, **_: Any) -> None:
    if run := recorder.current():
        if run.error is None and retval == Outcome.NOTHING.value:
            run.outcome = Outcome.NOTHING.value
        recorder.end(run)


def beginning(**_: Any) -> None:
    recorder.start()


def leaving(**_: Any) -> None:
    recorder.flush()
    # A pool process ends without the calls of `atexit`.
    tracing.flush()
    error_reports.flush()


RECEIVERS = (
    (signals.task_prerun, began),
    (signals.task_failure, failed),
    (signals.task_postrun, ended),
    (signals.worker_process_init, beginning),
    (signals.worker_process_shutdown, leaving),
)


def connect() -> None:
    """Record the attempts of this worker's pool."""
    for signal, receiver in RECEIVERS:
        signal.connect(receiver, weak=False)
