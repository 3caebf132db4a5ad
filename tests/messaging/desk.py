"""What a day at the desk needs: a clock to move, and the work that is due by then."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
import time_machine
from django.db.models import Min
from django.utils import timezone

from core.jobs.lease import due
from core.models import User
from messaging.actions.escalation import escalate
from messaging.actions.snooze import wake_on_time
from messaging.models import Conversation, HistoryLine, Notice
from messaging.queries.conversations import pending_escalations, pending_snoozes

# A Wednesday in Paris. People work from 8 to 12 and from 14 to 18.
WEDNESDAY_MORNING = "2026-11-18 08:00:00+01:00"

PassTime = Callable[[timedelta], None]


def work_that_is_due() -> None:
    for _ in range(200):
        put_off = due(pending_snoozes()).order_by("due_at").first()
        late = due(pending_escalations()).order_by("due_at").first()
        if put_off is not None:
            wake_on_time(put_off.pk)
        elif late is not None:
            escalate(late.pk)
        else:
            return
    raise AssertionError("something is due for ever")


def upcoming() -> list[datetime | None]:
    """Return when the next escalation and the next end of a snooze are due."""
    now = timezone.now()
    return [
        rows.filter(due_at__gt=now).aggregate(at=Min("due_at"))["at"]
        for rows in (pending_escalations(), pending_snoozes())
    ]


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(WEDNESDAY_MORNING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def pass_time(clock: time_machine.Traveller) -> PassTime:
    """Move the clock from one thing that is due to the next, and do it, as workers do."""

    def pass_by(duration: timedelta) -> None:
        end = timezone.now() + duration
        work_that_is_due()
        while timezone.now() < end:
            clock.move_to(min(filter(None, [*upcoming(), end])))
            work_that_is_due()

    return pass_by


def owner_of(conversation: Conversation) -> User | None:
    return Conversation.objects.select_related("assigned_to").get(pk=conversation.pk).assigned_to


def lines(conversation: Conversation, *kinds: str) -> list[HistoryLine]:
    found = HistoryLine.objects.filter(conversation=conversation).order_by("version", "id")
    return list(found.filter(kind__in=kinds) if kinds else found)


def told(conversation: Conversation) -> list[tuple[str, str]]:
    """Return who was told of a conversation and how, in order of name."""
    notices = Notice.objects.filter(conversation=conversation).order_by("recipient__name", "kind")
    return [
        (name.split()[0], kind) for name, kind in notices.values_list("recipient__name", "kind")
    ]
