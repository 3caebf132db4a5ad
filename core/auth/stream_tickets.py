"""One-use tickets to open a stream.

EventSource cannot send an Authorization header, and a JWT never goes into a URL, where logs keep
it. So a caller with a bearer first asks for a ticket.
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
    """Return a ticket for a person, or raise Unavailable while Valkey is away."""
    ticket = secrets.token_urlsafe(32)
    try:
        valkey().set(key("ticket", ticket), str(user.pk), ex=LIFETIME)
    except (RedisError, OSError) as error:
        raise Unavailable from error
    return ticket


def consume(ticket: str) -> UUID | None:
    """Return whose ticket it is and tear it, or None when it is torn, too old or invented."""
    try:
        holder = valkey().getdel(key("ticket", ticket))
    except (RedisError, OSError) as error:
        raise Unavailable from error
    return UUID(holder.decode()) if isinstance(holder, bytes) else None
