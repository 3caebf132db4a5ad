"""A real worker: its heartbeats, the commands that it obeys, and what the screens are told."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from core.models import User
from messaging.models import Conversation, Message
from tests.site import Site
from tests.wire import Caller, stream_of
from workers.models import TaskRun, WorkerProcess

TASKS = "/staff/tasks"
# A worker starts, and reads commands every three seconds. The machine may be busy.
PATIENCE_SECONDS = 40


def until(condition: Callable[[], object], complaint: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, complaint
        time.sleep(0.1)


@pytest.fixture
def say(site: Site, camille: User, conversation: Conversation) -> Callable[[], Message]:
    def send() -> Message:
        path = f"/conversations/{conversation.pk}/messages"
        sent = Caller(site, camille).post(path, {"body": "Le carreau est fendu"})
        return Message.objects.get(pk=sent["id"])

    return send


def is_done(message: Message) -> bool:
    message.refresh_from_db()
    return message.fanned_out_at is not None


def test_attempt_of_a_worker_is_recorded_and_the_screens_are_told(
    site: Site, odile: User, say: Callable[[], Message]
) -> None:
    with stream_of(site, odile) as screen:
        message = say()

        assert "at" in screen.wait_for("task.updated")

    until(lambda: TaskRun.objects.filter(subject=str(message.pk)).exists(), "nothing is recorded")
    run = TaskRun.objects.filter(subject=str(message.pk), outcome="succeeded").get()
    assert run.queue == "realtime"
    assert run.wait_seconds >= 0
    assert run.memory_bytes > 0


def test_worker_is_shown_alive(site: Site, odile: User) -> None:
    def states() -> list[str]:
        return [worker["state"] for worker in Caller(site, odile).get(f"{TASKS}/workers")]

    until(lambda: "alive" in states(), "no worker is alive")


def shown(manager: Caller, site: Site) -> dict[str, Any]:
    """What the dashboard shows of the site's worker, once it does."""
    assert site.worker is not None
    pid, found = site.worker.pid, list[dict[str, Any]]()

    def is_there() -> bool:
        found[:] = [row for row in manager.get(f"{TASKS}/workers") if row["pid"] == pid]
        return bool(found)

    until(is_there, "the worker does not come")
    return found[0]


def wait_for_heartbeats(site: Site, count: int = 2) -> None:
    """Wait for so many more heartbeats of the site's worker.

    It reads commands and pauses after each, so the second one shows that it has read them.
    """
    assert site.worker is not None
    row = WorkerProcess.objects.get(pid=site.worker.pid, stopped_at=None)
    for _ in range(count):
        seen_at = row.seen_at

        def beats(seen_at: datetime = seen_at) -> bool:
            row.refresh_from_db()
            return row.seen_at > seen_at

        until(beats, "the worker gives no sign of life")


def test_worker_is_made_quiet_and_works_again_once_resumed(
    site: Site, marc: User, say: Callable[[], Message]
) -> None:
    manager = Caller(site, marc)
    worker = f"{TASKS}/workers/{shown(manager, site)['id']}"

    assert manager.call("POST", f"{worker}/quiet").status == 202

    until(lambda: shown(manager, site)["state"] == "quiet", "it is not quiet")
    assert manager.call("POST", f"{worker}/resume").status == 202
    until(lambda: shown(manager, site)["state"] == "alive", "it is not back")
    message = say()
    until(lambda: is_done(message), "it does not work again")


def test_worker_stops_when_it_is_told(site: Site, marc: User) -> None:
    manager, process = Caller(site, marc), site.worker
    assert process is not None
    worker = f"{TASKS}/workers/{shown(manager, site)['id']}"

    assert manager.call("POST", f"{worker}/stop").status == 202

    until(lambda: process.poll() is not None, "it does not stop")
    assert shown(manager, site)["state"] == "stopped"


def test_paused_queue_waits_and_goes_on(site: Site, marc: User, say: Callable[[], Message]) -> None:
    manager = Caller(site, marc)
    shown(manager, site)
    manager.post(f"{TASKS}/queues/realtime/pause")
    wait_for_heartbeats(site)
    message = say()
    wait_for_heartbeats(site)
    assert not is_done(message)

    manager.post(f"{TASKS}/queues/realtime/resume")

    until(lambda: is_done(message), "the queue does not go on")
