"""Run periodic work: its row says when it is due, and the sweeper finds it.

A periodic task is a leased job like any other. It needs no beat, and runs once at each time
however many workers and beats there are.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.db.models import QuerySet
from django.utils import timezone

from core.jobs.enqueue import Job
from core.jobs.lease import reset_attempts
from workers.engine import results
from workers.engine.job_types import Description, JobType, Text
from workers.engine.progress import Cancelled
from workers.models import DeadLetter, Heartbeat, Periodic
from workers.records import recorder

BEAT = "beat"

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class PeriodicTask:
    """One periodic task. What `run` returns is shown as its last result.

    `result_words` has a `%s` for each number of the result.
    """

    name: str
    label: Text
    every: timedelta
    run: Callable[[], object]
    result_words: Text = ""


class PeriodicTasks:
    """All periodic tasks by name, with the functions of their JobType."""

    def __init__(self, tasks: Iterable[PeriodicTask]) -> None:
        self.by_name: Mapping[str, PeriodicTask] = {task.name: task for task in tasks}

    def pending_rows(self) -> QuerySet[Periodic]:
        return Periodic.objects.filter(is_enabled=True, name__in=list(self.by_name))

    def describe(self, names: Iterable[str]) -> Mapping[str, Description]:
        wanted = [name for name in names if name in self.by_name]
        rows = Periodic.objects.filter(name__in=wanted)
        last = dict(rows.values_list("name", "last_result"))
        return {
            name: Description(
                self.by_name[name].label, result=self.result_in_words(name, last.get(name, ""))
            )
            for name in wanted
        }

    def result_in_words(self, name: str, result: str) -> Text:
        task = self.by_name.get(name)
        return results.of_periodic(result, task.result_words if task else "")

    def ensure_rows(self) -> None:
        """Give every task its row, first due one period from now."""
        now = timezone.now()
        rows = [
            Periodic(
                name=task.name,
                every_seconds=int(task.every.total_seconds()),
                due_at=now + task.every,
            )
            for task in self.by_name.values()
        ]
        Periodic.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["name"],
            # Not `due_at`: a worker that starts must not delay the work.
            update_fields=["every_seconds"],
        )

    def perform(self, name: str) -> None:
        """Run a task whose row the caller has leased, and set its next time."""
        task = self.by_name[name]
        row = Periodic.objects.get(name=name)
        started_at, started = timezone.now(), time.monotonic()
        try:
            returned = task.run()
        except Cancelled as error:
            self.reschedule(name, f"Cancelled: {error}")
            raise
        result = "" if returned is None else str(returned)[: recorder.MAX_RESULT]
        if run := recorder.current():
            run.result = result
        due_at = row.due_at or started_at
        Periodic.objects.filter(name=name).update(
            # At least now: after a night without workers it does not run once for each period.
            **reset_attempts(max(due_at + task.every, timezone.now())),
            last_started_at=started_at,
            last_seconds=time.monotonic() - started,
            drift_seconds=max(0.0, (started_at - due_at).total_seconds()),
            last_result=result,
        )
        # It is well again, so nobody needs to decide.
        letters = DeadLetter.objects.filter(job=Job.RUN_PERIODIC.value, subject=name)
        letters.filter(settled_at=None).update(settled_at=timezone.now())

    def reschedule(self, name: str, reason: str) -> None:
        """Set the next time of a task that failed at its last attempt, or was cancelled."""
        task = self.by_name[name]
        now = timezone.now()
        rows = Periodic.objects.filter(name=name)
        rows.update(**reset_attempts(now + task.every, reason), failed_at=now)


def hasten(name: str) -> bool:
    """Make a periodic task due now; return False while it runs, since it may have looked before."""
    rows = Periodic.objects.filter(name=name)
    if rows.filter(leased_until__gt=timezone.now()).exists():
        return False
    # As if it had waited its time: the sweeper does it at once without a broker.
    rows.filter(due_at__gt=timezone.now()).update(due_at=timezone.now() - JobType.patience)
    return True


def record_beat() -> None:
    """Write down that beat is alive, for the dashboard and the alerts."""
    Heartbeat.objects.update_or_create(name=BEAT, defaults={"seen_at": timezone.now()})
