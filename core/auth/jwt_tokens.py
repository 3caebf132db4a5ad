"""Verify bearer tokens (JWT, RFC 7519) and find their person.

The portal signs its tokens and publishes its keys (JWKS, RFC 7517); their `sub` is
`User.external_id`, never a name or an email, which can change. The development issuer signs with a
key under LIAISON_HOME; its `sub` is `User.id`.
"""

import os
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
from jwt import PyJWKClient

from core.database.raw_rows import row_of
from core.models import User
from core.text import is_invisible
from core.web.errors import Unavailable

# Pinned: the header of a token must not choose `none`, or HS256 with a public key as the secret.
PORTAL_ALGORITHMS = ["RS256", "ES256"]
DEVELOPMENT_ALGORITHM = "ES256"
DEVELOPMENT_ISSUER = "liaison-development"
REQUIRED_CLAIMS = ["exp", "iat", "sub", "aud", "iss"]
LEEWAY = timedelta(seconds=10)
KEYS_LIFESPAN_SECONDS = 300
KEYS_TIMEOUT_SECONDS = 3
DEVELOPMENT_TOKEN_AGE = timedelta(days=30)

# Raw SQL, see `core.database.raw_rows`: every request with a bearer runs one of them.
PERSON_BY_ID = "SELECT * FROM core_user WHERE id = %s AND is_active"
PERSON_BY_EXTERNAL_ID = "SELECT * FROM core_user WHERE external_id = %s AND is_active"

NOBODY = "No active person has this identity."
# What Python raises for claims that are JSON and make no sense: a `sub` that is no id, an `exp`
# of 1e400, a thousand brackets.
UNREADABLE = (ValueError, TypeError, OverflowError, RecursionError)


class InvalidToken(Exception):
    """The token is refused. The message says why, for the developer of the caller."""


@dataclass(frozen=True)
class Identity:
    """Whom a verified token names, and when it expires (seconds since 1970)."""

    sql: str
    subject: UUID | str
    ends_at: float


def user_of(token: str) -> User:
    """Verify a token and return its person, who is active.

    Raises InvalidToken, or Unavailable if the portal's keys cannot be fetched.
    """
    return person_of(identity_of(token))


def identity_of(token: str) -> Identity:
    """Verify a token, without a query. Raises what `user_of` raises."""
    try:
        issuer = _claimed_issuer(token)
        if issuer == DEVELOPMENT_ISSUER and settings.JWT_DEVELOPMENT_ISSUER:
            subject = UUID(_development_subject(token))
            return Identity(PERSON_BY_ID, subject, expiry_of(token))
        if issuer == settings.JWT_ISSUER and settings.JWT_JWKS_URL:
            return Identity(PERSON_BY_EXTERNAL_ID, _portal_subject(token), expiry_of(token))
    except jwt.PyJWKClientConnectionError as error:
        # The token may be good: a 401 would make the caller log out.
        raise Unavailable from error
    except jwt.PyJWTError as error:
        raise InvalidToken(str(error)) from error
    except UNREADABLE as error:
        raise InvalidToken(NOBODY) from error
    raise InvalidToken("Unknown issuer.")


def person_of(identity: Identity) -> User:
    """Return the active person whom a token names. Raises InvalidToken."""
    person = row_of(User, identity.sql, [identity.subject])
    if person is None:
        raise InvalidToken(NOBODY)
    return person


def expiry_of(token: str) -> float:
    """Return until when a verified token is accepted, in seconds since 1970."""
    claims = jwt.decode(token, options={"verify_signature": False})
    return float(claims["exp"]) + LEEWAY.total_seconds()


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


def _development_subject(token: str) -> str:
    key = _development_key().public_key()
    return _subject(token, key, [DEVELOPMENT_ALGORITHM], DEVELOPMENT_ISSUER)


def _portal_subject(token: str) -> str:
    # The whole key and not its `.key`: PyJWT then also checks that the key is for the algorithm.
    signing_key = _portal_keys().get_signing_key_from_jwt(token)
    return _subject(token, signing_key, PORTAL_ALGORITHMS, settings.JWT_ISSUER)


def _subject(token: str, key: Any, algorithms: list[str], issuer: str) -> str:
    """Verify a token and return its `sub`. Raises jwt.PyJWTError."""
    claims = jwt.decode(
        token,
        key,
        algorithms=algorithms,
        audience=settings.JWT_AUDIENCE,
        issuer=issuer,
        leeway=LEEWAY,
        options={"require": REQUIRED_CLAIMS},
    )
    subject = str(claims["sub"])
    if any(map(is_invisible, subject)):
        # PostgreSQL cannot even look for a NUL.
        raise jwt.InvalidTokenError("Subject must be printable")
    return subject


@cache
def _portal_keys() -> PyJWKClient:
    return PyJWKClient(
        settings.JWT_JWKS_URL,
        cache_keys=True,
        lifespan=KEYS_LIFESPAN_SECONDS,
        timeout=KEYS_TIMEOUT_SECONDS,
    )


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
