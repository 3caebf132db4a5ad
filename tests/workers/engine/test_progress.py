"""Long work reports its progress, and periodic work can be cancelled."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from core.jobs.progress import step
from core.models import User
from tests.cast import Call, Say
from workers.engine import execute, progress
from workers.engine.periodic import PeriodicTask
from workers.models import Periodic, TaskAction, TaskProgress
from workers.registry import MESSAGES, PERIODIC, PERIODIC_TASKS

TASKS = "/api/v1/staff/tasks"
AUDIT = "run_periodic:audit_counters"


@pytest.fixture(autouse=True)
def told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "TOLD_EVERY_SECONDS", 0.0)


@pytest.fixture
def at_step_3() -> threading.Event:
    return threading.Event()


@pytest.fixture
def slow_audit(
    monkeypatch: pytest.MonkeyPatch, at_step_3: threading.Event, db: None
) -> Iterator[threading.Event]:
    """An audit that stops at step 3 of 12 until the event is set."""
    go_on = threading.Event()

    def audit() -> str:
        step(3, 12, "comparing")
        at_step_3.set()
        assert go_on.wait(30)
        step(4, 12, "comparing")
        return "all of it"

    task = PeriodicTask("audit_counters", "Audit", timedelta(hours=1), audit)
    monkeypatch.setattr(
        PERIODIC_TASKS, "by_name", {**PERIODIC_TASKS.by_name, "audit_counters": task}
    )
    PERIODIC_TASKS.ensure_rows()
    Periodic.objects.update(due_at=timezone.now())
    yield go_on
    go_on.set()


@pytest.fixture
def running(
    slow_audit: threading.Event, at_step_3: threading.Event, transactional_db: None
) -> Iterator[Callable[[], str]]:
    """The audit in a thread, at step 3. Call it to let the audit end; returns how it ended."""
    ended: list[str] = []

    def work() -> None:
        try:
            ended.append(execute.execute(PERIODIC, "audit_counters"))
        except progress.Cancelled:
            ended.append("cancelled")
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    assert at_step_3.wait(30), "the audit does not begin"

    def end() -> str:
        slow_audit.set()
        thread.join(30)
        return ended[0]

    yield end
    slow_audit.set()
    thread.join(30)


def test_progress_is_shown_while_work_runs_and_gone_after(
    api: Call, odile: User, running: Callable[[], str]
) -> None:
    [task] = api(odile).get(TASKS, {"state": "running"}).json()["results"]
    assert task["progress"] == {
        "done": 3, "total": 12, "phase": "comparaison", "is_cancelled": False,
    }  # fmt: skip
    assert task["is_cancellable"]

    assert running() == "succeeded"

    assert not TaskProgress.objects.exists()


def test_cancelled_work_ends_at_its_next_step_and_comes_back(
    api: Call, marc: User, running: Callable[[], str]
) -> None:
    assert api(marc).post(f"{TASKS}/{AUDIT}/cancel").status_code == 202
    assert api(marc).get(f"{TASKS}/{AUDIT}").json()["progress"]["is_cancelled"]

    assert running() == "cancelled"

    row = Periodic.objects.get(name="audit_counters")
    assert row.last_error == "Cancelled: Marc Vidal"
    assert (row.leased_until, row.attempts) == (None, 0)
    assert row.due_at is not None
    assert row.due_at > timezone.now() + timedelta(minutes=50)
    assert (TaskAction.objects.get().verb, TaskProgress.objects.count()) == ("cancel", 0)


def test_staff_who_are_no_managers_cannot_cancel(
    api: Call, odile: User, running: Callable[[], str]
) -> None:
    assert api(odile).post(f"{TASKS}/{AUDIT}/cancel").status_code == 403


@pytest.mark.django_db
def test_work_that_does_not_run_cannot_be_cancelled(api: Call, marc: User) -> None:
    PERIODIC_TASKS.ensure_rows()

    answer = api(marc).post(f"{TASKS}/{AUDIT}/cancel")

    assert answer.json()["errors"][0]["code"] == "nothing_to_cancel"


def test_running_message_cannot_be_cancelled(
    api: Call, marc: User, camille: User, say: Say
) -> None:
    message = say(camille, "Bonjour")
    execute.acquire(MESSAGES, message.pk)

    assert api(marc).post(f"{TASKS}/fan_out_message:{message.pk}/cancel").status_code == 409


def test_short_work_writes_no_progress(
    monkeypatch: pytest.MonkeyPatch, slow_audit: threading.Event
) -> None:
    monkeypatch.setattr(progress, "TOLD_EVERY_SECONDS", 60.0)
    slow_audit.set()

    with CaptureQueriesContext(connection) as asked:
        assert execute.execute(PERIODIC, "audit_counters") == "succeeded"

    table = TaskProgress._meta.db_table
    assert not [query for query in asked if f'INSERT INTO "{table}"' in query["sql"]]
