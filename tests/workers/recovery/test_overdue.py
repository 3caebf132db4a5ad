"""One query tells which types of jobs have a row to look at, and agrees with the look itself."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from core.models import User
from messaging.models import Conversation, Message
from tests.cast import Say
from tests.waiting import until
from workers.engine.execute import oldest_first
from workers.recovery.overdue import Overdue
from workers.recovery.sweeper import Sweeper
from workers.registry import JOB_TYPES, MESSAGES

pytestmark = pytest.mark.django_db
LATE = MESSAGES.patience + timedelta(seconds=1)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("due_for", "lease_ended_for", "is_overdue"),
    [
        (LATE, None, True),
        (LATE, LATE, True),
        (LATE, -HOUR, False),
        (timedelta(), None, False),
        (-HOUR, None, False),
        (None, None, False),
    ],
)
def test_type_is_named_when_a_row_of_it_is_free_and_has_waited(
    say: Say, camille: User, conversation: Conversation,
    due_for: timedelta | None, lease_ended_for: timedelta | None, is_overdue: bool,
) -> None:  # fmt: skip
    say(camille, "Bonjour")
    now = timezone.now()
    Message.objects.update(
        due_at=None if due_for is None else now - due_for,
        leased_until=None if lease_ended_for is None else now - lease_ended_for,
    )

    named = MESSAGES in Overdue().among(JOB_TYPES)

    assert named == is_overdue
    assert named == bool(oldest_first(MESSAGES, older_than=MESSAGES.patience, at_most=1))


def test_time_that_counts_is_that_of_the_sweep(
    say: Say, camille: User, conversation: Conversation
) -> None:
    say(camille, "Bonjour")
    overdue = Overdue()
    before = overdue.among([MESSAGES])

    until(lambda: overdue.among([MESSAGES]) == {MESSAGES})

    assert before == set()


def test_every_type_has_a_condition_that_postgresql_takes() -> None:
    overdue = Overdue()

    overdue.among(JOB_TYPES)

    assert {sql.startswith("EXISTS") for sql, _ in overdue.conditions.values()} == {True}
    assert overdue.conditions.keys() == set(JOB_TYPES)


def test_sweep_without_work_costs_few_queries(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    sweeper = Sweeper(JOB_TYPES)
    sweeper.look()

    with django_assert_max_num_queries(5):
        sweeper.look()


def test_type_without_any_rows_does_not_end_the_sweep() -> None:
    nothing = replace(MESSAGES, pending_rows=Message.objects.none)

    assert Sweeper([nothing]).look() == {nothing: []}
