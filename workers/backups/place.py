"""Where backups lie: a folder, or a bucket of S3 (`bucket_place`).

    objects/ab/abcd…            the bytes of an object of the bucket, under a name made of them
    backups/ID/database         the dump
    backups/ID/objects          one line of JSON for each object: its key, name, size, SHA-256
    backups/ID/manifest         what the backup holds; written last, so a backup is whole or none

Names end in `.sealed` when they are encrypted. ID is the time of the snapshot and a random part.
"""

import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Protocol
from uuid import uuid4

from workers.backups.errors import BackupError

CHUNK_BYTES = 1024 * 1024
# What a killed backup left half written.
LEFT_AFTER_SECONDS = 24 * 3600
PART = ".part"


class Place(Protocol):
    """Files by name. A file is there as a whole or not at all."""

    @property
    def words(self) -> str:
        """The place as a person wrote it, without secrets."""

    def write(self, name: str, chunks: Iterable[bytes]) -> int:
        """Write a file, and return its size in bytes."""

    def read(self, name: str) -> Iterator[bytes]:
        """Read a file in chunks. Raises BackupError when it is not there."""

    def size(self, name: str) -> int | None:
        """Return the bytes of a file; None when it is not there."""

    def listed(self, prefix: str) -> Iterator[tuple[str, int]]:
        """Yield the name and the bytes of each file whose name begins so."""

    def delete(self, names: Iterable[str]) -> None: ...

    def settle(self) -> None:
        """Return once everything that was written survives a power cut."""

    def tidy(self) -> None:
        """Remove what killed backups left half written."""

    def alone(self) -> AbstractContextManager[None]:
        """Let no other backup write into this place. Raises BackupError while one does."""


class Folder:
    """A folder of this machine, or one that is mounted."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise BackupError(f"{path} cannot be made ({error.strerror}).") from error

    @property
    def words(self) -> str:
        return str(self.path)

    def write(self, name: str, chunks: Iterable[bytes]) -> int:
        target = self.path / name
        part = target.with_name(f".{uuid4().hex}{PART}")
        try:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                for chunk in chunks:
                    file.write(chunk)
                size = file.tell()
            part.replace(target)
        except OSError as error:
            raise BackupError(f"{target} cannot be written ({error.strerror}).") from error
        finally:
            with suppress(OSError):
                part.unlink()
        return size

    def read(self, name: str) -> Iterator[bytes]:
        try:
            with (self.path / name).open("rb") as file:
                while chunk := file.read(CHUNK_BYTES):
                    yield chunk
        except OSError as error:
            raise BackupError(f"{self.path / name} cannot be read ({error.strerror}).") from error

    def size(self, name: str) -> int | None:
        try:
            return (self.path / name).stat().st_size
        except FileNotFoundError:
            return None

    def listed(self, prefix: str) -> Iterator[tuple[str, int]]:
        for folder, _, names in os.walk(self.path / prefix):
            for name in names:
                if not name.startswith("."):
                    path = Path(folder, name)
                    yield str(path.relative_to(self.path)), path.stat().st_size

    def delete(self, names: Iterable[str]) -> None:
        for name in names:
            path = self.path / name
            path.unlink(missing_ok=True)
            try:
                path.parent.rmdir()
            except OSError:
                continue  # There are other files in it.

    def settle(self) -> None:
        os.sync()

    def tidy(self) -> None:
        before = time.time() - LEFT_AFTER_SECONDS
        for part in self.path.rglob(f".*{PART}"):
            if part.stat().st_mtime < before:
                part.unlink(missing_ok=True)

    @contextmanager
    def alone(self) -> Iterator[None]:
        with (self.path / ".lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise BackupError(f"Another backup writes into {self.path} now.") from error
            yield
