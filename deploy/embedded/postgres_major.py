"""Take the data of an older major version over into a cluster of today's.

PostgreSQL refuses the data of another major version. The old programs read it, the new ones write
it anew: dump and load. The old folder is not changed, and stays.
"""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from deploy.embedded.postgres_programs import Programs
from deploy.launcher.data_dir import DataDir
from deploy.launcher.errors import StartError
from deploy.launcher.ports import free_port
from deploy.launcher.process_group import spawn, stop_together

# PostgreSQL's fast shutdown. SIGTERM would wait until all clients disconnect.
STOP_SIGNAL = signal.SIGINT
READY_SECONDS = 60.0
# The shutdown writes all pages to the disk.
STOP_SECONDS = 60.0
# The dump and the new cluster beside the old one, which holds indexes and dead rows as well.
NEEDED_SHARE = 1.5
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


def older_data(folder: Path, major: int) -> Path | None:
    """Return the data of the newest older version. Raises StartError for data of a newer one."""
    found = {int(each.name): each for each in folder.iterdir() if (each / "PG_VERSION").exists()
             and each.name.isdecimal()}  # fmt: skip
    newer = max((number for number in found if number > major), default=None)
    if newer is not None and major not in found:
        raise StartError(
            f"{found[newer]} was written by PostgreSQL {newer}, and this version of Liaison has "
            f"{major}: go on with the newer version of Liaison"
        )
    older = max((number for number in found if number < major), default=None)
    return found[older] if older is not None else None


class Takeover:
    """Loads what a server of the old programs holds into a cluster of the new ones."""

    def __init__(
        self,
        data_dir: DataDir,
        password: str,
        old: Programs,
        new: Programs,
        say: Callable[[str], None],
    ) -> None:
        self._data_dir = data_dir
        self._password = password
        self._old, self._new = old, new
        self._say = say

    def run(self, old_data: Path, new_data: Path) -> None:
        """Fill the cluster `new_data`, which is empty. Raises StartError when anything is amiss."""
        dump = new_data.parent / "takeover.dump"
        size = sum(file.stat().st_size for file in old_data.rglob("*") if file.is_file())
        self._data_dir.require_free_space(round(size * NEEDED_SHARE))
        began = time.monotonic()
        self._say(
            f"The data is of PostgreSQL {old_data.name} ({size >> 20} MB) and is written anew for "
            f"{(new_data / 'PG_VERSION').read_text().strip()}"
        )
        try:
            with self._served(self._old, old_data) as old_url:
                self._pass("pg_dump", "--format=custom", "--compress=1", f"--file={dump}", old_url)
                self._say(f"  read: {dump.stat().st_size >> 20} MB")
                with self._served(self._new, new_data) as new_url:
                    self._pass(
                        "pg_restore",
                        "--exit-on-error",
                        "--no-owner",
                        f"--dbname={new_url}",
                        str(dump),
                    )
                    self._say("  written; comparing")
                    rows = self._compared(old_url, new_url)
                    self._pass("psql", "--quiet", "--command=ANALYZE", f"--dbname={new_url}")
        finally:
            dump.unlink(missing_ok=True)
        self._say(
            f"  {rows} rows are the same in both, after {time.monotonic() - began:.0f} s. "
            f"The old data stays in {old_data}: delete it when all is well"
        )

    def _pass(self, program: str, *arguments: str) -> None:
        # The newer program reads both versions.
        self._new.run(program, *arguments, environment={"PGPASSWORD": self._password})

    def _compared(self, old_url: str, new_url: str) -> int:
        """Return how many rows both have. Raises StartError where they differ."""
        old, new = self._counts(old_url), self._counts(new_url)
        if old != new:
            differing = sorted(
                name for name in old.keys() | new.keys() if old.get(name) != new.get(name)
            )
            raise StartError(
                f"the rows of {', '.join(differing)} differ: the old data is untouched"
            )
        return sum(old.values())

    def _counts(self, url: str) -> dict[str, int]:
        with psycopg.connect(url, password=self._password) as connection:
            return {
                name: count
                for (name,) in connection.execute(TABLES).fetchall()
                for (count,) in connection.execute(
                    sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(name))
                ).fetchall()
            }

    @contextmanager
    def _served(self, programs: Programs, data: Path) -> Iterator[str]:
        """Run a server on a port of its own; yield its address, without the password."""
        port = free_port()
        (data / "postmaster.pid").unlink(missing_ok=True)
        with programs.log.open("ab") as log:
            process = spawn(
                self._data_dir.path / "run" / f"postgres-{data.name}.pid",
                [
                    *(programs.bin / "postgres", "-D", data, "-c", "listen_addresses=127.0.0.1"),
                    *("-c", f"port={port}", "-c", "unix_socket_directories="),
                ],
                output=log,
                stop_signal=STOP_SIGNAL,
                account=programs.account,
                folder=programs.folder,
            )
        url = f"postgresql://liaison@127.0.0.1:{port}/liaison"
        try:
            self._wait_until_ready(process, url, programs)
            yield url
        finally:
            stop_together([(process, STOP_SIGNAL)], STOP_SECONDS)

    def _wait_until_ready(
        self, process: subprocess.Popen[bytes], url: str, programs: Programs
    ) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while True:
            try:
                psycopg.connect(url, password=self._password, connect_timeout=2).close()
            except psycopg.OperationalError as error:
                if process.poll() is not None or time.monotonic() > deadline:
                    raise StartError(
                        f"PostgreSQL does not start on its older data ({programs.log})"
                    ) from error
                time.sleep(0.05)
            else:
                return
