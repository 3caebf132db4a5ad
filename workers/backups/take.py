"""Take a backup while the product runs: one snapshot of the database, and the objects it names."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from attachments import storage_audit
from attachments.storage import objects
from attachments.storage.objects import Listed
from core.version import BUILD, VERSION
from notifications.inbound_email import originals
from workers.backups import dump, facts, manifest, objects_copy, postgres, records, retention
from workers.backups.cipher import Key
from workers.backups.ledger import Ledger, ledger
from workers.backups.manifest import Manifest
from workers.backups.retention import Keep, Removed
from workers.backups.session import alone, objects_held, snapshot
from workers.backups.store import OBJECTS, Hashing, Store
from workers.models import Backup

EPOCH = "SELECT value::text FROM core_epoch"
Say = Callable[[str], object]


@dataclass(frozen=True)
class Taken:
    manifest: Manifest
    new_files: int
    new_files_bytes: int
    removed: Removed


@dataclass(frozen=True)
class _Frozen:
    """What was read in the snapshot."""

    id: str
    facts: facts.Facts
    epoch: str
    server: int
    dump: Hashing
    taken_at: str


def take(store: Store, keep: Keep, say: Say = lambda _: None) -> Taken:
    """Take a backup, then remove those that `keep` does not name. Raises BackupError."""
    with ExitStack() as stack:
        session = stack.enter_context(alone())
        postgres.programs(server := postgres.server_major(session))
        stack.enter_context(store.place.alone())
        record = stack.enter_context(records.recorded(store.place.words))
        book = stack.enter_context(ledger())
        say("Reading what the place has")
        _remember(store, book)
        with objects_held(session):
            frozen = _freeze(store, book, server, say)
            say("Copying the files")
            new, new_bytes = objects_copy.copy_new(store, book, _belonging(book))
        found = _complete(store, book, frozen)
        _note(record, found, new, new_bytes)
        say("Removing old backups")
        return Taken(found, new, new_bytes, retention.apply(store, keep))


def _remember(store: Store, book: Ledger) -> None:
    """Let objects that the backup before has be found, if it was encrypted with the same key."""
    book.add_stored(store.place.listed(OBJECTS))
    readable = [each for _, each in manifest.all_readable(store) if each]
    if readable and readable[-1].key_number == store.key_number:
        book.remember(objects_copy.entries_of(store, readable[-1]))


def _freeze(store: Store, book: Ledger, server: int, say: Say) -> _Frozen:
    """Dump the database, and write down its numbers and the keys of its objects."""
    with snapshot() as exported, ThreadPoolExecutor(1) as pool, connection.cursor() as cursor:
        now = timezone.now()
        backup_id = manifest.new_id(now)
        say(f"Dumping the database ({backup_id})")
        content = Hashing(dump.dumped(exported, server, postgres.address()))
        name = store.name(manifest.file_of(backup_id, "database"))
        dumping = pool.submit(store.write, name, content)
        for kept in storage_audit.kept():
            book.keep(kept.places, kept.required)
        book.keep([], originals.kept_keys())
        numbers = facts.of(cursor)
        cursor.execute(EPOCH)
        epoch = cursor.fetchone()[0]
        dumping.result()
    return _Frozen(backup_id, numbers, epoch, server, content, now.isoformat())


def _belonging(book: Ledger) -> Iterator[Listed]:
    for item in objects.listed(""):
        if book.belongs(item.key, objects.place_of(item.key)):
            yield item


def _complete(store: Store, book: Ledger, frozen: _Frozen) -> Manifest:
    """Write the list of the objects, then the manifest."""
    lines = Hashing(book.lines_found())
    store.write(store.name(manifest.file_of(frozen.id, "objects")), lines)
    count, size = book.totals()
    made = Manifest(
        id=frozen.id,
        taken_at=frozen.taken_at,
        version=VERSION,
        build=BUILD,
        migrations=frozen.facts.migrations,
        epoch=frozen.epoch,
        postgres=frozen.server,
        pg_dump=postgres.major_of_programs(frozen.server),
        secret_key_hint=secret_key_hint(),
        key_number=store.key_number,
        database_sha256=frozen.dump.sha256.hex(),
        database_bytes=frozen.dump.size,
        tables=frozen.facts.tables,
        seqs=frozen.facts.seqs,
        objects=count,
        objects_bytes=size,
        objects_sha256=lines.sha256.hex(),
        missing=book.missing(),
    )
    store.place.settle()
    manifest.write(store, made)
    store.place.settle()
    return made


def _note(record: Backup, made: Manifest, new: int, new_bytes: int) -> None:
    values: dict[str, Any] = {
        "name": made.id,
        "taken_at": made.at,
        "database_bytes": made.database_bytes,
        "files": made.objects,
        "files_bytes": made.objects_bytes,
        "new_files": new,
        "new_files_bytes": new_bytes,
    }
    for name, value in values.items():
        setattr(record, name, value)


def secret_key_hint() -> str:
    """Return eight bytes by which another SECRET_KEY is noticed, in hexadecimal."""
    return Key(settings.SECRET_KEY.ljust(32)).number.hex()
