"""One session of PostgreSQL for the time of a backup: what it locks ends when it dies."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from django.db import connection, transaction

from attachments.storage import hold
from workers.backups import postgres
from workers.backups.errors import BackupError

# Of PostgreSQL's advisory locks; any number that nothing else takes.
RUNNING_LOCK = 0x1A1901

Session = psycopg.Connection[Any]


@contextmanager
def alone() -> Iterator[Session]:
    """Open a session as the only backup, check or restore of this database.

    Raises BackupError while there is another one.
    """
    with postgres.connect() as session:
        if not _one(session, "SELECT pg_try_advisory_lock(%s)", RUNNING_LOCK):
            raise BackupError("Another backup, check or restore of this database runs now.")
        try:
            yield session
        finally:
            # At once: the server notices a closed connection a moment later.
            with suppress(psycopg.OperationalError):
                session.execute("SELECT pg_advisory_unlock(%s)", [RUNNING_LOCK])


@contextmanager
def objects_held(session: Session) -> Iterator[None]:
    """Let nothing delete an object of the bucket. Raises BackupError if that was not kept so."""
    try:
        session.execute("SELECT pg_advisory_lock(%s)", [hold.LOCK])
    except psycopg.errors.LockNotAvailable as error:
        raise BackupError("Objects of the bucket are being deleted: try again.") from error
    yield
    try:
        is_kept = _one(session, "SELECT pg_advisory_unlock(%s)", hold.LOCK)
    except psycopg.OperationalError:
        is_kept = False
    if not is_kept:
        raise BackupError(
            "PostgreSQL ended our session, and objects may have been deleted since: try again."
        )


@contextmanager
def snapshot() -> Iterator[str]:
    """Read everything as it is at this moment, by Django's connection, and export that."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute(
            "SELECT set_config('statement_timeout', '0', true),"
            " set_config('idle_in_transaction_session_timeout', '0', true), pg_export_snapshot()"
        )
        yield str(cursor.fetchone()[2])


def _one(session: Session, query: str, *values: object) -> Any:
    row = session.execute(query, values).fetchone()
    return row[0] if row else None
