"""Ask for background work by the name of its job.

The work itself is in a row (`core.jobs.lease`). A job is a wake-up: it carries the row's id and
may be lost. The tasks are in `workers`, which this module does not import.
"""

import os
import threading
import time
from contextlib import suppress
from enum import StrEnum
from functools import cache, partial
from uuid import UUID

from celery import Celery
from django.db import transaction
from kombu import Exchange, Producer
from redis.exceptions import RedisError

from core import background_sender
from core.ids import new_id
from core.valkey import key, valkey


class Queue(StrEnum):
    """The queues, by the people who wait for them."""

    REALTIME = "realtime"
    NOTIFICATIONS = "notifications"
    ATTACHMENTS = "attachments"
    WEBHOOKS = "webhooks"
    MAINTENANCE = "maintenance"


class Job(StrEnum):
    FAN_OUT_MESSAGE = "fan_out_message"
    ANALYSE_ATTACHMENT = "analyse_attachment"
    DELIVER = "deliver"
    ESCALATE = "escalate"
    WAKE = "wake"
    SEND_NOTICE = "send_notice"
    FORWARD_EMAIL = "forward_email"
    SEND_PASSWORD_RESET = "send_password_reset"  # noqa: S105 (a name)
    DISPATCH_EVENTS = "dispatch_events"
    SEND_WEBHOOK = "send_webhook"
    TELL_OF_WEBHOOK = "tell_of_webhook"
    PURGE_CONVERSATION = "purge_conversation"
    FORGET_PERSON = "forget_person"
    MAKE_EXPORT = "make_export"
    TELL_OF_EXPORT = "tell_of_export"
    RUN_PERIODIC = "run_periodic"
    BEAT = "beat"


QUEUES = {
    Job.FAN_OUT_MESSAGE: Queue.REALTIME,
    Job.ANALYSE_ATTACHMENT: Queue.ATTACHMENTS,
    Job.DELIVER: Queue.NOTIFICATIONS,
    Job.ESCALATE: Queue.REALTIME,
    Job.WAKE: Queue.REALTIME,
    Job.SEND_NOTICE: Queue.NOTIFICATIONS,
    Job.FORWARD_EMAIL: Queue.NOTIFICATIONS,
    Job.SEND_PASSWORD_RESET: Queue.NOTIFICATIONS,
    Job.DISPATCH_EVENTS: Queue.NOTIFICATIONS,
    # A receiver may take ten seconds to answer: never beside messages.
    Job.SEND_WEBHOOK: Queue.WEBHOOKS,
    Job.TELL_OF_WEBHOOK: Queue.NOTIFICATIONS,
    # In slices of some seconds, so nothing waits behind it for long.
    Job.MAKE_EXPORT: Queue.MAINTENANCE,
    Job.TELL_OF_EXPORT: Queue.NOTIFICATIONS,
    Job.RUN_PERIODIC: Queue.MAINTENANCE,
    # Minutes for a large conversation: beside nothing that people wait for.
    Job.PURGE_CONVERSATION: Queue.MAINTENANCE,
    Job.FORGET_PERSON: Queue.MAINTENANCE,
    Job.BEAT: Queue.MAINTENANCE,
}


# AMQP's delivery mode for messages that a broker such as RabbitMQ keeps on its disk.
PERSISTENT = 2

# Seconds. By default the client of RabbitMQ waits for ever for a frozen server, and 6 s for one
# that refuses connections, by several tries. The limits for Valkey are in the settings.
AMQP_LIMITS = {"connect_timeout": 1, "read_timeout": 2, "write_timeout": 2, "max_retries": 0}


@cache
def broker() -> Celery:
    """Return a Celery application that only sends."""
    app = Celery("liaison-sender", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    if app.conf.broker_url.startswith("amqp"):
        app.conf.broker_transport_options = AMQP_LIMITS
    return app


def enqueue(job: Job, **ids: UUID | str | int) -> None:
    """Publish a job from the background sender once the surrounding transaction has committed.

    Never waits and never raises. The sweeper finds the row of a job that was not published.
    """
    transaction.on_commit(partial(background_sender.send, partial(publish, job, **ids)))


# After this the wake-up counts as lost, if no worker began it.
WOKEN_MS = 300


def enqueue_once(job: Job, **ids: UUID | str | int) -> None:
    """Publish a job as `enqueue` does, unless one is on its way already.

    For jobs that take the other rows that are due as well, and say by `begin` that they look now.
    """
    transaction.on_commit(partial(_want, job, ids))


def begin(job: Job) -> None:
    """Let the next row wake a worker again: this one reads the rows from now on."""
    with suppress(RedisError):
        valkey().delete(key("woken", job.value))


# What `enqueue_once` was asked for and `background_sender` has not sent: the last of each job.
_wanted: dict[Job, dict[str, UUID | str | int]] = {}
# They are the parent's to send.
os.register_at_fork(after_in_child=_wanted.clear)


def _want(job: Job, ids: dict[str, UUID | str | int]) -> None:
    _wanted[job] = ids
    background_sender.send(partial(_publish_wanted, job))


def _publish_wanted(job: Job) -> None:
    """Publish one wake-up for all that wait here, unless one is on its way from elsewhere."""
    if (ids := _wanted.pop(job, None)) is None:
        return
    try:
        is_first = bool(valkey().set(key("woken", job.value), 1, nx=True, px=WOKEN_MS))
    except RedisError:
        # The broker may be another server.
        is_first = True
    if is_first:
        publish(job, **ids)


def publish(job: Job, **ids: UUID | str | int) -> None:
    """Publish a job now. Raises one of `background_sender.UNREACHABLE` without a broker."""
    # `.value`: addressed by a StrEnum member, a task takes the member's `name`.
    # Half the processor time of `send_task`, which takes a channel for each.
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
        _per_thread.producer = None
        raise


class _PerThread(threading.local):
    """The producer of one thread: kombu's connections are not for several."""

    app: Celery | None = None
    producer: Producer | None = None


_per_thread = _PerThread()


def _producer() -> Producer:
    app = broker()
    if _per_thread.producer is None or _per_thread.app is not app:
        # Without heartbeats: RabbitMQ would hang up on a thread that publishes nothing for minutes.
        connection = app.connection_for_write(heartbeat=0)
        _per_thread.app = app
        _per_thread.producer = Producer(connection, exchange=Exchange(""), auto_declare=False)
    return _per_thread.producer


def _start_afresh() -> None:
    global _per_thread
    _per_thread = _PerThread()


# A forked worker must not write into its parent's connection.
os.register_at_fork(after_in_child=_start_afresh)
