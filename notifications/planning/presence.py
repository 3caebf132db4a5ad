"""Who has a page open and visible now, kept in Valkey.

A visible page says so every 40 seconds. While Valkey is down everybody counts as absent, so a push
leaves at once instead of five seconds later.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

import structlog
from redis.exceptions import RedisError

from core.valkey import key, valkey

# Longer than the 40 s between two notes of a page. A phone that lost its signal is absent after it.
LIFETIME = timedelta(seconds=60)

logger = structlog.get_logger(__name__)


def note(user_id: UUID, *, is_visible: bool) -> bool:
    """Note that a person looks at a page, or that the page was hidden or closed.

    Return True if the person was absent before. False also when Valkey is down.
    """
    name = key("presence", user_id)
    try:
        if is_visible:
            return valkey().set(name, 1, ex=LIFETIME, get=True) is None
        valkey().delete(name)
    except (RedisError, OSError) as error:
        logger.warning("presence_not_noted", error=str(error))
    return False


def present_among(user_ids: Iterable[UUID]) -> set[UUID]:
    """Return which of these people look at a page now."""
    people = list(user_ids)
    if not people:
        return set()
    try:
        found = valkey().mget([key("presence", user_id) for user_id in people])
    except (RedisError, OSError) as error:
        logger.warning("presence_not_read", error=str(error))
        return set()
    return {user_id for user_id, value in zip(people, found, strict=True) if value}
