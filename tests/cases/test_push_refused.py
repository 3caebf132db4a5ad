"""A push that is refused is shown as failed, with what the push service answered, in words."""

from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.utils import timezone, translation

from core.models import User
from notifications import push_failures
from notifications.models import Delivery, DevicePush, PushFailureHour, PushSubscription
from tests.cast import Call, Say
from tests.notifications import conftest as notifications
from tests.notifications.conftest import Device
from tests.notifications.push_service import SILENCE, PushService
from tests.notifications.steps import HOUR
from workers.dashboard.labels import error_in_words
from workers.engine.batches import perform
from workers.engine.execute import dead_letter_exhausted
from workers.models import TaskHour, TaskRun
from workers.monitoring import finding
from workers.monitoring.business_metrics import failed_pushes
from workers.records import recorder
from workers.registry import BY_JOB, DELIVERIES, JOB_TYPES, MESSAGES

alone, clock, device = notifications.alone, notifications.clock, notifications.device
mail_server, push_service = notifications.mail_server, notifications.push_service

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("alone")]

TASKS = "/api/v1/staff/tasks"
KEY_REFUSED = "Le service de push a refusé notre clé (403)."


@pytest.fixture(autouse=True)
def short_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifications.push.webpush.DEADLINE_SECONDS", 0.4)


def told(say: Say, camille: User, odile: User) -> Delivery:
    """Send a message, and do its work and that of its push as a worker does."""
    message = say(camille, "Le carreau est fendu")
    perform(MESSAGES, message.pk)
    row = Delivery.objects.get(channel="push", recipient=odile, message=message)
    perform(DELIVERIES, row.pk)
    recorder.flush()
    return row


@pytest.mark.parametrize(
    ("status", "state", "words"),
    [
        (201, "succeeded", ""),
        (401, "failed", "Le service de push a refusé notre clé (401)."),
        (403, "failed", KEY_REFUSED),
        (500, "failed", "Le service de push est en panne (500)."),
        (503, "failed", "Le service de push est en panne (503)."),
        (429, "failed", "Le service de push nous a demandé d’attendre (429)."),
        (400, "failed", "Le service de push a refusé la notification (400)."),
        (302, "failed", "Le service de push a refusé la notification (302)."),
        (410, "failed", "Le service de push ne connaît plus cet appareil (410)."),
        (SILENCE, "failed", "Le service de push n’a pas répondu (TimeoutError)."),
    ],
)
def test_attempt_has_the_state_and_the_words_of_the_answer(
    api: Call, camille: User, odile: User, marc: User, say: Say, device: Device,
    push_service: PushService, status: int, state: str, words: str,
) -> None:  # fmt: skip
    device(odile, "phone")
    push_service.answers = {"/push/phone": [status]}
    row = told(say, camille, odile)

    listed = api(marc).get(TASKS, {"name": "deliver", "state": state}).json()["results"]
    detail = api(marc).get(f"{TASKS}/{listed[0]['id']}").json()

    assert [task["subject"] for task in listed] == [str(row.pk)]
    assert listed[0]["error_text"].startswith(words)
    assert detail["attempts"][0]["outcome"] == state
    assert detail["attempts"][0]["error_text"].startswith(words)
    if words:
        (group,) = api(marc).get(f"{TASKS}/failures").json()
        assert group["error_text"].startswith(words)
        assert group["error_class"] == f"Push {status or 'TimeoutError'}"


@pytest.mark.parametrize("accepted_by_other", [True, False])
def test_push_that_one_device_refuses_is_no_success(
    api: Call, camille: User, odile: User, marc: User, say: Say, device: Device,
    push_service: PushService, accepted_by_other: bool,
) -> None:  # fmt: skip
    device(odile, "phone")
    device(odile, "tablet")
    push_service.answers = {
        "/push/phone": [403],
        "/push/tablet": [201 if accepted_by_other else 500],
    }
    told(say, camille, odile)

    run = TaskRun.objects.get(name="deliver")

    assert run.outcome == "failed"
    assert KEY_REFUSED in str(error_in_words(run.error_text))
    assert ("Push 500" in run.error_text) is not accepted_by_other


