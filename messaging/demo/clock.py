"""Times for the demo's conversations: in the past, and during working hours."""

from bisect import bisect_right
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.db.models import DateTimeField, Field, QuerySet
from django.utils import timezone

from messaging.actions.chain import chain_old
from messaging.conversation.clock import clock_since
from messaging.models import ChainEntry, Conversation, Escalation, MessageRevision, ReadTime

PARIS = ZoneInfo("Europe/Paris")
OPENING = time(8, 0)
EVENING = time(19, 0)
WORKDAY_MINUTES = 630  # 8:00 to 18:30
SATURDAY = 5


def working_moment(now: datetime, minutes_ago: int) -> datetime:
    """Return the moment that many minutes of work ago (weekdays, 8:00 to 18:30 in Paris)."""
    day = now.astimezone(PARIS).date()
    opened = datetime.combine(day, OPENING, PARIS)
    worked = min(WORKDAY_MINUTES, int((now - opened).total_seconds() // 60))
    while True:
        opened = datetime.combine(day, OPENING, PARIS)
        if day.weekday() < SATURDAY and worked > 0:
            if minutes_ago < worked:
                return opened + timedelta(minutes=worked - minutes_ago)
            minutes_ago -= worked
        day, worked = day - timedelta(days=1), WORKDAY_MINUTES


def evening_before(moment: datetime, minutes_after_seven: int) -> datetime:
    """Return an evening hour of the working day before."""
    day = moment.astimezone(PARIS).date() - timedelta(days=1)
    while day.weekday() >= SATURDAY:
        day -= timedelta(days=1)
    return datetime.combine(day, EVENING, PARIS) + timedelta(minutes=minutes_after_seven)


class Hindsight:
    """Move what has just been recorded to earlier moments.

    The actions take no time as an argument, since only a demo may choose when a message was
    written. So they run now; afterwards each time that they recorded is replaced by the moment
    announced before it (`at`). Announced moments must not go back, so that the order stays.
    """

    def __init__(self) -> None:
        self.began: list[datetime] = []
        self.moments: list[datetime] = []

    def at(self, moment: datetime) -> None:
        """Announce the moment of all that is recorded from now on."""
        self.began.append(timezone.now())
        self.moments.append(moment)

    def retell(self, conversation: Conversation) -> None:
        """Replace the times of a conversation and of all that belongs to it."""
        self._replace(Conversation.objects.filter(pk=conversation.pk))
        self._replace(conversation.participants.all())
        self._replace(conversation.messages.all())
        self._replace(MessageRevision.objects.filter(message__conversation=conversation))
        self._replace(conversation.notes.all())
        self._replace(conversation.lines.all())
        self._set_clock(conversation)
        self._chain_anew(conversation)

    def _chain_anew(self, conversation: Conversation) -> None:
        """Begin the chain again, since other times were hashed."""
        self._replace(ReadTime.objects.filter(participant__conversation=conversation))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('liaison.purge', 'all', true)")
            ChainEntry.objects.filter(conversation=conversation).delete()
            cursor.execute("SELECT set_config('liaison.purge', '', true)")
            rows = Conversation.objects.filter(pk=conversation.pk)
            rows.update(chain_length=0, chain_head=None, chained_seq=0)
        chain_old(conversation.pk)

    def _set_clock(self, conversation: Conversation) -> None:
        """Set the clock of the answer by the earlier moments. What is late is not escalated."""
        rows = Conversation.objects.filter(pk=conversation.pk)
        clock = clock_since(rows.get().awaiting_reply_since)
        rows.update(**clock)
        due_at = clock["answer_due_at"]
        escalation = Escalation.objects.filter(pk=conversation.pk)
        if due_at is not None and due_at > timezone.now():
            escalation.update(due_at=due_at)
        else:
            escalation.delete()

    def _replace(self, rows: QuerySet[Any]) -> None:
        columns = [field.name for field in rows.model._meta.concrete_fields if _is_time(field)]
        found = list(rows)
        for row in found:
            for column in columns:
                setattr(row, column, self._moment_of(getattr(row, column)))
        rows.model._default_manager.bulk_update(found, columns)

    def _moment_of(self, recorded: datetime | None) -> datetime | None:
        if recorded is None:
            return None
        return self.moments[bisect_right(self.began, recorded) - 1]


def _is_time(field: Field[Any, Any]) -> bool:
    return isinstance(field, DateTimeField)
