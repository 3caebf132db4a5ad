"""Encrypt what goes into a place, in frames, so that neither end holds a whole file.

A sealed file is a head of 48 bytes, then frames:

    offset  bytes
    0       8     "LIAISON" and the byte 1
    8       8     the number of the key (HKDF of it, so that a wrong key can be named)
    16      32    a random salt of this file
    48      …     frames of 262,144 bytes of content and 16 of the tag; the last one may be shorter

Each frame is AES-256-GCM. The key is HKDF-SHA256 (RFC 5869) of BACKUP_KEY, with the salt. The nonce
of 12 bytes is 7 zeros, the number of the frame from 0 on (4 bytes, big-endian), and 1 for the last
frame, else 0. Associated data are the head and the name of the file in its place. So a frame that
is changed, moved, left out or of another file is noticed, and so is a file that ends too early.
"""

import hmac
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from workers.backups.errors import BackupError

MAGIC = b"LIAISON\x01"
NUMBER_BYTES, SALT_BYTES, TAG_BYTES = 8, 32, 16
HEAD_BYTES = len(MAGIC) + NUMBER_BYTES + SALT_BYTES
FRAME_BYTES = 256 * 1024
SHORTEST_KEY = 32
SUFFIX = ".sealed"


class Damaged(BackupError):
    """A file of a backup is not as it was written."""


@dataclass(frozen=True)
class Key:
    """A key to encrypt with, of at least 32 random characters."""

    secret: str

    def __post_init__(self) -> None:
        if len(self.secret) < SHORTEST_KEY:
            raise BackupError(
                f"BACKUP_KEY has {len(self.secret)} characters and needs {SHORTEST_KEY} random "
                "ones: those of `openssl rand -base64 48`. Keep them away from the backups."
            )

    @cached_property
    def number(self) -> bytes:
        return self._derived(b"liaison: number of a backup key, 1", NUMBER_BYTES)

    @cached_property
    def _of_names(self) -> bytes:
        return self._derived(b"liaison: names in a backup, 1", 32)

    def name_of(self, digest: bytes) -> str:
        """Return a name for content with this SHA-256, which tells nothing without the key."""
        return hmac.digest(self._of_names, digest, "sha256").hex()

    def of_file(self, salt: bytes) -> AESGCM:
        return AESGCM(self._derived(b"liaison: file of a backup, 1", 32, salt))

    def _derived(self, purpose: bytes, length: int, salt: bytes | None = None) -> bytes:
        derivation = HKDF(algorithm=SHA256(), length=length, salt=salt, info=purpose)
        return derivation.derive(self.secret.encode())


def sealed_size(size: int) -> int:
    """Return the bytes that content of `size` bytes takes when it is sealed."""
    frames = max(1, -(-size // FRAME_BYTES))
    return HEAD_BYTES + size + frames * TAG_BYTES


def seal(key: Key, name: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Encrypt content for its name in the place."""
    head = MAGIC + key.number + (salt := os.urandom(SALT_BYTES))
    cipher, data = key.of_file(salt), head + name.encode()
    yield head
    number, ready = 0, b""
    for frame in _frames(chunks, FRAME_BYTES):
        if ready:
            yield cipher.encrypt(_nonce(number, is_last=False), ready, data)
            number += 1
        ready = frame
    yield cipher.encrypt(_nonce(number, is_last=True), ready, data)


def opened(keys: Iterable[Key], name: str, chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Decrypt a sealed file. Raises BackupError without its key, Damaged if it was changed."""
    frames = _frames(chunks, FRAME_BYTES + TAG_BYTES, first=HEAD_BYTES)
    head = next(frames, b"")
    if len(head) != HEAD_BYTES or not head.startswith(MAGIC):
        raise Damaged(f"{name} is damaged: it does not begin as a sealed file.")
    number, salt = head[len(MAGIC) :][:NUMBER_BYTES], head[-SALT_BYTES:]
    key = next((key for key in keys if key.number == number), None)
    if key is None:
        raise BackupError(
            f"{name} was encrypted with another key (number {number.hex()}): give it in "
            "BACKUP_KEY, or in BACKUP_KEY_FALLBACKS if it is an older one."
        )
    yield from _decrypted(key.of_file(salt), name, head + name.encode(), frames)


def _decrypted(cipher: AESGCM, name: str, data: bytes, frames: Iterator[bytes]) -> Iterator[bytes]:
    number, frame = 0, next(frames, b"")
    while True:
        following = next(frames, b"")
        try:
            yield cipher.decrypt(_nonce(number, is_last=not following), frame, data)
        except InvalidTag as error:
            raise Damaged(f"{name} is damaged in its part {number}.") from error
        if not following:
            return
        number, frame = number + 1, following


def _nonce(number: int, *, is_last: bool) -> bytes:
    return bytes(7) + number.to_bytes(4, "big") + bytes([is_last])


def _frames(chunks: Iterable[bytes], size: int, first: int = 0) -> Iterator[bytes]:
    """Yield content in frames of `size` bytes; a head of `first` bytes, if any, comes before."""
    waiting, wanted = bytearray(), first or size
    for chunk in chunks:
        waiting += chunk
        start = 0
        while len(waiting) - start >= wanted:
            yield bytes(waiting[start : start + wanted])
            start, wanted = start + wanted, size
        del waiting[:start]
    if waiting:
        yield bytes(waiting)
