"""A worker that is well, and a webhook that hears of alerts."""

from collections.abc import Iterator
from typing import Any

import pytest
from pytest_django import Settings

from core.jobs.enqueue import Queue
from tests.workers.alert_webhook import listening_webhook
from workers.models import WorkerProcess


@pytest.fixture
def worker(db: None) -> WorkerProcess:
    queues = [queue.value for queue in Queue]
    return WorkerProcess.objects.create(host="h", pid=1, queues=queues, concurrency=2)


@pytest.fixture
def heard(settings: Settings) -> Iterator[list[Any]]:
    """The requests that a webhook on loopback received."""
    with listening_webhook() as webhook:
        settings.TASK_ALERT_WEBHOOK_URL = webhook.url
        yield webhook.told
