"""The data directory (`LIAISON_HOME`): data, secrets, ports, logs, locks."""

import errno
import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from deploy.launcher.errors import StartError
from deploy.launcher.ports import are_free, free_port
from deploy.launcher.process_group import is_gone

REPOSITORY = Path(__file__).resolve().parents[2]

# A new database cluster (40 MB), its first write-ahead segments and the demo data.
NEEDED_FREE_BYTES = 200 * 1024 * 1024
# Clients' files, messages and passwords: for our account alone.
PRIVATE_UMASK = 0o077
FOLDERS = ("beat", "log", "run", "s3", "secrets", "static", "valkey")
MAX_LOG_BYTES = 10 * 1024 * 1024


def _random_text() -> str:
    return secrets.token_urlsafe(48)


class DataDir:
    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    @classmethod
    def from_environment(cls) -> "DataDir":
        return cls(Path(os.environ.get("LIAISON_HOME") or REPOSITORY / "var"))

    def create(self) -> None:
        try:
            self._close_to_others()
            self.folder("run")
            self.folder("log")
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise
            raise StartError(
                f"cannot write in {self.path} ({error.strerror}): "
                "set LIAISON_HOME to a folder of yours"
            ) from error

    def _close_to_others(self) -> None:
        """Close the folders to other accounts, those of an earlier version included.

        A folder that existed and is not ours stays as it is: LIAISON_HOME may be `/srv`.
        """
        if not self.path.exists():
            self.path.mkdir(mode=0o700, parents=True)
        elif (self.path / "secrets" / "secret-key").exists():
            # PostgreSQL of root runs as another account, which must pass, now and later.
            self.path.chmod(self.path.stat().st_mode & (0o711 if os.geteuid() == 0 else 0o700))
            for folder in map(self.path.joinpath, FOLDERS):
                if folder.is_dir():
                    folder.chmod(0o700)

    def folder(self, name: str) -> Path:
        """Return a folder, which is made for this account alone."""
        folder = self.path / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder

    def log(self, name: str) -> Path:
        """Return the log file of a service. Rename a log over MAX_LOG_BYTES to `.log.1` first."""
        path = self.path / "log" / f"{name}.log"
        if path.exists() and path.stat().st_size > MAX_LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path

    def require_free_space(self, needed_bytes: int = NEEDED_FREE_BYTES) -> None:
        free_bytes = shutil.disk_usage(self.path).free
        if free_bytes < needed_bytes:
            raise StartError(
                f"the disk of {self.path} is full ({free_bytes >> 20} MB free, "
                f"{needed_bytes >> 20} MB needed): make room, or set LIAISON_HOME to another disk"
            )

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the directory for one launcher. Raises StartError when another one holds it.

        The kernel frees the lock when the process ends, even after SIGKILL.
        """
        with (self.path / "run" / "up.lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                lock.seek(0)
                raise StartError(
                    f"Liaison is already running from {self.path} (process {lock.read().strip()}): "
                    "use it, stop it with Ctrl-C, or set LIAISON_HOME and PORT for a second one"
                ) from error
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            yield

    def launcher_pid(self) -> int | None:
        """Return the pid of the launcher that holds the lock, or None without one."""
        lock = self.path / "run" / "up.lock"
        return None if is_gone(lock) else int(lock.read_text())

    def secret(self, name: str, make: Callable[[], str] = _random_text) -> str:
        """Return a random text that is made once. Only this account can read its file."""
        path = self.folder("secrets") / name
        if not path.exists():
            _write_private(path, make())
        return path.read_text()

    def port(self, name: str, *, beside: int = 0) -> int:
        """Return the port of the last start if it is still free, else a new one.

        The port at the distance `beside` is free as well.
        """
        path = self.path / "ports.json"
        ports: dict[str, int] = json.loads(path.read_text()) if path.exists() else {}
        if name not in ports or not are_free({ports[name], ports[name] + beside}):
            ports[name] = free_port(taken=ports.values(), beside=beside)
            _write_private(path, json.dumps(ports, indent=1))
        return ports[name]

    @property
    def services_env(self) -> Path:
        return self.path / "services.env"

    def write_services_env(self, values: Mapping[str, str]) -> None:
        """Write the services' addresses for `manage.py` in another terminal."""
        lines = (f"{name}={_quoted(value)}\n" for name, value in sorted(values.items()))
        _write_private(self.services_env, "".join(lines))

    def remove_services_env(self) -> None:
        self.services_env.unlink(missing_ok=True)


def _quoted(value: str) -> str:
    return f"'{value}'" if set(value) & set(' #"\\') else value


def _write_private(path: Path, text: str) -> None:
    """Write and rename, so that a kill never leaves half a file. Mode 600."""
    new_path = path.with_name(f"{path.name}.{os.getpid()}")
    new_path.unlink(missing_ok=True)
    with open(os.open(new_path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    new_path.replace(path)
