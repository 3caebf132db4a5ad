"""Numbers by which two databases are compared: rows and hashes of tables, seq, migrations."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from psycopg import sql

from workers.backups.manifest import Manifest, Table

# What `t::text` writes must not depend on the role.
TEXT_FORM = """
SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO, MDY', true),
       set_config('IntervalStyle', 'postgres', true), set_config('bytea_output', 'hex', true),
       set_config('extra_float_digits', '1', true)
"""
TABLES = """
SELECT relname FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY relname
"""
# The same for the same rows in any order: half of MD5, added up. It finds damage, not forgery.
OF_TABLE = """
SELECT count(*), coalesce(sum(('x' || left(md5(t::text), 16))::bit(64)::bigint::numeric), 0)::text
FROM {} t
"""
SEQS = """
SELECT coalesce(md5(string_agg(conversation_id || ':' || last, ',' ORDER BY conversation_id)), '')
FROM (SELECT conversation_id, max(seq) AS last FROM messaging_message GROUP BY 1) AS lasts
"""
MIGRATIONS = "SELECT app || '.' || name FROM django_migrations ORDER BY 1"
# A restore changes these rows itself.
CHANGED_BY_A_RESTORE = {"core_epoch", "workers_backup"}


class Cursor(Protocol):
    """What cursors of Django and of psycopg have in common."""

    def execute(self, query: Any, params: Any = None) -> Any: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> Any: ...


@dataclass(frozen=True)
class Facts:
    tables: dict[str, Table]
    seqs: str
    migrations: list[str]


def of(cursor: Cursor) -> Facts:
    """Read every row of every table once, in the open transaction."""
    cursor.execute(TEXT_FORM)
    names = [name for (name,) in _all(cursor, TABLES)]
    tables = {}
    for name in names:
        (row,) = _all(cursor, sql.SQL(OF_TABLE).format(sql.Identifier(name)))
        tables[name] = Table(*row)
    ((seqs,),) = _all(cursor, SEQS)
    return Facts(tables, seqs, [name for (name,) in _all(cursor, MIGRATIONS)])


def differences(manifest: Manifest, found: Facts, *, left_out: Iterable[str] = ()) -> list[str]:
    """Say what a database has that is not as in a backup."""
    said = []
    for name in sorted({*manifest.tables, *found.tables} - {*left_out}):
        expected, has = manifest.tables.get(name), found.tables.get(name)
        if expected is None or has is None:
            said.append(f"table {name}: {'missing' if has is None else 'unknown to the backup'}")
        elif expected.rows != has.rows:
            said.append(f"table {name}: {has.rows} rows, and {expected.rows} in the backup")
        elif expected.hash != has.hash:
            said.append(f"table {name}: the rows are not the same")
    if manifest.seqs != found.seqs:
        said.append("the last seq of a conversation is another one")
    if manifest.migrations != found.migrations:
        said.append("the migrations are not the same")
    return said


def _all(cursor: Cursor, query: Any) -> Any:
    cursor.execute(query)
    return cursor.fetchall()
