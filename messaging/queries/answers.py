"""Who of the company answers a client, and how long the first answer took."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import inf
from statistics import median_low
from typing import Any, Literal, NamedTuple
from uuid import UUID

from django.db import connection
from django.utils import timezone

from core.company_hours import back_at, can_answer, company_hours
from core.models import Chantier, User

# Older answers say little about today's.
WITHIN = timedelta(days=90)
# The newest of them are enough for a median.
AT_MOST = 500
# A question without an answer counts once it has waited for so long in working hours: until then
# its answer may still come in time.
STILL_FRESH = timedelta(hours=8)

# The first message of a client in a conversation, and the first one of the company after it.
FIRST_ANSWERS = """
    SELECT asked.created_at, answered.created_at, conversation.awaiting_reply_since
    FROM messaging_conversation conversation
    CROSS JOIN LATERAL (
        SELECT message.seq, message.created_at
        FROM messaging_message message
        JOIN core_user author ON author.id = message.author_id
        WHERE message.conversation_id = conversation.id AND author.role = 'client'
        ORDER BY message.seq
        LIMIT 1
    ) asked
    LEFT JOIN LATERAL (
        SELECT message.created_at
        FROM messaging_message message
        JOIN core_user author ON author.id = message.author_id
        WHERE message.conversation_id = conversation.id AND message.seq > asked.seq
            AND author.role <> 'client' AND message.deleted_at IS NULL
        ORDER BY message.seq
        LIMIT 1
    ) answered ON true
    WHERE conversation.created_at > now() - %(within)s
        AND (%(client)s::uuid IS NULL OR conversation.client_id = %(client)s)
        AND (answered.created_at IS NOT NULL OR conversation.awaiting_reply_since IS NOT NULL)
    ORDER BY conversation.created_at DESC
    LIMIT %(at_most)s
"""


@dataclass(frozen=True)
class FirstAnswers:
    """How many questions were counted, and the median waits; infinite if most wait still."""

    count: int
    median_seconds: float
    # Nights, weekends, holidays and closures left out.
    median_working_seconds: float


def first_answers(client_id: UUID | None = None) -> FirstAnswers:
    """Measure the first answers of the last 90 days: to one client, or to all."""
    asked: dict[str, Any] = {"client": client_id, "within": WITHIN, "at_most": AT_MOST}
    with connection.cursor() as cursor:
        cursor.execute(FIRST_ANSWERS, asked)
        waits = [wait for row in cursor.fetchall() if (wait := _wait(*row))]
    if not waits:
        return FirstAnswers(0, 0.0, 0.0)
    return FirstAnswers(
        count=len(waits),
        median_seconds=median_low(wait.seconds for wait in waits),
        median_working_seconds=median_low(wait.working_seconds for wait in waits),
    )


class _Wait(NamedTuple):
    seconds: float
    working_seconds: float


def _wait(
    asked_at: datetime, answered_at: datetime | None, waits_since: datetime | None
) -> _Wait | None:
    """Return how long a question waited; endless without an answer; None: it is still fresh."""
    hours = company_hours()
    if answered_at is not None:
        working = hours.between(asked_at, answered_at)
        return _Wait((answered_at - asked_at).total_seconds(), working.total_seconds())
    if waits_since and hours.between(waits_since, timezone.now()) > STILL_FRESH:
        return _Wait(inf, inf)
    return None


class WhoAnswers(NamedTuple):
    """Who answers a client: `person`, in place of `absent` if that one is away."""

    person: User | None
    absent: User | None = None


def who_answers(client_id: UUID) -> WhoAnswers:
    """Return the responsible person of the client's newest open chantier that has one.

    While that person cannot answer, the deputy who can.
    """
    chantiers = Chantier.objects.filter(
        client=client_id, status=Chantier.Status.OPEN, responsible__is_active=True
    )
    newest = chantiers.select_related("responsible__availability", "deputy__availability")
    chantier = newest.order_by("-created_at", "-id").first()
    if chantier is None or chantier.responsible is None:
        return WhoAnswers(None)
    responsible, deputy = chantier.responsible, chantier.deputy
    if deputy and not can_answer(responsible) and can_answer(deputy):
        return WhoAnswers(deputy, absent=responsible)
    return WhoAnswers(responsible)


def person_who_answers(client_id: UUID) -> User | None:
    return who_answers(client_id).person


class Answering(NamedTuple):
    """Whether a client is answered now; `back_at` is when again, if that is known.

    `office_opens_at` is when the company works again, None while it works.
    """

    status: Literal["open", "closed", "absent"]
    back_at: datetime | None = None
    office_opens_at: datetime | None = None


def answering(person: User | None) -> Answering:
    """Tell whether the company works now, and the person who answers with it."""
    now, hours = timezone.now(), company_hours()
    if not hours.is_open(now):
        opening = hours.opens_at(now)
        return Answering("closed", back_at(person, opening) if person else opening, opening)
    if person is not None and not can_answer(person, now):
        return Answering("absent", back_at(person, now))
    return Answering("open")
