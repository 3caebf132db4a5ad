"""Limit how often something is done, by counters in Valkey.

While Valkey is down nothing is limited: writing to the company matters more.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog
from redis.exceptions import RedisError

from core.valkey import TIMEOUT_SECONDS, key, valkey
from core.web.errors import TooMany
from core.web.rate_limit_headers import Spent, note, note_given_back

logger = structlog.get_logger(__name__)


@dataclass
class Spending:
    """Whether what was spent for was new."""

    is_new: bool = True


def count(what: str, who: object, *, window: timedelta) -> int:
    """Add one to a counter that restarts after `window`. Return its value; 0 if Valkey is down."""
    return _add(what, who, window)[0]


def forget(what: str, who: object) -> None:
    try:
        valkey().delete(key("count", what, who))
    except (RedisError, OSError) as error:
        logger.warning("limit_not_forgotten", what=what, error=str(error))


def give_back(what: str, who: object, *, window: timedelta) -> None:
    """Take one from a counter: what was spent was not used."""
    name = key("count", what, who)
    try:
        with valkey().pipeline(transaction=False) as pipeline:
            pipeline.decr(name)
            # It may have expired since: `decr` then makes a new one without an expiry.
            pipeline.expire(name, window, nx=True)
            pipeline.execute()
    except (RedisError, OSError) as error:
        logger.warning("limit_not_given_back", what=what, error=str(error))


def spend(
    what: str,
    who: object,
    *,
    at_most: int,
    window: timedelta,
    timeout_seconds: float = TIMEOUT_SECONDS,
    count_here: Callable[[int], int] | None = None,
) -> None:
    """Add one to a counter. Raise TooMany with the rest of the window if it is above `at_most`.

    Call it before what it limits: of many callers at once, `at_most` get through. `count_here`
    counts in this process what Valkey let through or did not count within `timeout_seconds`. It
    gets Valkey's value, 0 if there is none, and returns the one to go by.
    """
    value, left = _add(what, who, window, timeout_seconds)
    if value:
        note(Spent(what, at_most, window, value, left))
    if value > at_most:
        raise TooMany(left)
    if count_here and count_here(value) > at_most:
        raise TooMany(left)


@contextmanager
def spend_for_new(
    what: str, who: object, *, at_most: int, window: timedelta, is_known: Callable[[], bool]
) -> Iterator[Spending]:
    """Like `spend`, but what was recorded before is free, for ever.

    `is_known` tells so, and is asked only above the limit. Otherwise the caller finds out while it
    records, and sets `is_new` of what this gives.
    """
    spending = Spending()
    try:
        spend(what, who, at_most=at_most, window=window)
    except TooMany:
        if not is_known():
            raise
    yield spending
    if not spending.is_new:
        give_back(what, who, window=window)
        note_given_back(what)


def _add(
    what: str, who: object, window: timedelta, timeout_seconds: float = TIMEOUT_SECONDS
) -> tuple[int, timedelta]:
    """Add one. Return the value and the rest of the window; 0 and all of it without Valkey."""
    name = key("count", what, who)
    try:
        with valkey(timeout_seconds).pipeline(transaction=False) as pipeline:
            pipeline.incr(name)
            # Repeated at each call: a counter without an expiry would refuse somebody for ever.
            pipeline.expire(name, window, nx=True)
            pipeline.pttl(name)
            value, _, left_ms = pipeline.execute()
            return int(value), timedelta(milliseconds=int(left_ms))
    except (RedisError, OSError) as error:
        logger.warning("limit_not_counted", what=what, error=str(error))
        return 0, window
