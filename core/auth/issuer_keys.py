"""The public keys of an issuer of tokens (JWK, RFC 7517).

Keys at an address are fetched anew every half minute, so that a withdrawn key is refused within one
minute. A key that is not known makes them be fetched at once, though not for each such token. While
the address does not answer, the keys that are known are good for five minutes.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf
from threading import Lock
from typing import Any, Protocol

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.utils.translation import gettext as _
from jwt import PyJWK, PyJWKClient
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm
from jwt.exceptions import PyJWKClientError, PyJWTError

FRESH_SECONDS = 30.0
KEPT_SECONDS = 300.0
# For tokens with invented key ids.
AGAIN_SECONDS = 1.0
# While the address does not answer.
RETRY_SECONDS = 5.0
TIMEOUT_SECONDS = 3
# More are no set of one issuer, and a token without a key id is tried with each.
MOST_KEYS = 20

Jwk = dict[str, Any]


class UnreadableKeys(ValueError):
    """What is written is no JWKS and no PEM of a public key. The message is for who wrote it."""


class Keys(Protocol):
    def matching(self, key_id: str | None, algorithm: str) -> Sequence[PyJWK]:
        """Return the keys that may have signed. Raises PyJWKClientError if none can be had."""


@dataclass(frozen=True)
class WrittenKeys:
    """Keys that do not change by themselves."""

    keys: Sequence[Jwk]

    def matching(self, key_id: str | None, algorithm: str) -> Sequence[PyJWK]:
        return _matching(self.keys, key_id, algorithm)


@dataclass
class FetchedKeys:
    """The keys at an address, shared by the threads of the process."""

    url: str
    _keys: Sequence[Jwk] = ()
    _fetched_at: float = -inf
    _failed_at: float = -inf
    _fetching: Lock = field(default_factory=Lock)

    def matching(self, key_id: str | None, algorithm: str) -> Sequence[PyJWK]:
        if self._age > FRESH_SECONDS:
            # The keys that are known do for those who find another thread fetching.
            self._fetch(older_than=FRESH_SECONDS, waits=self._age > KEPT_SECONDS)
        found = _matching(self._keys, key_id, algorithm)
        if not found:
            self._fetch(older_than=AGAIN_SECONDS, waits=True)
            found = _matching(self._keys, key_id, algorithm)
        return found

    @property
    def _age(self) -> float:
        return time.monotonic() - self._fetched_at

    def _fetch(self, *, older_than: float, waits: bool) -> None:
        if not self._fetching.acquire(blocking=waits):
            return
        try:
            self._fetch_alone(older_than)
        finally:
            self._fetching.release()

    def _fetch_alone(self, older_than: float) -> None:
        """Raises PyJWKClientError if the address does not answer and no keys are known."""
        if self._age < older_than:
            return
        is_usable = self._age < KEPT_SECONDS
        now = time.monotonic()
        if self._failed_at > now - RETRY_SECONDS:
            if is_usable:
                return
            raise PyJWKClientError("The keys of the issuer could not be fetched just now.")
        try:
            self._keys, self._fetched_at = _fetched(self.url), now
        except PyJWKClientError:
            self._failed_at = time.monotonic()
            if not is_usable:
                raise


def written_keys(text: str) -> WrittenKeys:
    """Read a JWKS, one JWK, or a PEM. Raises UnreadableKeys."""
    text = text.strip()
    keys = _of_pem(text) if text.startswith("-----") else _of_json(text)
    if not keys:
        raise UnreadableKeys(_("No key is in it."))
    for key in keys:
        if key.get("kty") not in ("RSA", "EC", "OKP"):
            raise UnreadableKeys(_("A key is not public, or of a kind that nobody verifies with."))
        try:
            PyJWK(key)
        except PyJWTError as error:
            raise UnreadableKeys(_("A key cannot be read: %(error)s") % {"error": error}) from error
    return WrittenKeys(keys)


def _fetched(url: str) -> Sequence[Jwk]:
    try:
        answered = PyJWKClient(url, cache_jwk_set=False, timeout=TIMEOUT_SECONDS).fetch_data()
    except (OSError, ValueError) as error:
        # A cut answer, or one that is no JSON.
        raise PyJWKClientError(f"No keys at this address: {error}") from error
    keys = answered.get("keys", [])
    return [key for key in keys if isinstance(key, dict)][:MOST_KEYS]


def _matching(keys: Sequence[Jwk], key_id: str | None, algorithm: str) -> Sequence[PyJWK]:
    """Return the keys of an id, and of an algorithm; those without an id match any."""
    usable = []
    for key in keys:
        if key_id is not None and key.get("kid", key_id) != key_id:
            continue
        if key.get("use", "sig") != "sig" or key.get("alg", algorithm) != algorithm:
            continue
        try:
            usable.append(PyJWK(key, algorithm))
        except PyJWTError:
            # Of another kind: RSA for ES256.
            continue
    return usable


def _of_json(text: str) -> list[Jwk]:
    try:
        written = json.loads(text)
    except ValueError as error:
        raise UnreadableKeys(_("This is neither a JWKS nor a PEM.")) from error
    keys = written.get("keys", [written]) if isinstance(written, dict) else written
    if not isinstance(keys, list) or not all(isinstance(key, dict) for key in keys):
        raise UnreadableKeys(_("This is neither a JWKS nor a PEM."))
    if any("d" in key for key in keys):
        raise UnreadableKeys(_("This key is private. Keep it for yourself, and write the public."))
    return keys[:MOST_KEYS]


def _of_pem(text: str) -> list[Jwk]:
    if "PRIVATE KEY" in text:
        raise UnreadableKeys(_("This key is private. Keep it for yourself, and write the public."))
    try:
        key = load_pem_public_key(text.encode())
    except ValueError as error:
        raise UnreadableKeys(_("This is neither a JWKS nor a PEM.")) from error
    match key:
        case rsa.RSAPublicKey():
            return [RSAAlgorithm.to_jwk(key, as_dict=True)]
        case ec.EllipticCurvePublicKey():
            return [ECAlgorithm.to_jwk(key, as_dict=True)]
        case ed25519.Ed25519PublicKey():
            return [OKPAlgorithm.to_jwk(key, as_dict=True)]
    raise UnreadableKeys(_("A key is not public, or of a kind that nobody verifies with."))
