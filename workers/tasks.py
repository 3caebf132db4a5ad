"""The Celery tasks: one call each, without any rule of the domain.

A task returns its outcome, which `workers.records.celery_signals` passes to the recorder.
"""

from uuid import UUID

from celery import shared_task

from core.jobs.enqueue import Job
from workers.engine import batches, execute, periodic
from workers.registry import (
    ATTACHMENTS,
    DELIVERIES,
    ESCALATIONS,
    EVENTS,
    EXPORTS,
    FORGETTINGS,
    FORWARDED,
    MESSAGES,
    NOTICES,
    PASSWORD_RESETS,
    PAUSED_WEBHOOKS,
    PERIODIC,
    PURGES,
    SNOOZES,
    TOLD_EXPORTS,
    WEBHOOKS,
)


@shared_task(name=Job.FAN_OUT_MESSAGE.value)
def fan_out_message(message_id: str) -> None:
    batches.perform_with_others(MESSAGES, UUID(message_id))


@shared_task(name=Job.ANALYSE_ATTACHMENT.value)
def analyse_attachment(attachment_id: str) -> str:
    return execute.execute(ATTACHMENTS, UUID(attachment_id))


@shared_task(name=Job.DELIVER.value)
def deliver(delivery_id: str) -> str:
    return execute.execute(DELIVERIES, UUID(delivery_id))


@shared_task(name=Job.ESCALATE.value)
def escalate(conversation_id: str) -> str:
    return execute.execute(ESCALATIONS, UUID(conversation_id))


@shared_task(name=Job.WAKE.value)
def wake(conversation_id: str) -> str:
    return execute.execute(SNOOZES, UUID(conversation_id))


@shared_task(name=Job.SEND_NOTICE.value)
def send_notice(notice_id: str) -> str:
    return execute.execute(NOTICES, UUID(notice_id))


@shared_task(name=Job.FORWARD_EMAIL.value)
def forward_email(email_id: str) -> str:
    return execute.execute(FORWARDED, UUID(email_id))


@shared_task(name=Job.SEND_PASSWORD_RESET.value)
def send_password_reset(reset_id: str) -> str:
    return execute.execute(PASSWORD_RESETS, UUID(reset_id))


@shared_task(name=Job.DISPATCH_EVENTS.value)
def dispatch_events(event_id: str) -> None:
    batches.perform_with_others(EVENTS, int(event_id))


@shared_task(name=Job.SEND_WEBHOOK.value)
def send_webhook(delivery_id: str) -> str:
    return execute.execute(WEBHOOKS, UUID(delivery_id))


@shared_task(name=Job.TELL_OF_WEBHOOK.value)
def tell_of_webhook(endpoint_id: str) -> str:
    return execute.execute(PAUSED_WEBHOOKS, UUID(endpoint_id))


@shared_task(name=Job.PURGE_CONVERSATION.value)
def purge_conversation(order_id: str) -> str:
    return execute.execute(PURGES, UUID(order_id))


@shared_task(name=Job.FORGET_PERSON.value)
def forget_person(person_id: str) -> str:
    return execute.execute(FORGETTINGS, UUID(person_id))


@shared_task(name=Job.MAKE_EXPORT.value)
def make_export(export_id: str) -> str:
    return execute.execute(EXPORTS, UUID(export_id))


@shared_task(name=Job.TELL_OF_EXPORT.value)
def tell_of_export(export_id: str) -> str:
    return execute.execute(TOLD_EXPORTS, UUID(export_id))


@shared_task(name=Job.RUN_PERIODIC.value)
def run_periodic(name: str) -> str:
    return execute.execute(PERIODIC, name)


@shared_task(name=Job.BEAT.value)
def beat() -> None:
    periodic.record_beat()
