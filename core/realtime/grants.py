"""Say by what right a stream is open, and ask the database which rights still hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import inf
from uuid import UUID

from django.contrib.sessions.models import Session
from django.db import connection

from core.models import User
from core.queries import EPOCH, current_epoch
from core.realtime.publish import company_channel, user_channel


@dataclass(frozen=True, slots=True)
class Grant:
    """The right to a stream. It ends with the person's access, their side, and their login."""

    user_id: UUID
    as_company: bool
    # Of a stream that was opened by a session.
    session_key: str | None = None
    password_digest: bytes | None = None
    # Seconds since 1970: the expiry of the bearer token that opened the stream.
    ends_at: float = inf

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels of the stream; the first is the person's own."""
        own = user_channel(self.user_id)
        return (own, company_channel()) if self.as_company else (own,)


def grant_by_token(person: User, ends_at: float) -> Grant:
    return Grant(person.pk, person.is_company, ends_at=ends_at)


def grant_by_session(person: User, session_key: str) -> Grant:
    """A session ends with its password (Django checks that at each request), and so does this."""
    return Grant(person.pk, person.is_company, session_key, _digest(person.password))


@dataclass(frozen=True)
class Confirmation:
    """The grants that hold, and the epoch of the database (see `core.models.Epoch`)."""

    holding: frozenset[Grant]
    epoch: str


def confirm(grants: Sequence[Grant]) -> Confirmation:
    """Ask which grants still hold, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            CONFIRM,
            [
                [grant.user_id for grant in grants],
                [grant.as_company for grant in grants],
                [grant.session_key for grant in grants],
            ],
        )
        rows = cursor.fetchall()
    if not rows:
        # A restore can leave no epoch.
        current_epoch()
        return confirm(grants)
    holding = frozenset(
        grants[number - 1]
        for number, password, _epoch in rows
        if number is not None and _has_password(grants[number - 1], password)
    )
    return Confirmation(holding, rows[0][2])


def _has_password(grant: Grant, password: str) -> bool:
    return grant.password_digest is None or grant.password_digest == _digest(password)


def _digest(password: str) -> bytes:
    """Of what is stored, which is a hash already: it is kept as long as the stream is open."""
    return sha256(password.encode()).digest()


CONFIRM = f"""
    SELECT asked.number, person.password, epoch.epoch
    FROM ({EPOCH}) epoch
    LEFT JOIN (
        unnest(%s::uuid[], %s::boolean[], %s::text[])
            WITH ORDINALITY AS asked (user_id, as_company, session_key, number)
        JOIN {User._meta.db_table} person ON person.id = asked.user_id
            AND person.is_active
            AND (person.role <> '{User.Role.CLIENT.value}') = asked.as_company
            AND (
                asked.session_key IS NULL
                OR EXISTS (
                    SELECT FROM {Session._meta.db_table} session
                    WHERE session.session_key = asked.session_key AND session.expire_date > now()
                )
            )
    ) ON true
"""  # noqa: S608  (of our own words)
