"""Issue and consume one-use tickets that open a stream.

The browser's EventSource cannot send an Authorization header, and a JWT in a URL would stay in
logs. So a caller with a bearer token first asks for a ticket.
"""

import secrets
from datetime import timedelta
from uuid import UUID

from redis.exceptions import RedisError

from core.models import User
from core.valkey import key, valkey
from core.web.errors import Unavailable

LIFETIME = timedelta(seconds=30)


def issue(user: User) -> str:
    """Return a ticket for a person, valid for LIFETIME. Raises Unavailable if Valkey is down."""
    ticket = secrets.token_urlsafe(32)
    try:
        valkey().set(key("ticket", ticket), str(user.pk), ex=LIFETIME)
    except (RedisError, OSError) as error:
        raise Unavailable from error
    return ticket


def consume(ticket: str) -> UUID | None:
    """Consume a ticket. Return its user id, or None if it is unknown, expired or already used.

    Raises Unavailable if Valkey is down.
    """
    try:
        holder = valkey().getdel(key("ticket", ticket))
    except (RedisError, OSError) as error:
        raise Unavailable from error
    return UUID(holder.decode()) if isinstance(holder, bytes) else None