@pytest.mark.usefixtures("clock")
def test_push_that_is_refused_until_it_is_dead_counts_each_time(
    api: Call, client: Client, camille: User, odile: User, marc: User, say: Say, device: Device,
    push_service: PushService, clock: time_machine.Traveller,
) -> None:  # fmt: skip
    """By attempt, by hour, in the metrics, in an alert, and as a dead letter."""
    device(odile, "phone")
    push_service.status = 403
    row = told(say, camille, odile)
    row.refresh_from_db()
    while row.due_at is not None:
        clock.move_to(row.due_at)
        perform(DELIVERIES, row.pk)
        row.refresh_from_db()
    recorder.flush()

    assert row.status == "dead"
    outcomes = list(TaskRun.objects.filter(name="deliver").values_list("outcome", flat=True))
    assert (outcomes.count("failed"), outcomes.count("dead"), len(outcomes)) == (15, 1, 16)
    hours = TaskHour.objects.filter(name="deliver").values_list("failed", "dead", "succeeded")
    assert tuple(map(sum, zip(*hours, strict=True))) == (15, 1, 0)
    assert sum(PushFailureHour.objects.values_list("count", flat=True)) == 16
    [metric] = failed_pushes()
    assert (metric["code"], metric["value"]) == ("push_failed_403", 16)
    scraped = client.get("/metrics").content.decode()
    assert 'liaison_push_failures_total{status="403"} 16.0' in scraped
    dead_letter_exhausted(DELIVERIES)
    [letter] = api(marc).get(TASKS, {"state": "dead"}).json()["results"]
    assert letter["error_text"].startswith(KEY_REFUSED)
    facts = api(marc).get(f"{TASKS}/summary").json()["facts"]
    assert f"Pushs échoués, 24 h. {KEY_REFUSED}" in {fact["label"] for fact in facts}
    assert {"push_key", "dead"} <= {alert.code for alert in finding.active_alerts(JOB_TYPES)}
    assert BY_JOB["deliver"].max_attempts == 16


@pytest.mark.parametrize(
    ("status", "is_alert"), [("500", True), ("TimeoutError", True), ("410", False), ("403", False)]
)
def test_many_pushes_that_fail_raise_an_alert_in_words(
    status: str, is_alert: bool, odile: User, device: Device
) -> None:
    """A device that is gone is no fault; a refused key has its own alert."""
    device(odile, "phone")
    fails(PushSubscription.objects.get(), status)
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    row = PushFailureHour.objects.create(hour=hour, status=status, count=finding.FAILED_PUSHES - 1)
    before = [alert.code for alert in finding._failed_pushes()]
    row.count += 1
    row.save()

    found = finding._failed_pushes()

    assert before == []
    assert bool(found) is is_alert
    with translation.override("fr"):
        for alert in found:
            assert alert.words.startswith("Pushs échoués en deux heures\u00a0: 20. Le service de")
    row.hour -= 2 * HOUR
    row.save()
    assert finding._failed_pushes() == []


def fails(device: PushSubscription, status: str) -> None:
    device.failed_at, device.failure = timezone.now(), push_failures.text_of(status, "out of order")
    device.save()


def accepts(device: PushSubscription, pushes: int) -> None:
    """Let the push service of a device have accepted pushes to it, its failure still shown."""
    DevicePush.objects.bulk_create(
        DevicePush(envelope=uuid4(), subscription=device, accepted_at=timezone.now())
        for _ in range(pushes)
    )


class TestTheAlertEnds:
    """It counts two hours, and ends as soon as the push services are well again."""

    @pytest.fixture(autouse=True)
    def many_failures(self) -> None:
        hour = timezone.now().replace(minute=0, second=0, microsecond=0)
        PushFailureHour.objects.create(hour=hour, status="503", count=finding.FAILED_PUSHES)

    def test_once_each_device_got_a_push(self, odile: User, device: Device) -> None:
        device(odile, "phone")
        phone = PushSubscription.objects.get()
        fails(phone, "503")
        before = finding._failed_pushes()

        phone.failed_at, phone.failure = None, ""
        phone.save()

        assert ([alert.code for alert in before], finding._failed_pushes()) == (["push_failed"], [])

    def test_once_the_service_took_five_though_one_device_got_none(
        self, odile: User, marc: User, device: Device
    ) -> None:
        device(odile, "phone")
        device(marc, "tablet")
        silent, busy = PushSubscription.objects.order_by("label")
        fails(silent, "503")
        accepts(busy, 4)
        after_four = finding._failed_pushes()

        accepts(busy, 1)

        assert (len(after_four), finding._failed_pushes()) == (1, [])

    def test_not_while_only_another_service_is_well(
        self, odile: User, marc: User, device: Device
    ) -> None:
        device(odile, "phone")
        device(marc, "tablet")
        silent, busy = PushSubscription.objects.order_by("label")
        PushSubscription.objects.filter(pk=busy.pk).update(endpoint="https://other.test/push/1")
        fails(silent, "503")

        accepts(busy, 10)

        assert [alert.about for alert in finding._failed_pushes()] == ["503"]
