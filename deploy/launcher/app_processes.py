"""Liaison's own processes: web, worker, beat, and `manage.py` commands."""

import http.client
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from deploy.launcher.data_dir import REPOSITORY, DataDir
from deploy.launcher.process_group import spawn
from deploy.launcher.worker_ready import PROCESS_NAME, ready_file

QUEUES = ("realtime", "notifications", "maintenance")
# Files need processor and memory, receivers of webhooks may be slow. In a worker of their own they
# never delay a message.
FILE_QUEUES = ("attachments", "webhooks")
WORKER_CONCURRENCY = 2


@dataclass(frozen=True)
class AppProcess:
    name: str
    command: Sequence[str]
    data_dir: DataDir
    environment: Mapping[str, str]
    ready: Callable[[], bool] = field(default=lambda: True)
    stop_signal: signal.Signals = signal.SIGTERM
    log: Path | None = None

    @property
    def pid_file(self) -> Path:
        return self.data_dir.path / "run" / f"{self.name}.pid"

    def start(self) -> subprocess.Popen[bytes]:
        return spawn(
            self.pid_file,
            [sys.executable, *self.command],
            # Print each line at once: a person is waiting for it.
            environment={**self.environment, "PYTHONUNBUFFERED": "1"},
            stop_signal=self.stop_signal,
            folder=REPOSITORY,
        )

    def is_ready(self) -> bool:
        return self.ready()


def web(data_dir: DataDir, environment: Mapping[str, str], host: str, port: int) -> AppProcess:
    return AppProcess(
        "web",
        [
            "-m",
            "uvicorn",
            "core.asgi:application",
            *("--http", "core.web.protocol:HeadLimits"),
            *("--host", host),
            *("--port", str(port)),
            *("--lifespan", "off"),
            # Not uvicorn but TRUSTED_PROXIES decides whose X-Forwarded-For is believed.
            "--no-proxy-headers",
            *("--timeout-graceful-shutdown", "5"),
        ],
        data_dir,
        environment,
        ready=lambda: is_alive(host, port),
    )


def worker(data_dir: DataDir, environment: Mapping[str, str]) -> AppProcess:
    return _worker("worker", QUEUES, data_dir, environment)


def file_worker(data_dir: DataDir, environment: Mapping[str, str]) -> AppProcess:
    return _worker("worker-files", FILE_QUEUES, data_dir, environment)


def _worker(
    name: str, queues: Sequence[str], data_dir: DataDir, environment: Mapping[str, str]
) -> AppProcess:
    return AppProcess(
        name,
        [
            # Celery prints this warning at each start under root.
            *("-W", "ignore:You're running the worker with superuser privileges"),
            *("-m", "celery", "--quiet", "-A", "workers.celery", "worker"),
            *("--include", "deploy.launcher.worker_ready"),
            *("--hostname", f"{name}@%h"),
            *("--queues", ",".join(queues)),
            *("--concurrency", str(WORKER_CONCURRENCY)),
            "--without-gossip",
            "--without-mingle",
            *("--loglevel", "INFO"),
        ],
        data_dir,
        # A task that is cut runs again, since its row stays pending. Do not wait for it.
        {**environment, "REMAP_SIGTERM": "SIGQUIT", PROCESS_NAME: name},
        ready=lambda: _takes_jobs(data_dir, name),
    )


def beat(data_dir: DataDir, environment: Mapping[str, str]) -> AppProcess:
    return AppProcess(
        "beat",
        [
            *("-m", "celery", "--quiet", "-A", "workers.celery", "beat"),
            *("--schedule", str(data_dir.folder("beat") / "schedule")),
            # Beat's own pid file would prevent a start after a kill. `run/beat.pid` does not.
            "--pidfile=",
            *("--loglevel", "WARNING"),
        ],
        data_dir,
        environment,
    )


def management_command(
    data_dir: DataDir, environment: Mapping[str, str], *arguments: str
) -> AppProcess:
    """Return a `manage.py` command that runs once."""
    return AppProcess(
        arguments[0], [str(REPOSITORY / "manage.py"), *arguments], data_dir, environment
    )


def reachable_host(host: str) -> str:
    """Return the address at which to call a server that listens on `host`.

    This is loopback when `host` means every address (`0.0.0.0`, `::`).
    """
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not address.is_unspecified:
        return host
    return "127.0.0.1" if address.version == 4 else "::1"


def _takes_jobs(data_dir: DataDir, name: str) -> bool:
    ready = ready_file(data_dir.path, name)
    pid_file = data_dir.path / "run" / f"{name}.pid"
    return ready.exists() and ready.read_text() == pid_file.read_text()


def is_alive(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(reachable_host(host), port, timeout=2)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
