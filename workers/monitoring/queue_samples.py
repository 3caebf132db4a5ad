"""A measure of each queue every minute, for the plot of depths."""

from collections.abc import Iterable

from workers.engine.job_types import JobType
from workers.models import QueueSample
from workers.monitoring import backlog as queue_backlog


def measure(job_types: Iterable[JobType]) -> None:
    """Write down how much each queue owes now, and since when."""
    QueueSample.objects.bulk_create(
        QueueSample(queue=queue, waiting=backlog.waiting, oldest_seconds=backlog.oldest_seconds)
        for queue, backlog in queue_backlog.backlogs(job_types).items()
    )
