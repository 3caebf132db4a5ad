"""The issuers of tokens that this process knows: rows of the database, and one of the settings."""

import time
from dataclasses import dataclass, replace
from datetime import timedelta
from math import inf
from threading import Lock
from typing import Any

import jwt
import structlog
from django.conf import settings

from core.auth.issuer_keys import FetchedKeys, Keys, UnreadableKeys, written_keys
from core.issuer_models import TokenIssuer, default_algorithms
from core.text import is_invisible

# An issuer that is switched off is refused after that, by each process.
FRESH_SECONDS = 15.0
# After an unknown issuer, which may have been added just now.
AGAIN_SECONDS = 2.0
REQUIRED_CLAIMS = ["exp", "iat", "aud", "iss"]
LEEWAY = timedelta(seconds=10)

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Issuer:
    """How the tokens of an issuer are verified."""

    name: str
    audience: str
    algorithms: tuple[str, ...]
    keys: Keys
    leeway: timedelta = LEEWAY
    subject_claim: str = "sub"
    external_id_prefix: str = ""
    # None: it creates nobody.
    newcomers: "Newcomers | None" = None

    def claims_of(self, token: str) -> dict[str, Any]:
        """Verify a token and return its claims. Raises jwt.PyJWTError."""
        header = jwt.get_unverified_header(token)
        algorithm, key_id = header.get("alg"), header.get("kid")
        if algorithm not in self.algorithms:
            # Before a key is asked for: the token must not choose `none`, or a secret.
            raise jwt.InvalidAlgorithmError("The issuer does not sign with this algorithm.")
        keys = self.keys.matching(key_id if isinstance(key_id, str) else None, str(algorithm))
        for key in keys:
            try:
                return self._decoded(token, key, str(algorithm))
            except jwt.InvalidSignatureError:
                continue
        raise jwt.InvalidSignatureError("None of the issuer's keys has signed this token.")

    def subject_of(self, claims: dict[str, Any]) -> str:
        """Return the external id of the person. Raises jwt.PyJWTError."""
        return self.external_id_prefix + claim_text(claims, self.subject_claim)

    def newcomer_of(self, claims: dict[str, Any]) -> dict[str, str] | None:
        """Return the person whom a token describes, if this issuer creates people."""
        if self.newcomers is None:
            return None
        described = {
            "client": claims.get(self.newcomers.client),
            "email": claims.get(self.newcomers.email),
            "name": claims.get(self.newcomers.name),
        }
        return {name: str(value) for name, value in described.items() if value}

    def _decoded(self, token: str, key: Any, algorithm: str) -> dict[str, Any]:
        return jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=self.audience,
            issuer=self.name,
            leeway=self.leeway,
            options={"require": [*REQUIRED_CLAIMS, self.subject_claim]},
        )


@dataclass(frozen=True)
class Newcomers:
    """The claims from which an issuer creates a person."""

    client: str
    email: str
    name: str


@dataclass
class Registry:
    """The issuers of this process, read anew from the database every few seconds."""

    known: dict[str, Issuer]
    fetched: dict[str, FetchedKeys]
    read_at: float = -inf

    def named(self, name: str) -> Issuer | None:
        age = time.monotonic() - self.read_at
        if age > (FRESH_SECONDS if name in self.known else AGAIN_SECONDS):
            self.read()
        return self.known.get(name)

    def read(self) -> None:
        known = {}
        for row in TokenIssuer.objects.filter(is_active=True):
            try:
                known[row.issuer] = self._of_row(row)
            except UnreadableKeys:
                # Written past the admin. The other issuers go on.
                logger.exception("issuer_keys_unreadable", issuer=row.issuer)
        if settings.JWT_ISSUER and settings.JWT_JWKS_URL:
            keys = self.keys_at(settings.JWT_JWKS_URL)
            of_settings = Issuer(
                settings.JWT_ISSUER, settings.JWT_AUDIENCE, tuple(default_algorithms()), keys
            )
            known.setdefault(of_settings.name, of_settings)
        self.known, self.read_at = known, time.monotonic()

    def keys_at(self, url: str) -> FetchedKeys:
        return self.fetched.setdefault(url, FetchedKeys(url))

    def _of_row(self, row: TokenIssuer) -> Issuer:
        issuer = Issuer(
            row.issuer,
            row.audience,
            tuple(row.algorithms),
            self.keys_at(row.keys_url) if row.keys_url else written_keys(row.keys),
            leeway=timedelta(seconds=row.leeway_seconds),
            subject_claim=row.subject_claim,
            external_id_prefix=row.external_id_prefix,
        )
        if not row.creates_people:
            return issuer
        newcomers = Newcomers(row.client_claim, row.email_claim, row.name_claim)
        return replace(issuer, newcomers=newcomers)


_reading = Lock()
_registry = Registry({}, {})


def issuer_named(name: str) -> Issuer | None:
    with _reading:
        return _registry.named(name)


def forget() -> None:
    """Read the issuers and their keys anew, in this process."""
    with _reading:
        _registry.read_at = -inf
        _registry.known.clear()
        _registry.fetched.clear()


def claim_text(claims: dict[str, Any], name: str) -> str:
    """Return a claim that is a text or a number. Raises jwt.InvalidTokenError."""
    value = claims.get(name)
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    if not text or any(map(is_invisible, text)):
        # PostgreSQL cannot even look for a NUL.
        raise jwt.InvalidTokenError(f"The claim {name} must be a text that can be read.")
    return text
