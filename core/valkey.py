"""Connect to Valkey with short time-outs.

Valkey holds wake-ups, counters and stream tickets, all of which can be lost. A caller that cannot
reach it goes on without it, or answers 503.
"""

from functools import cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

TIMEOUT_SECONDS = 0.2


def valkey(timeout_seconds: float = TIMEOUT_SECONDS) -> redis.Redis:
    """Return the client of this process with that time-out: a pool, which threads can share."""
    # Not cached itself: `valkey()` and `valkey(0.2)` would be two pools.
    return _client(timeout_seconds)


def forget_clients() -> None:
    """Connect anew, because the address has changed."""
    _client.cache_clear()


@cache
def _client(timeout_seconds: float) -> redis.Redis:
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=timeout_seconds,
        socket_connect_timeout=timeout_seconds,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
    )


def key(*parts: object) -> str:
    return ":".join([settings.REALTIME_PREFIX, *map(str, parts)])
