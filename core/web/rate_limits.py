"""Counters in Valkey that say «too often», atomically.

With Valkey away they let people through: writing to the company matters more than the limit.
"""

from datetime import timedelta

import structlog
from redis.exceptions import RedisError

from core.valkey import key, valkey
from core.web.errors import TooMany

logger = structlog.get_logger(__name__)


def count(what: str, who: object, *, window: timedelta) -> int:
    """Add one to a counter that starts again after `window`; return its value, 0 when unknown."""
    name = key("count", what, who)
    try:
        with valkey().pipeline(transaction=False) as pipeline:
            pipeline.incr(name)
            # Asked again each time: a counter that lost its end would hold somebody for ever.
            pipeline.expire(name, window, nx=True)
            return int(pipeline.execute()[0])
    except (RedisError, OSError) as error:
        logger.warning("limit_not_counted", what=what, error=str(error))
        return 0


def counted(what: str, who: object) -> int:
    """Return a counter's value without adding to it."""
    try:
        return int(valkey().get(key("count", what, who)) or 0)
    except (RedisError, OSError) as error:
        logger.warning("limit_not_read", what=what, error=str(error))
        return 0


def forget(what: str, who: object) -> None:
    try:
        valkey().delete(key("count", what, who))
    except (RedisError, OSError) as error:
        logger.warning("limit_not_forgotten", what=what, error=str(error))


def spend(what: str, who: object, *, at_most: int, window: timedelta) -> None:
    """Count one more, or raise TooMany when that is more than `at_most` in the window."""
    if count(what, who, window=window) > at_most:
        raise TooMany(window)
