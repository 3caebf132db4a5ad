"""Tell which jobs a job ordered, and which one ordered it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from uuid import UUID

from core.jobs.enqueue import Job
from notifications.models import Delivery, WebhookDelivery
from notifications.planning.rules import Skip
from workers.dashboard.labels import ByJob
from workers.dashboard.task_row import (
    TaskRow,
    row_of_job,
    rows_of_attempts,
    rows_of_dead_letters,
    task_id_of,
)
from workers.models import TaskRun
from workers.monitoring.backlog import dead_letters

# Of each kind. A message to a crew of 200 has as many deliveries.
SHOWN = 20

Rows = list[tuple[Job, str]]


@dataclass(frozen=True)
class Family:
    parents: list[TaskRow] = field(default_factory=list)
    children: list[TaskRow] = field(default_factory=list)
    # With those that are not shown.
    children_count: int = 0


def family_of(job: str, key: str, job_types: ByJob) -> Family:
    """Return the jobs around a job: those of a message's fan-out, and of an event."""
    parents = PARENTS[Job(job)](key) if job in PARENTS else []
    children = CHILDREN[Job(job)](key) if job in CHILDREN else []
    return Family(_rows(parents, job_types), _rows(children[:SHOWN], job_types), len(children))


def _rows(jobs: Iterable[tuple[Job, str]], job_types: ByJob) -> list[TaskRow]:
    """Return each job as it is now, else its last attempt; without attempts, nothing."""
    found = [_row(job.value, key, job_types) for job, key in jobs if job.value in job_types]
    return [row for row in found if row is not None]


def _row(job: str, key: str, job_types: ByJob) -> TaskRow | None:
    if letter := dead_letters().filter(job=job, subject=key).first():
        return rows_of_dead_letters([letter], job_types)[0]
    if live := row_of_job(job_types[job], key):
        return live
    runs = TaskRun.objects.filter(name=job, subject=key).exclude(outcome=TaskRun.Outcome.NOTHING)
    if run := runs.order_by("-started_at", "-pk").first():
        [row] = rows_of_attempts([run], job_types)
        # The address of the job itself: its attempts may be many.
        row.id = task_id_of(job, key)
        return row
    return None


def _deliveries_of_message(key: str) -> Rows:
    # Without those that were skipped where they were planned, which were no job.
    rows = Delivery.objects.filter(message=UUID(key)).exclude(reason=Skip.NO_DEVICE, envelope=None)
    rows = rows.order_by("pk")
    return [(Job.DELIVER, str(pk)) for pk in rows.values_list("pk", flat=True)]


def _webhooks_of_event(key: str) -> Rows:
    rows = WebhookDelivery.objects.filter(event=int(key)).order_by("pk")
    return [(Job.SEND_WEBHOOK, str(pk)) for pk in rows.values_list("pk", flat=True)]


def _message_of_delivery(key: str) -> Rows:
    rows = Delivery.objects.filter(pk=key).values_list("message", flat=True)
    return [(Job.FAN_OUT_MESSAGE, str(pk)) for pk in rows]


def _event_of_webhook(key: str) -> Rows:
    rows = WebhookDelivery.objects.filter(pk=key).values_list("event", flat=True)
    return [(Job.DISPATCH_EVENTS, str(pk)) for pk in rows]


PARENTS: dict[Job, Callable[[str], Rows]] = {
    Job.DELIVER: _message_of_delivery,
    Job.SEND_WEBHOOK: _event_of_webhook,
}
CHILDREN: dict[Job, Callable[[str], Rows]] = {
    Job.FAN_OUT_MESSAGE: _deliveries_of_message,
    Job.DISPATCH_EVENTS: _webhooks_of_event,
}
