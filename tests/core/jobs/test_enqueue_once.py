"""One job waits for all rows of a group, until a worker begins it."""

from collections.abc import Callable
from uuid import UUID, uuid4

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


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> Published:
    """The messages whose job was published."""
    found: Published = []

    def note(job: Job, group: str = "", /, **ids: UUID) -> None:
        found.append(str(ids["message_id"]))

    monkeypatch.setattr(enqueue, "publish", note)
    return found


@pytest.fixture
def order(published: Published) -> Callable[[UUID, str], None]:
    def enqueue_message(conversation: UUID, name: str) -> None:
        with transaction.atomic():
            enqueue_once(Job.FAN_OUT_MESSAGE, conversation, message_id=name)
        background_sender.flush()

    return enqueue_message


def test_second_row_of_a_group_waits_with_the_first(
    published: Published, order: Callable[[UUID, str], None]
) -> None:
    one, other = uuid4(), uuid4()

    order(one, "1")
    order(one, "2")
    order(other, "3")

    assert published == ["1", "3"]


def test_row_after_the_beginning_has_a_job_of_its_own(
    published: Published, order: Callable[[UUID, str], None]
) -> None:
    conversation = uuid4()
    order(conversation, "1")

    begin(key("woken", Job.FAN_OUT_MESSAGE.value, conversation))
    order(conversation, "2")

    assert published == ["1", "2"]


def test_lost_job_holds_back_no_other_for_long(
    published: Published, order: Callable[[UUID, str], None]
) -> None:
    conversation = uuid4()
    order(conversation, "1")
    name = key("woken", Job.FAN_OUT_MESSAGE.value, conversation)

    assert 0 < valkey().pttl(name) <= enqueue.WOKEN_MS
    valkey().delete(name)
    order(conversation, "2")

    assert published == ["1", "2"]


def test_without_valkey_every_row_has_its_job_since_the_broker_may_be_another(
    published: Published, order: Callable[[UUID, str], None], settings: Settings
) -> None:
    conversation = uuid4()

    with valkey_at(free_port(), settings):
        order(conversation, "1")
        order(conversation, "2")

    assert published == ["1", "2"]
