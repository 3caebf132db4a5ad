"""Objects of the bucket that only our own servers can read: they are encrypted before they leave.

AES-256-GCM with a random nonce, and the name of the object as associated data, so that no object
can stand for another. The key is derived from SECRET_KEY (HKDF, RFC 5869) for this purpose alone.
After a change of SECRET_KEY, an object is readable as long as SECRET_KEY_FALLBACKS has the old one.
"""

import io
import os
from collections.abc import Iterable, Iterator
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from attachments.storage import objects
from attachments.storage.objects import Listed, Missing

PURPOSE = b"liaison: sealed objects, 1"
NONCE_BYTES = 12


def seal(name: str, content: bytes) -> bytes:
    """Return bytes encrypted for a name."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + _cipher(settings.SECRET_KEY).encrypt(nonce, content, name.encode())


def opened(name: str, sealed: bytes) -> bytes:
    """Return what was sealed for a name. Raises Missing if no key of ours opens it."""
    nonce, content = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        try:
            return _cipher(secret).decrypt(nonce, content, name.encode())
        except (InvalidTag, ValueError):
            continue
    raise Missing(name)


def write(name: str, sealed: bytes) -> None:
    """Write sealed bytes under their name, instead of what was there. Raises StorageAway."""
    objects.write(_key(name), io.BytesIO(sealed), content_type="application/octet-stream")


def read(name: str) -> bytes:
    """Return the bytes of a name, opened. Raises Missing or StorageAway."""
    return opened(name, b"".join(objects.chunks(_key(name))))


def delete(names: Iterable[str]) -> None:
    """Delete objects. Names that do not exist are ignored. Raises StorageAway."""
    objects.delete(map(_key, names))


def listed(prefix: str) -> Iterator[Listed]:
    """Yield the objects whose names begin so; the names are in `key`. Raises StorageAway."""
    for item in objects.listed(_key(prefix)):
        yield Listed(item.key.removeprefix(objects.SEALED), item.size, item.modified_at)


def _key(name: str) -> str:
    return f"{objects.SEALED}{name}"


@cache
def _cipher(secret: str) -> AESGCM:
    derivation = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE)
    return AESGCM(derivation.derive(secret.encode()))
