"""What a backup holds, as JSON, and the backups of a place."""

import hashlib
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from workers.backups.cipher import SUFFIX, Damaged
from workers.backups.errors import BackupError
from workers.backups.store import Store

BACKUPS = "backups/"
FORMAT = 1
# To the microsecond: the newest of two backups of one second must be known.
ID_TIME = "%Y%m%dT%H%M%S%fZ"
ID = re.compile(r"(\d{8}T\d{12}Z)-[0-9a-f]{6}")
NAME = re.compile(rf"{BACKUPS}({ID.pattern})/(\w+)({re.escape(SUFFIX)})?")


@dataclass(frozen=True)
class Table:
    rows: int
    # A sum over the rows: the same rows give the same, in any order (`facts`).
    hash: str


@dataclass(frozen=True)
class Manifest:
    """One backup. Times are UTC in ISO 8601, sizes are bytes before encryption."""

    id: str
    taken_at: str
    version: str
    build: str
    # "app.name" of each migration.
    migrations: list[str]
    epoch: str
    # Major version of the server, and of the program that dumped it.
    postgres: int
    pg_dump: int
    # Tells whether SECRET_KEY is the same, and not what it is.
    secret_key_hint: str
    # The number of the key of the backup; empty if it is not encrypted.
    key_number: str
    database_sha256: str
    database_bytes: int
    tables: dict[str, Table]
    # Over the last `seq` of each conversation.
    seqs: str
    objects: int
    objects_bytes: int
    objects_sha256: str
    # Keys that rows named and the bucket did not have, a hundred at most.
    missing: list[str] = field(default_factory=list)
    format: int = FORMAT

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(self.taken_at)


def new_id(at: datetime) -> str:
    return f"{at.astimezone(UTC):{ID_TIME}}-{secrets.token_hex(3)}"


def time_of(backup_id: str) -> datetime:
    return datetime.strptime(backup_id.partition("-")[0], ID_TIME).replace(tzinfo=UTC)


def file_of(backup_id: str, what: str) -> str:
    return f"{BACKUPS}{backup_id}/{what}"


def write(store: Store, manifest: Manifest) -> None:
    """Write the manifest, by which the backup comes to exist."""
    content = asdict(manifest)
    body = {"manifest": content, "sha256": _digest(content)}
    name = store.name(file_of(manifest.id, "manifest"))
    store.write(name, [json.dumps(body, indent=1).encode()])


def read(store: Store, name: str) -> Manifest:
    """Read a manifest by its name in the place. Raises BackupError or Damaged."""
    try:
        body = json.loads(b"".join(store.read(name)))
        content = body["manifest"]
        is_whole = body["sha256"] == _digest(content)
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged(f"{name} is damaged.") from error
    if not is_whole:
        raise Damaged(f"{name} is damaged.")
    if content["format"] > FORMAT:
        raise BackupError(f"{name} was made by a newer version of Liaison: restore it with that.")
    tables = {table: Table(**values) for table, values in content.pop("tables").items()}
    return Manifest(tables=tables, **content)


def database_name(manifest: Manifest) -> str:
    return _name_of(manifest, "database")


def objects_name(manifest: Manifest) -> str:
    return _name_of(manifest, "objects")


def _name_of(manifest: Manifest, what: str) -> str:
    name = file_of(manifest.id, what)
    return f"{name}{SUFFIX}" if manifest.key_number else name


@dataclass(frozen=True)
class Listing:
    """The backups of a place, the oldest first."""

    # The name of the manifest, by the id of the backup.
    complete: dict[str, str]
    # Names of the files of each, by its id: also of those without a manifest.
    files: dict[str, list[str]]

    @property
    def interrupted(self) -> list[str]:
        return [each for each in self.files if each not in self.complete]


def listing(store: Store) -> Listing:
    files: dict[str, list[str]] = {}
    complete = {}
    for name, _size in sorted(store.place.listed(BACKUPS)):
        if found := NAME.fullmatch(name):
            files.setdefault(found[1], []).append(name)
            if found[3] == "manifest":
                complete[found[1]] = name
    return Listing(complete, files)


def chosen(store: Store, at: str | None) -> Manifest:
    """Return the newest backup, the newest that is not after `at`, or the one of that id.

    Raises BackupError when there is none.
    """
    found = listing(store)
    if at in found.complete:
        return read(store, found.complete[at])
    if at in found.files:
        raise BackupError(f"{at} was interrupted: it is not whole, and cannot be restored.")
    names = list(found.complete)
    if at:
        moment = _moment(at)
        names = [each for each in names if time_of(each) <= moment]
    if not names:
        when = f" of {at} or before" if at else ""
        raise BackupError(f"There is no whole backup{when} in {store.place.words}.")
    return read(store, found.complete[names[-1]])


def all_readable(store: Store) -> Iterator[tuple[str, Manifest | None]]:
    """Yield the id and the manifest of each whole backup, the oldest first; None if unreadable."""
    for backup_id, name in listing(store).complete.items():
        try:
            yield backup_id, read(store, name)
        except BackupError:
            yield backup_id, None


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BackupError(
            f"--at {text} is no time: write it like 2026-11-29T18:00, or give the id of a backup."
        ) from error
    return moment.astimezone()


def _digest(content: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
