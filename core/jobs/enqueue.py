"""Enqueue background jobs by name.

The pending work is a row (`Message.fanned_out_at IS NULL`); a job only wakes a worker up for it.
The tasks are in `workers`, which this module does not import.
"""

import os
import time
from enum import StrEnum
from functools import cache, partial
from uuid import UUID

from celery import Celery
from django.db import transaction
from kombu import Exchange, Producer

from core import background_sender
from core.ids import new_id


class Queue(StrEnum):
    """The queues of the broker, by urgency: a backlog in one does not delay another."""

    REALTIME = "realtime"
    NOTIFICATIONS = "notifications"
    ATTACHMENTS = "attachments"
    MAINTENANCE = "maintenance"


class Job(StrEnum):
    FAN_OUT_MESSAGE = "fan_out_message"
    ANALYSE_ATTACHMENT = "analyse_attachment"
    DELIVER = "deliver"
    RUN_PERIODIC = "run_periodic"
    BEAT = "beat"


QUEUES = {
    Job.FAN_OUT_MESSAGE: Queue.REALTIME,
    Job.ANALYSE_ATTACHMENT: Queue.ATTACHMENTS,
    Job.DELIVER: Queue.NOTIFICATIONS,
    Job.RUN_PERIODIC: Queue.MAINTENANCE,
    Job.BEAT: Queue.MAINTENANCE,
}


PERSISTENT = 2  # AMQP's delivery mode: RabbitMQ keeps the message on its disk
# Without them the client waits for ever on a frozen RabbitMQ. Valkey's limits are in the settings.
AMQP_LIMITS = {"connect_timeout": 1, "read_timeout": 2, "write_timeout": 2}  # seconds


@cache
def broker() -> Celery:
    """Return the Celery application that sends jobs; it knows no task."""
    app = Celery("liaison-sender", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    if app.conf.broker_url.startswith("amqp"):
        app.conf.broker_transport_options = AMQP_LIMITS
    return app


def enqueue(job: Job, **ids: UUID) -> None:
    """Send a job to its queue after the surrounding transaction commits. Never waits."""
    transaction.on_commit(partial(background_sender.send, partial(_send, job, ids)))


def _send(job: Job, ids: dict[str, UUID]) -> None:
    # Not `send_task`, which opens a channel for each job. Only the thread of `background_sender`
    # sends, so one producer is enough.
    task = broker().amqp.as_task_v2(
        str(new_id()),
        job.value,  # a StrEnum member itself would be sent as its `name`
        kwargs={name: str(value) for name, value in ids.items()},
        ignore_result=True,
    )
    try:
        _producer().publish(
            task.body,
            routing_key=QUEUES[job].value,
            serializer="json",
            headers={**task.headers, "sent_at": time.time()},
            delivery_mode=PERSISTENT,
            **task.properties,
        )
    except background_sender.UNREACHABLE:
        _producer.cache_clear()
        raise


@cache
def _producer() -> Producer:
    # Without heartbeats: RabbitMQ would close the connection of a thread that is idle for minutes.
    connection = broker().connection_for_write(heartbeat=0)
    return Producer(connection, exchange=Exchange(""), auto_declare=False)


# A forked worker must not write into its parent's connection.
os.register_at_fork(after_in_child=_producer.cache_clear)
