"""One worker sweeps at a time, and none keeps the others from it for ever."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from django.db.models import QuerySet
from django.utils import timezone

from core.models import User
from messaging.models import Conversation, Message
from tests.cast import Say
from tests.site import address_of_test_database
from tests.waiting import until
from workers.models import DeadLetter
from workers.recovery import sweeper
from workers.recovery.sweeper import LOCK, STUCK_MS, SWEEP_LOCK, Sweeper
from workers.registry import MESSAGES, SNOOZES

pytestmark = pytest.mark.django_db(transaction=True)

# Of this database alone: other tests run beside, on the same server.
HELD = """
    SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@pytest.fixture
def message(say: Say, camille: User, conversation: Conversation) -> Message:
    message = say(camille, "Bonjour")
    Message.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    return message


@contextmanager
def frozen_in_its_sweep(stuck_ms: int) -> Iterator[psycopg.Connection]:
    """Another worker that began a sweep and does nothing more."""
    with psycopg.connect(address_of_test_database()) as other:
        other.execute(LOCK, [str(stuck_ms), SWEEP_LOCK])
        yield other
        other.close()


def test_second_worker_does_not_sweep_beside_the_first(message: Message) -> None:
    with frozen_in_its_sweep(STUCK_MS):
        assert Sweeper([MESSAGES]).look() == {}

    until(lambda: Sweeper([MESSAGES]).look() == {MESSAGES: [message.pk]})


def test_worker_that_froze_in_its_sweep_does_not_end_the_sweeps(message: Message) -> None:
    with frozen_in_its_sweep(stuck_ms=200):
        until(lambda: Sweeper([MESSAGES]).look() == {MESSAGES: [message.pk]}, seconds=10)


def test_sweep_leaves_no_lock_in_its_session(message: Message) -> None:
    Sweeper([MESSAGES]).look()

    with psycopg.connect(address_of_test_database()) as other:
        assert other.execute(HELD).fetchone() == (0,)


def test_defect_of_one_job_type_undoes_nothing_of_the_others(message: Message) -> None:
    def broken() -> QuerySet[Message]:
        raise ValueError("no rows today")

    lost = timezone.now() - timedelta(seconds=1)
    Message.objects.update(leased_until=lost, attempts=MESSAGES.max_attempts)

    found = Sweeper([MESSAGES, replace(SNOOZES, pending_rows=broken)]).look()

    assert found == {MESSAGES: []}
    assert DeadLetter.objects.get().subject == str(message.pk)


def test_sweep_outlives_a_broker_that_is_frozen() -> None:
    """A sweep that waits for it must not be ended by its own limit."""
    assert sweeper.STUCK_MS / 1000 > 2 * sweeper.BROKER_PAUSE_SECONDS
