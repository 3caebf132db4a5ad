"""A scratch file (SQLite) with the keys of a backup, so that millions of them need no memory."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

SCHEMA = """
CREATE TABLE place (name TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE required (key TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE before (key TEXT PRIMARY KEY, line TEXT) WITHOUT ROWID;
CREATE TABLE stored (name TEXT PRIMARY KEY, size INTEGER) WITHOUT ROWID;
CREATE TABLE found (key TEXT PRIMARY KEY, line TEXT) WITHOUT ROWID;
"""


@dataclass(frozen=True)
class Entry:
    """An object of the bucket in a backup: one line of its file `objects`."""

    key: str
    size: int
    etag: str
    type: str
    sha256: str
    # Its name in the place.
    name: str

    def line(self) -> str:
        return json.dumps(asdict(self))


def entry_of(line: str | bytes) -> Entry:
    return Entry(**json.loads(line))


def entries_in(chunks: Iterable[bytes]) -> Iterator[Entry]:
    """Read the file `objects` of a backup."""
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        yield from map(entry_of, lines)
    if rest:
        yield entry_of(rest)


class Ledger:
    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        for statement in SCHEMA.split(";"):
            self._database.execute(statement)

    def keep(self, places: Iterable[str], required: Iterable[str]) -> None:
        """Add the places of a file of the snapshot, and the keys of objects that must be there."""
        self._database.executemany("INSERT INTO place VALUES (?)", ([each] for each in places))
        self._database.executemany("INSERT INTO required VALUES (?)", ([key] for key in required))

    def belongs(self, key: str, place: str) -> bool:
        """Tell whether an object is one of the snapshot: its own key, or in the place of a file."""
        return self._has("required WHERE key = ?", key) or self._has("place WHERE name = ?", place)

    def remember(self, entries: Iterable[Entry]) -> None:
        """Add the objects of the backup before."""
        rows = ((entry.key, entry.line()) for entry in entries)
        self._database.executemany("INSERT OR REPLACE INTO before VALUES (?, ?)", rows)

    def before(self, key: str) -> Entry | None:
        query = "SELECT line FROM before WHERE key = ?"
        row = self._database.execute(query, [key]).fetchone()
        return entry_of(row[0]) if row else None

    def add_stored(self, files: Iterable[tuple[str, int]]) -> None:
        """Add the files that the place has: name and size."""
        self._database.executemany("INSERT OR REPLACE INTO stored VALUES (?, ?)", files)

    def stored_size(self, name: str) -> int | None:
        query = "SELECT size FROM stored WHERE name = ?"
        row = self._database.execute(query, [name]).fetchone()
        return row[0] if row else None

    def forget_stored(self, names: Iterable[str]) -> None:
        self._database.executemany("DELETE FROM stored WHERE name = ?", ([each] for each in names))

    def stored_names(self) -> Iterator[str]:
        for (name,) in self._database.execute("SELECT name FROM stored"):
            yield name

    def add_found(self, entry: Entry) -> None:
        row = [entry.key, entry.line()]
        self._database.execute("INSERT OR REPLACE INTO found VALUES (?, ?)", row)

    def was_found(self, key: str) -> bool:
        return self._has("found WHERE key = ?", key)

    def lines_found(self) -> Iterator[bytes]:
        for (line,) in self._database.execute("SELECT line FROM found ORDER BY key"):
            yield f"{line}\n".encode()

    def totals(self) -> tuple[int, int]:
        """Return how many objects were found, and their bytes."""
        query = "SELECT count(*), coalesce(sum(json_extract(line, '$.size')), 0) FROM found"
        count, size = self._database.execute(query).fetchone()
        return count, size

    def missing(self) -> list[str]:
        """Return required keys that were not found, a hundred at most."""
        query = """
        SELECT key FROM required WHERE key NOT IN (SELECT key FROM found) ORDER BY key LIMIT 100
        """
        return [key for (key,) in self._database.execute(query)]

    def _has(self, condition: str, value: str) -> bool:
        query = f"SELECT 1 FROM {condition}"  # noqa: S608
        return self._database.execute(query, [value]).fetchone() is not None


@contextmanager
def ledger() -> Iterator[Ledger]:
    with (
        TemporaryDirectory(prefix="liaison-backup-") as folder,
        # boto3 reads what it sends in a thread of its own, and we wait for it.
        closing(
            sqlite3.connect(Path(folder) / "ledger", isolation_level=None, check_same_thread=False)
        ) as database,
    ):
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("BEGIN")
        yield Ledger(database)
