"""Beat as a process: it shows that it lives, and tells people when no worker does."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from core.jobs.enqueue import Queue
from core.valkey import key, valkey
from deploy.launcher.app_processes import beat
from deploy.launcher.data_dir import REPOSITORY, DataDir
from tests.bench.processor import proportional_bytes
from tests.commands import unmeasured
from tests.site import address_of_test_database
from tests.waiting import until
from tests.workers.alert_webhook import AlertWebhook, listening_webhook
from workers.models import Alert, DeadLetter, WorkerProcess
from workers.monitoring import health
from workers.recovery import beat_watchdog

pytestmark = pytest.mark.django_db(transaction=True)

QUEUES = [queue.value for queue in Queue]
# The same program, which only looks sooner.
LOOKING_SOON = """
import sys
from celery.__main__ import main
import workers.beat
sys.modules["workers.recovery.beat_watchdog"].LOOK_SECONDS = 0.2
sys.exit(main())
"""
LIMIT_BYTES = 60e6


@pytest.fixture
def webhook() -> Iterator[AlertWebhook]:
    with listening_webhook() as webhook:
        yield webhook


@pytest.fixture
def environment(webhook: AlertWebhook) -> dict[str, str]:
    return {
        **unmeasured(os.environ),
        "DATABASE_URL": address_of_test_database(),
        "DJANGO_SETTINGS_MODULE": "core.settings",
        "TASK_ALERT_WEBHOOK_URL": webhook.url,
    }


@pytest.fixture
def living_worker() -> WorkerProcess:
    return WorkerProcess.objects.create(
        host="h", pid=1, queues=QUEUES, concurrency=1, seen_at=timezone.now() + timedelta(hours=1)
    )


@pytest.fixture
def running(
    living_worker: WorkerProcess, environment: dict[str, str], tmp_path: Path
) -> Iterator[subprocess.Popen[str]]:
    """Beat as the launcher starts it."""
    valkey().delete(key("maintenance"))
    [_, program, *words] = beat(DataDir(tmp_path), {}).command
    assert program == "celery"
    with (tmp_path / "beat.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", LOOKING_SOON, *words],
            cwd=REPOSITORY, env=environment, stdout=log, stderr=log, text=True,
        )  # fmt: skip
    yield process
    process.kill()
    process.wait()


def test_beat_shows_that_it_lives_in_little_memory(running: subprocess.Popen[str]) -> None:
    until(lambda: valkey().llen(key("maintenance")), "no sign of life")

    assert '"task": "beat"' in str(valkey().lindex(key("maintenance"), 0))
    assert proportional_bytes(running.pid) <= LIMIT_BYTES


def test_beat_tells_people_that_no_worker_is_alive(
    running: subprocess.Popen[str],
    living_worker: WorkerProcess,
    webhook: AlertWebhook,
    tmp_path: Path,
) -> None:
    until(lambda: valkey().llen(key("maintenance")), "beat does not start")
    assert not Alert.objects.exists()

    living_worker.seen_at = timezone.now() - timedelta(seconds=13)
    living_worker.save()

    until(lambda: Alert.objects.exclude(told_at=None).count() == len(QUEUES), "nobody is told")
    [told] = webhook.told
    assert len(told["alerts"]) == len(QUEUES)
    assert running.poll() is None, (tmp_path / "beat.log").read_text()


def test_beat_leaves_the_alerts_to_a_living_worker(
    living_worker: WorkerProcess, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    DeadLetter.objects.create(job="fan_out_message", subject="1", attempts=8, reason="no paper")

    beat_watchdog.send_alerts()

    assert not Alert.objects.exists()


@pytest.mark.parametrize("seconds", [11, 13])
def test_beat_and_the_pages_agree_on_who_is_alive(
    living_worker: WorkerProcess, seconds: int
) -> None:
    living_worker.seen_at = timezone.now() - timedelta(seconds=seconds)
    living_worker.save()
    assert beat_watchdog.any_worker_alive() == health.workers_alive().exists() == (seconds == 11)

    living_worker.stopped_at = timezone.now()
    living_worker.save()
    assert not beat_watchdog.any_worker_alive()
