"""Debian's PgBouncer before a PostgreSQL, with the configuration of deploy/pgbouncer."""

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg

from deploy.launcher.data_dir import DataDir
from deploy.launcher.process_group import Account, spawn

CONFIGURATION = Path(__file__).resolve().parent.parent / "deploy" / "pgbouncer" / "pgbouncer.ini"
MISSING = "PgBouncer (pgbouncer) is not installed"


def pgbouncer_program() -> str | None:
    return shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")


class PgBouncer:
    name = "pgbouncer"
    # SIGTERM ends it at once; SIGINT waits for its clients.
    stop_signal = signal.SIGTERM

    def __init__(self, data_dir: DataDir, database_url: str) -> None:
        program = pgbouncer_program()
        assert program is not None, MISSING
        self._program = program
        self._behind = urlsplit(database_url)
        self.folder = data_dir.folder("pgbouncer")
        self._port = data_dir.port("pgbouncer")
        self.pid_file = data_dir.path / "run" / "pgbouncer.pid"
        self.log = data_dir.log("pgbouncer")

    @property
    def environment(self) -> Mapping[str, str]:
        who = self._behind.netloc.rpartition("@")[0]
        url = self._behind._replace(netloc=f"{who}@127.0.0.1:{self._port}").geturl()
        return {"DATABASE_URL": url, "DATABASE_POOLER": "transaction"}

    def start(self) -> subprocess.Popen[bytes]:
        users, configuration = self.folder / "userlist.txt", self.folder / "pgbouncer.ini"
        # A test may have written them, as the document says.
        if not configuration.exists():
            password = unquote(self._behind.password or "")
            users.write_text(f'"{self._behind.username}" "{password}"\n')
            configuration.write_text(CONFIGURATION.read_text())
        configuration.write_text(self._here(configuration.read_text()))
        account = None
        if os.geteuid() == 0:
            # It refuses to run as root.
            nobody = pwd.getpwnam("nobody")
            account = Account(nobody.pw_uid, nobody.pw_gid)
            for path in (self.folder, users, configuration):
                os.chown(path, account.uid, account.gid)
            for parent in self.folder.parents:
                parent.chmod(parent.stat().st_mode | 0o001)
        with self.log.open("ab") as log:
            return spawn(
                self.pid_file,
                [self._program, configuration],
                output=log,
                account=account,
                folder=self.folder,
            )

    def is_ready(self) -> bool:
        try:
            psycopg.connect(self.environment["DATABASE_URL"], connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _here(self, text: str) -> str:
        """Return the configuration for these ports, this folder and any database."""
        for there, here in (
            ("liaison = host=127.0.0.1 port=5432", f"* = host=127.0.0.1 port={self._behind.port}"),
            ("listen_port = 6432", f"listen_port = {self._port}"),
            ("/etc/pgbouncer", str(self.folder)),
        ):
            assert text.count(there) + text.count(here) == 1, there
            text = text.replace(there, here)
        return text
