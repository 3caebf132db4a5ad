"""Restore a backup into an empty database and an empty bucket, or in place of what is there."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from attachments.storage import bucket_setup, objects
from core import background_sender, installation
from core.realtime.publish import publish_epoch_changed
from core.version import VERSION
from workers.backups import dump, facts, manifest, objects_copy, postgres, records
from workers.backups.errors import BackupError
from workers.backups.ledger import Ledger, ledger
from workers.backups.manifest import Manifest
from workers.backups.session import Session, alone
from workers.backups.store import Hashing, Store
from workers.backups.take import secret_key_hint

HAS_TABLES = """
SELECT EXISTS (SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r')
"""
OTHERS = """
SELECT count(*), coalesce(string_agg(DISTINCT application_name, ', '), '') FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
# In the transaction of the load, so that no database with the old epoch is ever seen.
NEW_EPOCH = "UPDATE public.core_epoch SET value = gen_random_uuid();\n"
Say = Callable[[str], object]


@dataclass
class Restored:
    manifest: Manifest
    # What is not as in the backup.
    differences: list[str] = field(default_factory=list)
    # What a person should know, although all is well.
    remarks: list[str] = field(default_factory=list)


def restore(store: Store, at: str | None, *, replace: bool, say: Say = lambda _: None) -> Restored:
    """Restore the newest backup, or the one of a time (`manifest.chosen`). Raises BackupError.

    The objects come first: a restore that is cut leaves an empty database, and goes on when it is
    called again. The database is there at once and as a whole.
    """
    chosen = manifest.chosen(store, at)
    require_version(chosen)
    with alone() as session, ledger() as book:
        _require_server(session, chosen)
        require_database(session, replace=replace)
        book.remember(objects_copy.entries_of(store, chosen))
        say(f"Restoring {chosen.id}, of {chosen.at.astimezone():%Y-%m-%d %H:%M}")
        restored = Restored(chosen, remarks=_remarks(chosen))
        bucket_setup.set_up_bucket()
        _put_files(store, chosen, book, replace=replace, say=say)
        say("Loading the database")
        # A restored database has other numbers for its types, which old connections remember.
        connections.close_all()
        _load(store, chosen, session, replace=replace)
        say("Comparing")
        # The other session was idle for as long as the load took, and may have been cut.
        with postgres.connect() as loaded:
            restored.differences += differences(loaded, chosen, facts.CHANGED_BY_A_RESTORE)
        restored.differences += _missing_files(store, chosen)
        say("Migrating")
        call_command("migrate", interactive=False, verbosity=0)
        _mark_as_copy(chosen, restored)
        records.restored(chosen)
    publish_epoch_changed()
    background_sender.flush()
    return restored


def require_version(chosen: Manifest) -> None:
    """Refuse a backup of a newer Liaison: its tables are not those of this code."""
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    ours = {name.split(".")[0] for name in known}
    unknown = [
        each for each in chosen.migrations if each.split(".")[0] in ours and each not in known
    ]
    if unknown:
        raise BackupError(
            f"{chosen.id} was made by Liaison {chosen.build}, which is newer than this one "
            f"({VERSION}): it has {unknown[0]}. Restore it with that version."
        )


def require_database(session: Session, *, replace: bool) -> None:
    """Refuse a database that has tables, unless it is to be replaced and nobody uses it."""
    name = session.info.dbname
    if not _one(session, HAS_TABLES)[0]:
        return
    if not replace:
        raise BackupError(
            f"The database {name} is not empty: restore into an empty one, or add --replace to "
            "lose what it has."
        )
    connections.close_all()
    count, programs = _one(session, OTHERS)
    if count:
        raise BackupError(
            f"{count} connections use the database {name} ({programs or 'without a name'}): stop "
            "the web, the workers and beat first."
        )


def _require_server(session: Session, chosen: Manifest) -> None:
    major = postgres.server_major(session)
    if major < chosen.postgres:
        raise BackupError(
            f"{chosen.id} comes from PostgreSQL {chosen.postgres}, and this server is {major}: "
            "restore it into the same version or a newer one."
        )


def _remarks(chosen: Manifest) -> list[str]:
    if chosen.secret_key_hint == secret_key_hint():
        return []
    return [
        "SECRET_KEY is not that of the backup: give the old one in SECRET_KEY_FALLBACKS, or second "
        "factors and the originals of emails cannot be read."
    ]


def _put_files(store: Store, chosen: Manifest, book: Ledger, *, replace: bool, say: Say) -> None:
    """Write the objects that the bucket does not have yet."""
    unknown = None
    for item in objects.listed(""):
        entry = book.before(item.key)
        if entry and (entry.size, entry.etag) == (item.size, item.etag):
            book.add_found(entry)
        elif entry is None or not replace:
            unknown = unknown or item.key
    if unknown and not replace:
        raise BackupError(
            f"The bucket {settings.S3_BUCKET} is not empty ({unknown}): restore into an empty one, "
            "or add --replace to write into it. Files that only it has stay there."
        )
    say(f"Writing {chosen.objects} files ({chosen.objects_bytes / 1e6:.1f} MB)")
    waiting = (
        entry for entry in objects_copy.entries_of(store, chosen) if not book.was_found(entry.key)
    )
    objects_copy.put_back(store, waiting, lambda _: None)


def _load(store: Store, chosen: Manifest, session: Session, *, replace: bool) -> None:
    content = Hashing(store.read(manifest.database_name(chosen)))
    load = dump.Load(
        postgres.address(),
        max(postgres.server_major(session), chosen.pg_dump),
        before=dump.EMPTY_SCHEMA if replace else "",
        after=NEW_EPOCH,
    )
    load.feed(content)
    try:
        dump.require_same(chosen.database_sha256, content.sha256, f"The database of {chosen.id}")
    except BackupError:
        load.abort()
        raise
    load.commit()


def differences(session: Session, chosen: Manifest, left_out: Iterable[str] = ()) -> list[str]:
    """Compare the database of a session with a backup."""
    with session.transaction(), session.cursor() as cursor:
        return facts.differences(chosen, facts.of(cursor), left_out=left_out)


def _mark_as_copy(chosen: Manifest, restored: Restored) -> None:
    """Let the database send nothing until somebody says that it is the original."""
    installation.mark_as_copy(f"restored from {chosen.id}")
    restored.remarks.append(
        "It is a copy, and sends nothing. If the original is lost: `manage.py installation "
        "--original`."
    )


def _missing_files(store: Store, chosen: Manifest) -> Iterable[str]:
    """List the bucket once more, and say which objects it lacks."""
    with ledger() as book:
        book.add_stored((item.key, item.size) for item in objects.listed(""))
        for entry in objects_copy.entries_of(store, chosen):
            if book.stored_size(entry.key) != entry.size:
                yield f"file {entry.key}: not in the bucket as in the backup"


def _one(session: Session, query: str) -> tuple[object, ...]:
    row = session.execute(query).fetchone()
    assert row
    return tuple(row)
