"""Beat as a process: it shows that it lives, and tells people what no worker can tell."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings
from structlog.testing import capture_logs

from core.jobs.enqueue import Queue
from core.valkey import key, valkey
from deploy.launcher.app_processes import beat
from deploy.launcher.data_dir import REPOSITORY, DataDir
from tests.bench.processor import own_bytes
from tests.commands import unmeasured
from tests.site import address_of_test_database
from tests.sockets import closed_port
from tests.waiting import until
from tests.workers.alert_webhook import AlertWebhook, listening_webhook
from workers.engine import periodic
from workers.models import Alert, DeadLetter, Heartbeat, WorkerProcess
from workers.monitoring import health
from workers.recovery import beat_watchdog
from workers.recovery.beat_watchdog import Watchdog

pytestmark = pytest.mark.django_db(transaction=True)

QUEUES = [queue.value for queue in Queue]
# The same program, which only looks sooner.
LOOKING_SOON = """
import sys
from celery.__main__ import main
import workers.beat
watchdog = sys.modules["workers.recovery.beat_watchdog"]
watchdog.SIGN_SECONDS = watchdog.LOOK_SECONDS = 0.2
sys.exit(main())
"""
LIMIT_BYTES = 60e6


@pytest.fixture
def webhook(settings: Settings) -> Iterator[AlertWebhook]:
    with listening_webhook() as webhook:
        settings.TASK_ALERT_WEBHOOK_URL = webhook.url
        yield webhook


@pytest.fixture
def environment(webhook: AlertWebhook, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the processes of this test inherit."""
    environment = {
        "DATABASE_URL": address_of_test_database(),
        "DJANGO_SETTINGS_MODULE": "core.settings",
        "TASK_ALERT_WEBHOOK_URL": webhook.url,
    }
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    return unmeasured(os.environ)


@pytest.fixture
def living_worker() -> WorkerProcess:
    return WorkerProcess.objects.create(
        host="h", pid=1, queues=QUEUES, concurrency=1, seen_at=timezone.now() + timedelta(hours=1)
    )


@pytest.fixture
def watchdog(environment: dict[str, str]) -> Iterator[Watchdog]:
    """The watchdog in this process; its commands are processes."""
    watchdog = Watchdog()
    yield watchdog
    watchdog.close()


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
    until(lambda: valkey().llen(key("maintenance")), "it sends no task")
    until(Heartbeat.objects.filter(name=periodic.BEAT).exists, "it writes no sign of life")

    assert '"task": "beat"' in str(valkey().lindex(key("maintenance"), 0))
    assert own_bytes(running.pid) <= LIMIT_BYTES


def test_beat_tells_people_that_no_worker_is_alive(
    running: subprocess.Popen[str],
    living_worker: WorkerProcess,
    webhook: AlertWebhook,
    tmp_path: Path,
) -> None:
    until(Heartbeat.objects.filter(name=periodic.BEAT).exists, "beat does not start")
    assert not Alert.objects.exists()

    living_worker.seen_at = timezone.now() - timedelta(seconds=13)
    living_worker.save()

    told = Alert.objects.filter(code="no_worker_at_all").exclude(told_at=None)
    until(told.exists, "nobody is told")
    assert "no_worker_at_all" in [each["key"] for each in webhook.told[0]["details"]]
    assert running.poll() is None, (tmp_path / "beat.log").read_text()


def test_beat_leaves_the_alerts_to_a_living_worker(
    living_worker: WorkerProcess, environment: dict[str, str]
) -> None:
    DeadLetter.objects.create(job="fan_out_message", subject="1", attempts=8, reason="no paper")

    assert beat_watchdog.send_alerts()

    assert not Alert.objects.exists()


def test_beat_writes_a_sign_of_life_again_and_again(watchdog: Watchdog) -> None:
    Heartbeat.objects.create(name=periodic.BEAT, seen_at=timezone.now() - timedelta(minutes=2))

    watchdog.round()

    assert (health.beat_age_seconds() or 60) < 60


@pytest.mark.parametrize("seconds", [11, 13])
def test_beat_and_the_pages_agree_on_who_is_alive(
    living_worker: WorkerProcess, watchdog: Watchdog, seconds: int
) -> None:
    living_worker.seen_at = timezone.now() - timedelta(seconds=seconds)
    living_worker.save()
    assert watchdog.any_worker_alive() == health.workers_alive().exists() == (seconds == 11)

    living_worker.stopped_at = timezone.now()
    living_worker.save()
    assert not watchdog.any_worker_alive()


def test_beat_tells_once_that_postgresql_is_away_and_that_it_is_back(
    watchdog: Watchdog,
    webhook: AlertWebhook,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(beat_watchdog, "DATABASE_AWAY_SECONDS", 0.0)
    with monkeypatch.context() as away:
        away.setitem(settings.DATABASES["default"], "PORT", closed_port())
        watchdog.round()
        watchdog.round()
    watchdog.round()
    watchdog.round()

    assert [told["event"] for told in webhook.told] == ["alert.opened", "alert.closed"]
    details = [detail for told in webhook.told for detail in told["details"]]
    assert [detail["key"] for detail in details] == ["database_away"] * 2
    assert "refused" in details[0]["detail"]


def test_beat_that_nobody_hears_starts_no_command_while_postgresql_is_away(
    watchdog: Watchdog, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beat_watchdog, "DATABASE_AWAY_SECONDS", 0.0)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setitem(settings.DATABASES["default"], "PORT", closed_port())
    settings.TASK_ALERT_WEBHOOK_URL = ""

    with capture_logs() as lines:
        watchdog.round()

    assert [line["event"] for line in lines] == ["beat_without_database"]
