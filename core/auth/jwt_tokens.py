"""Verify bearer tokens (JWT, RFC 7519) and find their person.

A portal signs its tokens and publishes its keys (`core.auth.issuers`); their `sub` is
`User.external_id`, never a name or an email, which can change. The development issuer signs with a
key under LIAISON_HOME; its `sub` is `User.id`.
"""

import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from threading import get_ident
from typing import Any
from uuid import UUID

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from django.conf import settings
from jwt.algorithms import ECAlgorithm
from rest_framework.exceptions import APIException

from core.auth.issuer_keys import WrittenKeys
from core.auth.issuers import LEEWAY, Issuer, issuer_named
from core.database.raw_rows import columns_of, row_of
from core.models import User
from core.provisioning.rows import put
from core.provisioning.serializers import PutUserSerializer
from core.web.errors import Unavailable
from core.web.requests import validated

DEVELOPMENT_ALGORITHM = "ES256"
DEVELOPMENT_ISSUER = "liaison-development"
DEVELOPMENT_TOKEN_AGE = timedelta(days=30)

# Raw SQL, see `core.database.raw_rows`: every request with a bearer runs one of them.
PERSON = f"SELECT {columns_of(User, 'core_user')} FROM core_user"  # noqa: S608  (of our own words)
PERSON_BY_ID = f"{PERSON} WHERE id = %s AND is_active"
PERSON_BY_EXTERNAL_ID = f"{PERSON} WHERE external_id = %s AND is_active"

# Measured: to verify a signature takes a tenth of the time of sending a message.
VERIFIED_SECONDS = 5.0
# Of some kilobytes each at most.
MAX_VERIFIED = 5_000

NOBODY = "No active person has this identity."
# What Python raises for claims that are JSON and make no sense: a `sub` that is no id, an `exp`
# of 1e400, a thousand brackets.
UNREADABLE = (ValueError, TypeError, OverflowError, RecursionError)


class InvalidToken(Exception):
    """The token is refused. The message says why, for the developer of the caller."""


@dataclass(frozen=True)
class Identity:
    """Whom a verified token names, when it was made and when it expires (seconds since 1970)."""

    sql: str
    subject: UUID | str
    issued_at: float
    ends_at: float
    # What a person who is not known would be, of an issuer that creates people.
    newcomer: Mapping[str, str] | None = None


@dataclass(frozen=True)
class _Known:
    issuer: Issuer
    identity: Identity
    until: float


class Verified:
    """Tokens that were verified a moment ago: their signature is not computed again.

    For VERIFIED_SECONDS, so a key that an issuer withdraws is refused soon. An issuer that was read
    anew from the database is another one.
    """

    def __init__(self) -> None:
        self.known: dict[str, _Known] = {}

    def get(self, token: str, issuer: Issuer) -> Identity | None:
        known = self.known.get(token)
        is_fresh = known is not None and known.issuer is issuer and time.time() < known.until
        return known.identity if known and is_fresh else None

    def put(self, token: str, issuer: Issuer, identity: Identity) -> None:
        if len(self.known) >= MAX_VERIFIED:
            self.known.clear()
        until = min(time.time() + VERIFIED_SECONDS, identity.ends_at)
        self.known[token] = _Known(issuer, identity, until)


_verified = Verified()


def user_of(token: str) -> User:
    """Verify a token and return its person, who is active.

    Raises InvalidToken, or Unavailable if the portal's keys cannot be fetched.
    """
    return person_of(identity_of(token))


def identity_of(token: str) -> Identity:
    """Verify a token, with a query every few seconds. Raises what `user_of` raises."""
    try:
        issuer = _issuer_of(token)
        if known := _verified.get(token, issuer):
            return known
        claims = issuer.claims_of(token)
        if issuer.name == DEVELOPMENT_ISSUER and settings.JWT_DEVELOPMENT_ISSUER:
            identity = Identity(
                PERSON_BY_ID,
                UUID(claims["sub"]),
                float(claims["iat"]),
                _end(claims, LEEWAY),
            )
        else:
            identity = Identity(
                PERSON_BY_EXTERNAL_ID,
                issuer.subject_of(claims),
                float(claims["iat"]),
                _end(claims, issuer.leeway),
                issuer.newcomer_of(claims),
            )
        _verified.put(token, issuer, identity)
        return identity
    except jwt.PyJWKClientError as error:
        # The token may be good: a 401 would make the caller log out.
        raise Unavailable from error
    except jwt.PyJWTError as error:
        raise InvalidToken(str(error)) from error
    except UNREADABLE as error:
        raise InvalidToken(NOBODY) from error


