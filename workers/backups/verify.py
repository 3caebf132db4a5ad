"""Check a backup by restoring it: the database into an empty one, every object by reading it."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from workers.backups import dump, manifest, objects_copy, postgres, records
from workers.backups.errors import BackupError
from workers.backups.manifest import Manifest
from workers.backups.restore import differences, require_database
from workers.backups.session import Session, alone
from workers.backups.store import Hashing, Store

Say = Callable[[str], object]


@dataclass(frozen=True)
class Verified:
    manifest: Manifest
    # What is not as it should be; nothing for a good backup.
    differences: list[str]


def verify(
    store: Store, at: str | None, *, database: str = "", say: Say = lambda _: None
) -> Verified:
    """Restore a backup for a check, and say what differs. Raises BackupError if it cannot be tried.

    `database` is the address of an empty database. Without one, a temporary one is made beside
    that of the settings, which takes the right CREATEDB.
    """
    with alone() as session:
        chosen = manifest.chosen(store, at)
        found = [f"file {key}: missing since before the backup" for key in chosen.missing]
        say(f"Reading the {chosen.objects} files of {chosen.id}")
        try:
            found += objects_copy.damaged(store, objects_copy.entries_of(store, chosen))
            say("Restoring the database into an empty one")
            found += _of_database(store, chosen, session, database)
        except BackupError as error:
            found.append(str(error))
        if not found:
            records.verified(chosen)
        return Verified(chosen, found)


def _of_database(store: Store, chosen: Manifest, session: Session, database: str) -> list[str]:
    with _empty_database(session, database) as parameters:
        content = Hashing(store.read(manifest.database_name(chosen)))
        with postgres.connect(parameters) as empty:
            require_database(empty, replace=False)
            major = max(postgres.server_major(empty), chosen.pg_dump)
        load = dump.Load(parameters, major)
        load.feed(content)
        load.commit()
        dump.require_same(chosen.database_sha256, content.sha256, "The database")
        with postgres.connect(parameters) as loaded:
            return differences(loaded, chosen)


@contextmanager
def _empty_database(session: Session, given: str) -> Iterator[dict[str, Any]]:
    if given:
        yield {**conninfo_to_dict(given), "options": postgres.UNLIMITED}
        return
    name = sql.Identifier(temporary := f"liaison_check_{secrets.token_hex(4)}")
    try:
        session.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(name))
    except psycopg.errors.InsufficientPrivilege as error:
        raise BackupError(
            f"{session.info.user} may not make a temporary database: grant it "
            f"(ALTER ROLE {session.info.user} CREATEDB), or name an empty one with --database."
        ) from error
    try:
        yield postgres.address(temporary)
    finally:
        # The other session was idle for as long as the load took.
        with postgres.connect() as fresh:
            fresh.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
