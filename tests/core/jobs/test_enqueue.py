"""Background work is asked for by name, once its row is committed."""

import json
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import transaction
from pytest_django import Settings

from core import background_sender
from core.jobs import enqueue as jobs
from core.jobs.enqueue import QUEUES, Job, Queue, enqueue, publish
from core.valkey import forget_clients, valkey
from tests.at_once import at_once
from tests.lost_valkey import valkey_at
from tests.sockets import closed_port
from workers.celery import app


@pytest.fixture
def broker_queue() -> Iterator[str]:
    """The list of Valkey that holds the jobs of the realtime queue, empty."""
    name = f"{settings.REALTIME_PREFIX}:{Queue.REALTIME.value}"
    valkey().delete(name)
    yield name
    valkey().delete(name)


@pytest.mark.django_db(transaction=True)
class TestEnqueue:
    def test_a_job_carries_ids_and_nothing_else(self, broker_queue: str) -> None:
        message_id = uuid4()

        enqueue(Job.FAN_OUT_MESSAGE, message_id=message_id)
        background_sender.flush()

        [job] = [json.loads(raw) for raw in valkey().lrange(broker_queue, 0, -1)]
        assert job["headers"]["task"] == "fan_out_message"
        assert job["headers"]["kwargsrepr"] == f"{{'message_id': '{message_id}'}}"

    def test_a_job_is_published_after_the_commit_only(self, broker_queue: str) -> None:
        with transaction.atomic():
            enqueue(Job.FAN_OUT_MESSAGE, message_id=uuid4())
            transaction.set_rollback(True)
        with transaction.atomic():
            enqueue(Job.FAN_OUT_MESSAGE, message_id=uuid4())
            background_sender.flush()
            assert valkey().llen(broker_queue) == 0
        background_sender.flush()

        assert valkey().llen(broker_queue) == 1


class TestPublish:
    def test_threads_that_publish_at_once_share_no_connection(self, broker_queue: str) -> None:
        def publish_ten() -> int:
            for _ in range(10):
                publish(Job.FAN_OUT_MESSAGE, message_id=uuid4())
            return id(jobs._producer().connection)

        connections = at_once(*[publish_ten] * 4)

        assert len(set(connections)) == 4
        assert valkey().llen(broker_queue) == 40

    def test_without_a_broker_raises_and_works_again_with_one(
        self, broker_queue: str, settings: Settings
    ) -> None:
        real = settings.REDIS_URL
        publish(Job.FAN_OUT_MESSAGE, message_id=uuid4())

        with (
            valkey_at(closed_port(), settings),
            pytest.raises(background_sender.UNREACHABLE),
        ):
            publish(Job.FAN_OUT_MESSAGE, message_id=uuid4())
        settings.REDIS_URL = settings.CELERY_BROKER_URL = real
        forget_clients()
        jobs.broker.cache_clear()
        publish(Job.FAN_OUT_MESSAGE, message_id=uuid4())

        assert valkey().llen(broker_queue) == 2


class TestQueues:
    def test_every_job_has_a_queue(self) -> None:
        assert set(QUEUES) == set(Job)

    def test_workers_listen_to_every_queue_of_the_same_broker(self) -> None:
        assert {queue.name for queue in app.conf.task_queues} == {queue.value for queue in Queue}
        assert jobs.broker().conf.broker_url == app.conf.broker_url