def read_issuer_of(token: str) -> None:
    """Do what `identity_of` would ask the database, so that it asks nothing right afterwards."""
    with suppress(jwt.PyJWTError, *UNREADABLE):
        issuer_named(str(_claimed_issuer(token)))


def person_of(identity: Identity) -> User:
    """Return the active person whom a token names, if need be a new one. Raises InvalidToken."""
    person = row_of(User, identity.sql, [identity.subject])
    if person is None and identity.newcomer is not None:
        person = _created(str(identity.subject), identity.newcomer)
    if person is None:
        raise InvalidToken(NOBODY)
    if person.ended_access_since(identity.issued_at):
        raise InvalidToken("The token is from before the person was deactivated.")
    return person


def expiry_of(token: str) -> float:
    """Return until when a verified token is accepted, in seconds since 1970."""
    return identity_of(token).ends_at


def issue_development_token(user: User) -> str:
    """Return a bearer token of the development issuer for a person, valid for 30 days."""
    now = datetime.now(UTC)
    claims = {
        "iss": DEVELOPMENT_ISSUER,
        "aud": settings.JWT_AUDIENCE,
        "sub": str(user.pk),
        "iat": now,
        "exp": now + DEVELOPMENT_TOKEN_AGE,
    }
    return jwt.encode(claims, _development_key(), algorithm=DEVELOPMENT_ALGORITHM)


@lru_cache(maxsize=256)
def _claimed_issuer(token: str) -> Any:
    """Return the issuer that a token claims, unverified: it only selects the key."""
    return jwt.decode(token, options={"verify_signature": False}).get("iss")


def _issuer_of(token: str) -> Issuer:
    """Return the issuer that a token claims. Raises InvalidToken for one that is not known."""
    name = _claimed_issuer(token)
    if name == DEVELOPMENT_ISSUER and settings.JWT_DEVELOPMENT_ISSUER:
        return _development_issuer(settings.JWT_AUDIENCE)
    issuer = issuer_named(name) if isinstance(name, str) else None
    if issuer is None:
        raise InvalidToken("Unknown issuer.")
    return issuer


def _created(external_id: str, newcomer: Mapping[str, str]) -> User | None:
    """Create a person of a client. Raises InvalidToken for one who cannot be."""
    if User.objects.filter(external_id=external_id).exists():
        # Deactivated: a token does not bring them back.
        return None
    try:
        described = validated(PutUserSerializer, {**newcomer, "role": User.Role.CLIENT.value})
        put("users", external_id, described)
    except APIException as error:
        raise InvalidToken(f"This person cannot be created: {error.detail}") from error
    return User.objects.filter(external_id=external_id, is_active=True).first()


def _end(claims: dict[str, Any], leeway: timedelta) -> float:
    return float(claims["exp"]) + leeway.total_seconds()


@cache
def _development_issuer(audience: str) -> Issuer:
    key = _development_key().public_key()
    keys = WrittenKeys([ECAlgorithm.to_jwk(key, as_dict=True)])
    return Issuer(DEVELOPMENT_ISSUER, audience, (DEVELOPMENT_ALGORITHM,), keys)


@cache
def _development_key() -> ec.EllipticCurvePrivateKey:
    path = settings.LIAISON_HOME / "development-issuer.pem"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = ec.generate_private_key(ec.SECP256R1())
        pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        draft = path.with_suffix(f".{os.getpid()}-{get_ident()}")
        draft.touch(mode=0o600)
        draft.write_bytes(pem)
        # Unlike a rename, a link never replaces: two processes that start together keep one key.
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    key = load_pem_private_key(path.read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key
