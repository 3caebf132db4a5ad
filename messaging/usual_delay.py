"""Measure how fast the company usually answers a client. Too few answers claim nothing."""

import json
from datetime import timedelta
from math import isfinite
from typing import NamedTuple, TypedDict
from uuid import UUID

import structlog
from redis.exceptions import RedisError

from core.company_hours import company_hours
from core.valkey import key, valkey
from messaging.queries.answers import FirstAnswers, first_answers

# Fewer answers say nothing.
ENOUGH = 5
KEPT = timedelta(hours=1)
# A measured wait is rounded up to one of these, so that "in less than" is true of it.
MINUTES = (15, 30)
HOURS = (1, 2, 4)
DAYS = (1, 2, 3, 5)

logger = structlog.get_logger(__name__)


class UsualWait(NamedTuple):
    """The median wait for a first answer, in seconds: by the clock, and in working hours."""

    seconds: int
    working_seconds: int


class RoundedWait(TypedDict):
    """A wait as people say it: 2 hours. Hours and days are working ones."""

    count: int
    unit: str


def usual_wait(client_id: UUID) -> UsualWait | None:
    """Return the median wait for a first answer; None if it is not known.

    Of this client's conversations if they are enough, else of all. Kept in Valkey for an hour;
    without Valkey it is measured each time.
    """
    name = key("usual-delay", client_id)
    try:
        kept = valkey().get(name)
    except (RedisError, OSError) as error:
        logger.warning("usual_delay_not_kept", error=str(error))
        return _measured(client_id)
    try:
        return _read(kept)
    except ValueError:
        measured = _measured(client_id)
        _keep(name, measured)
        return measured


def rounded(wait: UsualWait | None) -> RoundedWait | None:
    """Return a wait in few words; None if it is not known, or too long to be told."""
    if wait is None:
        return None
    day = company_hours().shortest_day()
    steps = [
        *((n, "minute", timedelta(minutes=n)) for n in MINUTES),
        *((n, "hour", timedelta(hours=n)) for n in HOURS),
        *((n, "day", n * day) for n in DAYS),
    ]
    working = timedelta(seconds=wait.working_seconds)
    return next(
        (RoundedWait(count=n, unit=unit) for n, unit, longest in steps if working < longest), None
    )


def _read(kept: bytes | str | None) -> UsualWait | None:
    """Return what is kept. Raises ValueError for nothing, and for what earlier versions kept."""
    if kept is None:
        raise ValueError("nothing is kept")
    match json.loads(kept):
        case None:
            return None
        case [int(seconds), int(working_seconds)]:
            return UsualWait(seconds, working_seconds)
        case other:
            raise ValueError(other)


def _keep(name: str, measured: UsualWait | None) -> None:
    try:
        valkey().set(name, json.dumps(measured), ex=KEPT)
    except (RedisError, OSError) as error:
        logger.warning("usual_delay_not_kept", error=str(error))


def _measured(client_id: UUID) -> UsualWait | None:
    own = first_answers(client_id)
    return _wait(own if own.count >= ENOUGH else first_answers())


def _wait(answers: FirstAnswers) -> UsualWait | None:
    if answers.count < ENOUGH or not isfinite(answers.median_seconds):
        return None
    return UsualWait(round(answers.median_seconds), round(answers.median_working_seconds))
