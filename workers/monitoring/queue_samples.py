"""Measure each queue every minute, for the plot of depths."""

from collections.abc import Iterable

from workers.engine.job_types import JobType
from workers.models import QueueSample
from workers.monitoring.backlog import backlogs


def measure(job_types: Iterable[JobType]) -> None:
    """Write down how many jobs wait in each queue, and the age of the oldest."""
    QueueSample.objects.bulk_create(
        QueueSample(queue=queue, waiting=backlog.waiting, oldest_seconds=backlog.oldest_seconds)
        for queue, backlog in backlogs(job_types).items()
    )
