"""Tasks for a worker of these tests."""

import warnings

from celery import shared_task


@shared_task(name="fail")
def fail() -> None:
    print("printed by a task")  # noqa: T201 (a line that is not logged)
    warnings.warn("warned by a task", stacklevel=1)
    raise ValueError("broken\nin two lines")
