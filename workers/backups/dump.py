"""The dump of the database: written as a stream, and loaded in one transaction."""

import subprocess
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from workers.backups import postgres
from workers.backups.cipher import Damaged
from workers.backups.errors import BackupError

CHUNK_BYTES = 1024 * 1024
# Faster than the default (6), and a tenth larger.
COMPRESSION = "3"
# Objects in `public` that belong to no extension, in an order in which each can be dropped.
EMPTY_SCHEMA = """
DO $$
DECLARE item record;
BEGIN
    FOR item IN
        SELECT format('DROP %s IF EXISTS %s CASCADE', CASE relkind
            WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
            WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END, c.oid::regclass) AS command
        FROM pg_class c WHERE relnamespace = 'public'::regnamespace
        AND relkind IN ('r', 'p', 'v', 'm', 'S', 'f') AND NOT EXISTS (
            -- Of an extension, or a sequence that goes with its column.
            SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid
            AND (deptype = 'e' OR relkind = 'S' AND deptype IN ('a', 'i')))
        UNION ALL
        SELECT format('DROP ROUTINE IF EXISTS %s CASCADE', p.oid::regprocedure)
        FROM pg_proc p WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS (
            SELECT FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid
            AND deptype = 'e')
        UNION ALL
        SELECT format('DROP TEXT SEARCH CONFIGURATION IF EXISTS %s CASCADE', oid::regconfig)
        FROM pg_ts_config WHERE cfgnamespace = 'public'::regnamespace
        UNION ALL
        SELECT format('DROP TEXT SEARCH DICTIONARY IF EXISTS %s CASCADE', oid::regdictionary)
        FROM pg_ts_dict WHERE dictnamespace = 'public'::regnamespace
        UNION ALL
        SELECT format('DROP COLLATION IF EXISTS %s CASCADE', oid::regcollation)
        FROM pg_collation WHERE collnamespace = 'public'::regnamespace
        UNION ALL
        SELECT format('DROP TYPE IF EXISTS %s CASCADE', t.oid::regtype)
        FROM pg_type t WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')
    LOOP
        EXECUTE item.command;
    END LOOP;
END $$;
"""


def dumped(snapshot: str, server: int, parameters: dict[str, Any]) -> Iterator[bytes]:
    """Yield pg_dump's custom format of a snapshot. Raises BackupError with what pg_dump said."""
    with TemporaryFile() as said:
        process = postgres.start(
            postgres.programs(server) / "pg_dump",
            "--format=custom",
            f"--compress={COMPRESSION}",
            f"--snapshot={snapshot}",
            "--no-owner",
            "--no-privileges",
            "--no-comments",
            parameters=parameters,
            stdout=subprocess.PIPE,
            stderr=said,
        )
        with process:
            assert process.stdout
            try:
                while chunk := process.stdout.read(CHUNK_BYTES):
                    yield chunk
            except BaseException:
                process.kill()
                raise
        if process.returncode:
            raise BackupError(f"pg_dump failed: {_end_of(said)}")


class Load:
    """A dump that is loaded in one transaction: `feed`, then `commit`, or neither happens."""

    def __init__(
        self, parameters: dict[str, Any], server: int, *, before: str = "", after: str = ""
    ) -> None:
        """`before` and `after` are SQL of the same transaction."""
        folder = postgres.programs(server)
        self._after = after
        self._said = TemporaryFile()  # noqa: SIM115 (closed with this object)
        self._psql = postgres.start(
            folder / "psql",
            "--no-psqlrc", "--quiet", "--single-transaction", "--set=ON_ERROR_STOP=1",
            "--output=/dev/null",
            parameters=parameters,
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=self._said,
        )  # fmt: skip
        assert self._psql.stdin
        self._psql.stdin.write(before.encode())
        self._restore = _restore_to_sql(folder, self._said)
        self._pump = threading.Thread(target=self._pass_on, daemon=True)
        self._pump.start()

    def feed(self, chunks: Iterable[bytes]) -> None:
        """Load the dump, and commit nothing. Raises BackupError with what PostgreSQL said."""
        assert self._restore.stdin
        try:
            for chunk in chunks:
                self._restore.stdin.write(chunk)
            self._restore.stdin.close()
        except BrokenPipeError:
            self.abort()
            raise BackupError(f"The database was not loaded: {_end_of(self._said)}") from None
        except BaseException:
            self.abort()
            raise
        self._pump.join()
        if self._restore.wait() or self._psql.poll() is not None:
            self.abort()
            raise BackupError(f"The database was not loaded: {_end_of(self._said)}")

    def commit(self) -> None:
        assert self._psql.stdin
        try:
            self._psql.stdin.write(self._after.encode())
            self._psql.stdin.close()
        except BrokenPipeError:
            pass  # It has ended, with a reason.
        if self._psql.wait():
            raise BackupError(f"The database was not loaded: {_end_of(self._said)}")

    def abort(self) -> None:
        """End both programs. PostgreSQL undoes what was loaded."""
        for process in (self._psql, self._restore):
            process.kill()
            process.wait()

    def _pass_on(self) -> None:
        assert self._restore.stdout
        assert self._psql.stdin
        try:
            while chunk := self._restore.stdout.read(CHUNK_BYTES):
                self._psql.stdin.write(chunk)
            self._psql.stdin.flush()
        except (BrokenPipeError, ValueError):
            self._restore.kill()


def _restore_to_sql(folder: Path, said: IO[bytes]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603
        [
            folder / "pg_restore", "--exit-on-error", "--no-owner", "--no-privileges",
            "--no-comments", "--file=-",
        ],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said,
    )  # fmt: skip


def require_same(expected: str, found: bytes, what: str) -> None:
    if expected != found.hex():
        raise Damaged(f"{what} is damaged: its SHA-256 is not that of the manifest.")


def _end_of(said: IO[bytes]) -> str:
    said.seek(0)
    lines = [line for line in said.read().decode(errors="replace").splitlines() if line.strip()]
    return " ".join(lines[-3:])[:1000] or "it ended without a word"
