"""Write down the progress of running work for the dashboard, and read there if it is cancelled.

The row is written at most once a second, so a task that takes less than a second costs nothing.
The page needs no broker.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.jobs import progress
from workers.engine.job_types import JobType, Key, Text
from workers.models import TaskProgress

TOLD_EVERY_SECONDS = 1.0
# The phases of `core.jobs.progress.step`, for people.
PHASES: dict[str, Text] = {
    "reading": _("reading the file"),
    "checking": _("checking it"),
    "storing": _("storing what may be shown"),
    "comparing": _("comparing"),
    "removing": _("removing"),
}


class Cancelled(Exception):
    """Somebody cancelled the running work. The text is their name."""


@contextmanager
def followed(job_type: JobType, key: Key) -> Iterator[None]:
    """Write down the progress of the work in this context; its steps may raise Cancelled."""
    teller = _Teller(job_type, key)
    if job_type.is_cancellable:
        # A cancellation of an earlier attempt.
        teller.rows().delete()
    try:
        with progress.told_to(teller):
            yield
    finally:
        if teller.has_told or job_type.is_cancellable:
            teller.rows().delete()


class _Teller:
    def __init__(self, job_type: JobType, key: Key) -> None:
        self.job_type = job_type
        self.subject = str(key)
        self.has_told = False
        self.told_at = time.monotonic()

    def __call__(self, done: int, total: int, phase: str) -> None:
        if time.monotonic() - self.told_at < TOLD_EVERY_SECONDS:
            return
        self.told_at, self.has_told = time.monotonic(), True
        row, _is_new = TaskProgress.objects.update_or_create(
            job=self.job_type.job.value,
            subject=self.subject,
            defaults={"done": done, "total": total, "phase": phase, "at": timezone.now()},
        )
        if row.cancelled_by:
            raise Cancelled(row.cancelled_by.name)

    def rows(self) -> QuerySet[TaskProgress]:
        return TaskProgress.objects.filter(job=self.job_type.job.value, subject=self.subject)
