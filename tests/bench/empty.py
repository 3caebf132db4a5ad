"""Loaded into a worker by the measure of `workers`: a task that does nothing.

UNRECORDED=1 takes the recording of attempts away, for comparison.
"""

import os

from celery import shared_task
from celery.signals import celeryd_after_setup

from workers.records.celery_signals import RECEIVERS


@shared_task(name="empty")
def empty() -> None:
    return


@celeryd_after_setup.connect
def leave_unrecorded(**_: object) -> None:
    if os.environ.get("UNRECORDED"):
        for signal, receiver in RECEIVERS:
            signal.disconnect(receiver)
