"""A job is sent by name, after the commit, to its queue."""

import json
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import transaction

from core import background_sender
from core.jobs.enqueue import QUEUES, Job, Queue, broker, enqueue
from core.valkey import valkey
from workers.celery import app


@pytest.fixture
def broker_queue() -> Iterator[str]:
    """Return the key of the Valkey list that is the realtime queue, emptied."""
    name = f"{settings.REALTIME_PREFIX}:{Queue.REALTIME.value}"
    valkey().delete(name)
    yield name
    valkey().delete(name)


@pytest.mark.django_db(transaction=True)
class TestAJob:
    def test_job_carries_ids_and_nothing_else(self, broker_queue: str) -> None:
        message_id = uuid4()

        enqueue(Job.FAN_OUT_MESSAGE, message_id=message_id)
        background_sender.flush()

        [job] = [json.loads(raw) for raw in valkey().lrange(broker_queue, 0, -1)]
        assert job["headers"]["task"] == "fan_out_message"
        assert str(message_id) in job["headers"]["kwargsrepr"]

    def test_job_is_sent_after_the_commit_only(self, broker_queue: str) -> None:
        with transaction.atomic():
            enqueue(Job.FAN_OUT_MESSAGE, message_id=uuid4())
            transaction.set_rollback(True)
        with transaction.atomic():
            enqueue(Job.FAN_OUT_MESSAGE, message_id=uuid4())
            background_sender.flush()
            assert valkey().llen(broker_queue) == 0
        background_sender.flush()

        assert valkey().llen(broker_queue) == 1


class TestTheQueues:
    def test_every_job_has_a_queue(self) -> None:
        assert set(QUEUES) == set(Job)

    def test_workers_listen_to_every_queue_of_the_broker_that_jobs_are_sent_to(self) -> None:
        assert {queue.name for queue in app.conf.task_queues} == {queue.value for queue in Queue}
        assert broker().conf.broker_url == app.conf.broker_url
