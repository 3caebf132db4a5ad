"""A place with its keys: files are encrypted on their way in, and decrypted on their way out."""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from workers.backups import cipher
from workers.backups.bucket_place import BucketPlace
from workers.backups.errors import BackupError
from workers.backups.keys import Keys
from workers.backups.place import Folder, Place

OBJECTS = "objects/"


def place_named(text: str | None) -> Place:
    """Return the place that a person named, or BACKUP_PLACE. Raises BackupError without one."""
    named = text or settings.BACKUP_PLACE
    if not named:
        raise BackupError("Name a place: a folder or s3://bucket/prefix, or set BACKUP_PLACE.")
    address = urlsplit(named)
    if address.scheme == "s3" and address.netloc:
        return BucketPlace(address.netloc, address.path)
    if "://" in named:
        raise BackupError(f"{named} is no place: use a folder or s3://bucket/prefix.")
    return Folder(Path(named).absolute())


class Store:
    """Reads and writes of one place."""

    def __init__(self, place: Place, keys: Keys) -> None:
        self.place = place
        self._keys = keys

    @property
    def is_encrypting(self) -> bool:
        return self._keys.key is not None

    @property
    def key_number(self) -> str:
        """Tell which key encrypts; empty without one. Names of objects depend on it."""
        return self._keys.key.number.hex() if self._keys.key else ""

    def name(self, plain: str) -> str:
        return f"{plain}{cipher.SUFFIX}" if self.is_encrypting else plain

    def object_name(self, sha256: bytes) -> str:
        """Return the name in the place of an object with these bytes."""
        key = self._keys.key
        digest = key.name_of(sha256) if key else sha256.hex()
        return self.name(f"{OBJECTS}{digest[:2]}/{digest}")

    def stored_size(self, size: int) -> int:
        return cipher.sealed_size(size) if self.is_encrypting else size

    def write(self, name: str, chunks: Iterable[bytes]) -> int:
        """Write content; a name that ends in `.sealed` is encrypted. Return its bytes there."""
        if name.endswith(cipher.SUFFIX):
            assert self._keys.key
            chunks = cipher.seal(self._keys.key, name, chunks)
        return self.place.write(name, chunks)

    def read(self, name: str) -> Iterator[bytes]:
        """Read content. Raises BackupError, or Damaged for a sealed file that was changed."""
        chunks = self.place.read(name)
        if name.endswith(cipher.SUFFIX):
            return cipher.opened(self._keys.readable, name, chunks)
        return chunks


class Hashing:
    """Chunks that pass by, with their size and SHA-256 at the end."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self._digest = hashlib.sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._digest.update(chunk)
            self.size += len(chunk)
            yield chunk

    @property
    def sha256(self) -> bytes:
        return self._digest.digest()
