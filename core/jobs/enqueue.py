"""Asking for background work, by name.

The work owed is a row (`Message.fanned_out_at IS NULL`); the job only says «look now». The tasks
live in `workers`, which this module does not know.
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
    """Queues by who waits for them."""

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


PERSISTENT = 2  # AMQP's delivery mode for what a broker such as RabbitMQ keeps on its disk


# RabbitMQ's client would wait for ever on a frozen one; Valkey's limits are in the settings.
AMQP_LIMITS = {"connect_timeout": 1, "read_timeout": 2, "write_timeout": 2}  # seconds


@cache
def broker() -> Celery:
    """Return a Celery application that only sends."""
    app = Celery("liaison-sender", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    if app.conf.broker_url.startswith("amqp"):
        app.conf.broker_transport_options = AMQP_LIMITS
    return app


def enqueue(job: Job, **ids: UUID) -> None:
    """Ask for a job once the surrounding transaction has committed."""
    transaction.on_commit(partial(background_sender.send, partial(_send, job, ids)))


def _send(job: Job, ids: dict[str, UUID]) -> None:
    # `.value`: addressed by a StrEnum member, a task takes the member's `name`.
    # Half the processor time of `send_task`, which takes a channel for each: the thread of the
    # hints is the only one that sends, and keeps its own.
    task = broker().amqp.as_task_v2(
        str(new_id()),
        job.value,
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
    # Without heartbeats: RabbitMQ would hang up on a thread that has nothing to say for minutes.
    connection = broker().connection_for_write(heartbeat=0)
    return Producer(connection, exchange=Exchange(""), auto_declare=False)


# A forked worker must not write into its parent's connection.
os.register_at_fork(after_in_child=_producer.cache_clear)
