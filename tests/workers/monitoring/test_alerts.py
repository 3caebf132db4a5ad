"""An alert opens once, is sent once by email or webhook, and closes by itself."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from pytest_django import Settings

from core.models import User
from messaging.models import Message
from notifications.models import PushSubscription
from tests.cast import Call, Say
from tests.sockets import closed_port
from workers.models import (
    Alert,
    CounterAudit,
    DeadLetter,
    Heartbeat,
    TaskRun,
    WorkerProcess,
)
from workers.monitoring import alerts, finding
from workers.registry import JOB_TYPES


def codes() -> set[str]:
    return {alert.code for alert in finding.active_alerts(JOB_TYPES)}


@pytest.fixture
def dead(db: None) -> DeadLetter:
    return DeadLetter.objects.create(
        job="fan_out_message", subject="1", attempts=8, reason="RuntimeError: no paper left"
    )


def late_beat() -> None:
    Heartbeat.objects.create(name="beat", seen_at=timezone.now() - timedelta(minutes=2))


def failures() -> None:
    now = timezone.now()
    for number in range(20):
        TaskRun.objects.create(
            name="fan_out_message", queue="realtime", worker="h:1",
            outcome="failed" if number < 2 else "succeeded",
            started_at=now, ended_at=now, wait_seconds=0, run_seconds=0,
        )  # fmt: skip


def valkey_away() -> None:
    WorkerProcess.objects.update(reaches_valkey=False)


def drift() -> None:
    CounterAudit.objects.create(conversations=3, drifts=[{"was": 1, "is": 2}])


def refused_key() -> None:
    PushSubscription.objects.create(
        user=User.objects.create(email="odile@demo.test", role=User.Role.STAFF),
        endpoint="https://push.test/1",
        key_refused_at=timezone.now(),
    )


def lost_worker() -> None:
    WorkerProcess.objects.update(seen_at=timezone.now() - timedelta(seconds=20))


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("beat_late", late_beat),
        ("failures", failures),
        ("valkey_away", valkey_away),
        ("drift", drift),
        ("push_key", refused_key),
        ("no_worker_at_all", lost_worker),
    ],
)
def test_cause_raises_its_alert_and_no_other(
    worker: WorkerProcess, code: str, cause: Callable[[], None]
) -> None:
    assert codes() == set()

    cause()

    assert codes() == {code}


def test_message_that_waits_too_long_raises_an_alert(
    worker: WorkerProcess, say: Say, camille: User
) -> None:
    say(camille, "Bonjour")
    Message.objects.update(due_at=timezone.now() - timedelta(minutes=2))

    assert codes() == {"oldest"}


def test_what_waited_for_the_workers_raises_nothing_while_they_catch_up(
    worker: WorkerProcess, say: Say, camille: User
) -> None:
    gone = ended_alert("no_worker_at_all", seconds_ago=30)
    say(camille, "Bonjour")
    Message.objects.update(due_at=timezone.now() - timedelta(seconds=90))
    assert codes() == set()

    gone.ended_at = timezone.now() - timedelta(minutes=3)
    gone.save()
    assert codes() == {"oldest"}


def test_failures_of_an_alert_that_is_over_raise_no_other_and_new_ones_do(
    worker: WorkerProcess,
) -> None:
    failures()
    ended_alert("storage_away", seconds_ago=0)
    assert codes() == set()

    failures()
    assert codes() == {"failures"}


def ended_alert(code: str, *, seconds_ago: float) -> Alert:
    return Alert.objects.create(code=code, ended_at=timezone.now() - timedelta(seconds=seconds_ago))


def test_alert_is_on_the_page_before_anybody_was_told(
    api: Call, odile: User, dead: DeadLetter
) -> None:
    summary = api(odile).get("/api/v1/staff/tasks/summary").json()

    [alert] = [alert for alert in summary["alerts"] if alert["code"] == "dead"]
    assert alert["words"]
    assert alert["told_at"] is None


def test_alert_is_sent_once_by_email(dead: DeadLetter, settings: Settings) -> None:
    settings.TASK_ALERT_EMAILS = ["astreinte@demo.test"]

    alerts.watch(JOB_TYPES)
    alerts.watch(JOB_TYPES)

    assert Alert.objects.get(code="dead").told_at is not None
    [sent] = [message for message in mail.outbox if "Tâches mortes" in message.body]
    assert sent.to == ["astreinte@demo.test"]


def test_alert_is_sent_once_by_webhook(dead: DeadLetter, heard: list[Any]) -> None:
    alerts.watch(JOB_TYPES)
    alerts.watch(JOB_TYPES)

    [told] = heard
    assert told["event"] == "alert.opened"
    assert any("Tâches mortes" in line for line in told["alerts"])
    assert told["url"].endswith("/staff/tasks")
    [detail] = [each for each in told["details"] if each["key"] == "dead"]
    assert detail["what_to_do"].startswith("Lisez leurs erreurs")


def test_alert_that_could_not_be_sent_is_sent_at_the_next_watch(
    dead: DeadLetter, settings: Settings
) -> None:
    settings.TASK_ALERT_WEBHOOK_URL = f"http://127.0.0.1:{closed_port()}/"
    alerts.watch(JOB_TYPES)
    assert Alert.objects.get(code="dead").told_at is None

    settings.TASK_ALERT_WEBHOOK_URL, settings.TASK_ALERT_EMAILS = "", ["astreinte@demo.test"]
    alerts.watch(JOB_TYPES)

    assert Alert.objects.get(code="dead").told_at is not None
    assert len(mail.outbox) == 1


def test_alert_without_email_and_webhook_is_not_marked_as_sent(dead: DeadLetter) -> None:
    alerts.watch(JOB_TYPES)

    assert Alert.objects.get(code="dead").told_at is None
    assert mail.outbox == []


def test_alert_ends_with_its_cause(dead: DeadLetter) -> None:
    alerts.watch(JOB_TYPES)
    dead.delete()

    alerts.watch(JOB_TYPES)

    assert Alert.objects.get(code="dead").ended_at is not None


def test_end_of_an_alert_is_told_once_to_the_managers_and_the_webhook(
    worker: WorkerProcess, dead: DeadLetter, marc: User, heard: list[Any]
) -> None:
    alerts.watch(JOB_TYPES)
    dead.delete()
    alerts.watch(JOB_TYPES)
    alerts.watch(JOB_TYPES)

    assert [told["event"] for told in heard] == ["alert.opened", "alert.closed"]
    opened, ended = mail.outbox
    assert opened.to == ended.to == [marc.email]
    assert "Lisez leurs erreurs sous «\u00a0Mortes\u00a0»" in opened.body
    assert ended.subject.startswith("Liaison: Rétabli après 1 min : Tâches mortes")


def test_ended_alert_is_shown_beside_the_open_ones(
    worker: WorkerProcess, api: Call, odile: User, dead: DeadLetter
) -> None:
    alerts.watch(JOB_TYPES)
    [shown] = api(odile).get("/api/v1/staff/tasks/summary").json()["alerts"]
    assert (shown["code"], shown["ended_at"]) == ("dead", None)
    assert shown["what_to_do"].startswith("Lisez leurs erreurs")
    dead.delete()
    alerts.watch(JOB_TYPES)

    summary = api(odile).get("/api/v1/staff/tasks/summary").json()

    assert summary["alerts"] == []
    [ended] = summary["ended_alerts"]
    assert (ended["code"], ended["words"]) == ("dead", shown["words"])
    assert ended["ended_at"]


def test_beat_that_was_never_started_is_an_alert(worker: WorkerProcess) -> None:
    WorkerProcess.objects.update(started_at=timezone.now() - timedelta(minutes=2))

    assert codes() == {"beat_late"}


def test_queue_without_a_worker_raises_an_alert(worker: WorkerProcess) -> None:
    WorkerProcess.objects.update(queues=["notifications", "attachments", "webhooks", "maintenance"])

    found = {(alert.code, alert.about) for alert in finding.active_alerts(JOB_TYPES)}

    assert found == {("no_worker", "realtime")}


def test_broker_beside_valkey_has_an_alert_of_its_own(
    worker: WorkerProcess, settings: Settings
) -> None:
    settings.CELERY_BROKER_URL = "amqp://127.0.0.1:5672//"
    WorkerProcess.objects.update(reaches_broker=False)

    assert codes() == {"broker_away"}
