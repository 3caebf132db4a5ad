"""The connection to Valkey, with limits that no request can be held by.

Valkey carries hints and counters, never the truth: a caller that cannot reach it goes on without.
"""

from functools import cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

TIMEOUT_SECONDS = 0.2


@cache
def valkey(timeout_seconds: float = TIMEOUT_SECONDS) -> redis.Redis:
    """Return this process's client (a pool, safe between threads) of that patience."""
    return redis.Redis.from_url(
        settings.REDIS_URL,
        socket_timeout=timeout_seconds,
        socket_connect_timeout=timeout_seconds,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
    )


def key(*parts: object) -> str:
    return ":".join([settings.REALTIME_PREFIX, *map(str, parts)])
