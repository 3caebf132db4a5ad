"""Issue and consume one-use tickets that open a stream.

The browser's EventSource cannot send an Authorization header, and a JWT in a URL would stay in
logs. So a caller with a bearer token first asks for a ticket.
"""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from math import inf
from uuid import UUID

from redis.exceptions import RedisError

from core.models import User
from core.valkey import key, valkey
from core.web.errors import Unavailable

LIFETIME = timedelta(seconds=30)


@dataclass(frozen=True)
class Ticket:
    """Whose stream it opens, and when that ends (seconds since 1970)."""

    user_id: UUID
    ends_at: float = inf


def issue(user: User, *, ends_at: float = inf) -> str:
    """Return a ticket for a person, valid for LIFETIME. Raises Unavailable if Valkey is down.

    `ends_at`: the expiry of the bearer token that asks for it. The stream ends then too.
    """
    ticket = secrets.token_urlsafe(32)
    try:
        valkey().set(key("ticket", ticket), f"{user.pk} {ends_at}", ex=LIFETIME)
    except (RedisError, OSError) as error:
        raise Unavailable from error
    return ticket


def consume(ticket: str) -> Ticket | None:
    """Consume a ticket, or return None if it is unknown, expired or already used.

    Raises Unavailable if Valkey is down.
    """
    try:
        held = valkey().getdel(key("ticket", ticket))
    except (RedisError, OSError) as error:
        raise Unavailable from error
    if not isinstance(held, bytes):
        return None
    user_id, _, ends_at = held.decode().partition(" ")
    return Ticket(UUID(user_id), float(ends_at or inf))
