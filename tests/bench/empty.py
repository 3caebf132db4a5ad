"""Define a Celery task that does nothing. `workers` loads this module into its worker.

UNRECORDED=1 turns the recording of attempts off.
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
