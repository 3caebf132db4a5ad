"""One wake-up waits for all rows of a job, until a worker begins it."""

import threading
from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import transaction
from pytest_django import Settings

from core import background_sender
from core.jobs import enqueue
from core.jobs.enqueue import Job, begin, enqueue_once
from core.valkey import key, valkey
from deploy.launcher.ports import free_port
from tests.lost_valkey import valkey_at

pytestmark = pytest.mark.django_db(transaction=True)
Published = list[str]
Order = Callable[[Job, str], None]


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Published:
    """The rows whose job was published."""
    found: Published = []

    def note(job: Job, **ids: UUID) -> None:
        found.append(str(ids["row"]))

    monkeypatch.setattr(enqueue, "publish", note)
    return found


@pytest.fixture
def order(published: Published) -> Order:
    begin(Job.FAN_OUT_MESSAGE)
    begin(Job.DISPATCH_EVENTS)

    def enqueue_row(job: Job, name: str) -> None:
        with transaction.atomic():
            enqueue_once(job, row=name)
        background_sender.flush()

    return enqueue_row


def test_second_row_waits_with_the_first(published: Published, order: Order) -> None:
    order(Job.FAN_OUT_MESSAGE, "1")
    order(Job.FAN_OUT_MESSAGE, "2")
    order(Job.DISPATCH_EVENTS, "3")

    assert published == ["1", "3"]


def test_rows_that_wait_for_the_sender_share_a_wake_up(published: Published, order: Order) -> None:
    gate = threading.Event()
    background_sender.send(gate.wait)
    with transaction.atomic():
        for name in "123":
            enqueue_once(Job.FAN_OUT_MESSAGE, row=name)
        enqueue_once(Job.DISPATCH_EVENTS, row="4")
    gate.set()
    background_sender.flush()

    # Of several rows the last is named: its job takes those that are due as well.
    assert published == ["3", "4"]
    order(Job.FAN_OUT_MESSAGE, "5")
    assert published == ["3", "4"]
    begin(Job.FAN_OUT_MESSAGE)
    order(Job.FAN_OUT_MESSAGE, "6")
    assert published == ["3", "4", "6"]


def test_row_after_the_beginning_has_a_wake_up_of_its_own(
    published: Published, order: Order
) -> None:
    order(Job.FAN_OUT_MESSAGE, "1")

    begin(Job.FAN_OUT_MESSAGE)
    order(Job.FAN_OUT_MESSAGE, "2")

    assert published == ["1", "2"]


def test_lost_wake_up_holds_back_no_other_for_long(published: Published, order: Order) -> None:
    order(Job.FAN_OUT_MESSAGE, "1")
    name = key("woken", Job.FAN_OUT_MESSAGE.value)

    assert 0 < valkey().pttl(name) <= enqueue.WOKEN_MS
    valkey().delete(name)
    order(Job.FAN_OUT_MESSAGE, "2")

    assert published == ["1", "2"]


def test_without_valkey_every_row_has_its_job_since_the_broker_may_be_another(
    published: Published, order: Order, settings: Settings
) -> None:
    with valkey_at(free_port(), settings):
        order(Job.FAN_OUT_MESSAGE, "1")
        order(Job.FAN_OUT_MESSAGE, "2")

    assert published == ["1", "2"]
