"""Copy the objects of the bucket into a place, and back. Several at once, each as a stream."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from tempfile import SpooledTemporaryFile
from typing import IO, TypeVar

from attachments.storage import objects
from attachments.storage.objects import Listed, Missing, StorageAway
from workers.backups import manifest
from workers.backups.at_once import at_once
from workers.backups.cipher import Damaged
from workers.backups.errors import BackupError
from workers.backups.ledger import Entry, Ledger, entries_in
from workers.backups.manifest import Manifest
from workers.backups.place import CHUNK_BYTES
from workers.backups.store import Hashing, Store

# Larger objects go through the disk: 8 threads hold 32 MB in memory.
IN_MEMORY_BYTES = 4 * 1024 * 1024
PAUSES_SECONDS = (0.5, 2.0, 5.0, 15.0)
Result = TypeVar("Result")


def copy_new(store: Store, ledger: Ledger, listed: Iterable[Listed]) -> tuple[int, int]:
    """Bring each object into the place, and into the ledger. Return new objects and their bytes.

    One that the backup before has, with the same size and ETag, is not read again.
    """
    count = size = 0
    for entry, is_new in at_once(partial(_copied, store), _to_copy(store, ledger, listed)):
        if entry is None:
            continue  # It was gone: the ledger says whether it is missed.
        ledger.add_found(entry)
        count, size = count + is_new, size + entry.size * is_new
    return count, size


def _to_copy(store: Store, ledger: Ledger, listed: Iterable[Listed]) -> Iterator[Listed]:
    for item in listed:
        entry = ledger.before(item.key)
        is_same = entry is not None and (entry.size, entry.etag) == (item.size, item.etag)
        if entry and is_same and ledger.stored_size(entry.name) == store.stored_size(entry.size):
            ledger.add_found(entry)
        else:
            yield item


def _copied(store: Store, item: Listed) -> tuple[Entry | None, bool]:
    """Return the entry of an object, and whether the place did not have its bytes before."""
    try:
        return with_patience(lambda: _copied_once(store, item))
    except Missing:
        return None, False


def _copied_once(store: Store, item: Listed) -> tuple[Entry, bool]:
    content_type, chunks = objects.type_and_chunks(item.key)
    with spooled(chunks) as (file, passed):
        name = store.object_name(passed.sha256)
        is_new = store.place.size(name) != store.stored_size(passed.size)
        if is_new:
            store.write(name, iter(lambda: file.read(CHUNK_BYTES), b""))
        sha256 = passed.sha256.hex()
        return Entry(item.key, passed.size, item.etag, content_type, sha256, name), is_new


def entries_of(store: Store, backup: Manifest) -> Iterator[Entry]:
    """Yield the objects of a backup. Raises Damaged at the end if the list is not whole."""
    lines = Hashing(store.read(manifest.objects_name(backup)))
    yield from entries_in(lines)
    if lines.sha256.hex() != backup.objects_sha256:
        raise Damaged(f"The list of files of {backup.id} is damaged.")


def put_back(store: Store, entries: Iterable[Entry], done: Callable[[Entry], None]) -> None:
    """Write objects into the bucket. Raises Damaged for one that is not as it was."""
    for entry in at_once(partial(_put, store), entries):
        done(entry)


def _put(store: Store, entry: Entry) -> Entry:
    with spooled(store.read(entry.name)) as (file, passed):
        _require_whole(entry, passed)
        with_patience(
            lambda: objects.write_checked(
                entry.key, file, content_type=entry.type, sha256=passed.sha256
            )
        )
    return entry


def damaged(store: Store, entries: Iterable[Entry]) -> Iterator[str]:
    """Read each object of a backup, and say which ones are missing or changed."""
    yield from filter(None, at_once(partial(_fault, store), entries))


def _fault(store: Store, entry: Entry) -> str:
    try:
        passed = Hashing(store.read(entry.name))
        for _ in passed:
            pass
        _require_whole(entry, passed)
    except BackupError as error:
        return f"{entry.key}: {error}"
    return ""


def _require_whole(entry: Entry, passed: Hashing) -> None:
    if (passed.sha256.hex(), passed.size) != (entry.sha256, entry.size):
        raise Damaged(f"{entry.name} is damaged: its SHA-256 is another one.")


@contextmanager
def spooled(chunks: Iterable[bytes]) -> Iterator[tuple[IO[bytes], Hashing]]:
    """Read chunks into a temporary file, and yield it at its beginning, with size and SHA-256."""
    with SpooledTemporaryFile(max_size=IN_MEMORY_BYTES) as file:
        passed = Hashing(chunks)
        for chunk in passed:
            file.write(chunk)
        file.seek(0)
        yield file, passed


def with_patience(call: Callable[[], Result]) -> Result:
    """Call again, after a pause, while the bucket does not answer."""
    for pause in PAUSES_SECONDS:
        try:
            return call()
        except StorageAway:
            time.sleep(pause)
    try:
        return call()
    except StorageAway as error:
        raise BackupError(f"The bucket of the files does not answer: {error.__cause__}") from error
