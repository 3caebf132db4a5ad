"""The Celery tasks: one call each, without any rule of the domain.

A task returns its outcome, which `workers.records.celery_signals` passes to the recorder.
"""

from uuid import UUID

from celery import shared_task

from core.jobs.enqueue import Job
from workers.engine import execute, periodic
from workers.registry import ATTACHMENTS, DELIVERIES, MESSAGES, PERIODIC


@shared_task(name=Job.FAN_OUT_MESSAGE.value)
def fan_out_message(message_id: str) -> str:
    return execute.execute(MESSAGES, UUID(message_id))


@shared_task(name=Job.ANALYSE_ATTACHMENT.value)
def analyse_attachment(attachment_id: str) -> str:
    return execute.execute(ATTACHMENTS, UUID(attachment_id))


@shared_task(name=Job.DELIVER.value)
def deliver(delivery_id: str) -> str:
    return execute.execute(DELIVERIES, UUID(delivery_id))


@shared_task(name=Job.RUN_PERIODIC.value)
def run_periodic(name: str) -> str:
    return execute.execute(PERIODIC, name)


@shared_task(name=Job.BEAT.value)
def beat() -> None:
    periodic.record_beat()
