"""Limit how often something is done, by counters in Valkey.

While Valkey is down nothing is limited: writing to the company matters more.
"""

from datetime import timedelta

import structlog
from redis.exceptions import RedisError

from core.valkey import key, valkey
from core.web.errors import TooMany

logger = structlog.get_logger(__name__)


def count(what: str, who: object, *, window: timedelta) -> int:
    """Add one to a counter that restarts after `window`. Return its value; 0 if Valkey is down."""
    name = key("count", what, who)
    try:
        with valkey().pipeline(transaction=False) as pipeline:
            pipeline.incr(name)
            # Repeated at each call: a counter without an expiry would refuse somebody for ever.
            pipeline.expire(name, window, nx=True)
            return int(pipeline.execute()[0])
    except (RedisError, OSError) as error:
        logger.warning("limit_not_counted", what=what, error=str(error))
        return 0


def counted(what: str, who: object) -> int:
    """Return the value of a counter; 0 if Valkey is down."""
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
    """Add one to a counter. Raise TooMany if it is then above `at_most` in the window."""
    if count(what, who, window=window) > at_most:
        raise TooMany(window)
