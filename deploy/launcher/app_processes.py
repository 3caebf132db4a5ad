"""Liaison's own processes: web, worker, beat, and `manage.py` commands."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from deploy.launcher.data_dir import REPOSITORY, DataDir
from deploy.launcher.process_group import spawn
from deploy.launcher.worker_ready import PROCESS_NAME, ready_file

# SIGTERM would drain it, for a process that takes over.
STOP_WEB = signal.SIGINT

QUEUES = ("realtime", "notifications", "maintenance")
# Files need processor and memory, receivers of webhooks may be slow. In a worker of their own they
# never delay a message.
FILE_QUEUES = ("attachments", "webhooks")
# Two workers that share nothing, so that one can fail. Their names are `worker-1` and `worker-2`.
WORKERS = 2
FILE_WORKER_CONCURRENCY = 2

MOST_WEB_PROCESSES = 8
# Together, however many processes there are: each thread keeps a connection to PostgreSQL.
WEB_THREADS = 32
MOST_THREADS_OF_A_PROCESS, FEWEST_THREADS_OF_A_PROCESS = 16, 4
# Together as well. An email of 25 MB must fit into one process.
BODIES_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True)
class AppProcess:
    name: str
    command: Sequence[str]
    data_dir: DataDir
    environment: Mapping[str, str]
    ready: Callable[[], bool] = field(default=lambda: True)
    stop_signal: signal.Signals = signal.SIGTERM
    log: Path | None = None
    descriptors: Sequence[int] = ()

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
            descriptors=self.descriptors,
        )

    def is_ready(self) -> bool:
        return self.ready()


def web(data_dir: DataDir, environment: Mapping[str, str], host: str, port: int) -> AppProcess:
    """Return a web process that is the only one, and listens by itself."""
    return AppProcess(
        "web",
        ["-m", "core.server", *("--host", host), *("--port", str(port))],
        data_dir,
        environment,
        ready=lambda: is_alive(host, port),
        stop_signal=STOP_WEB,
    )


def web_processes(
    data_dir: DataDir,
    environment: Mapping[str, str],
    sockets: Sequence[socket.socket],
    count: int,
) -> list[AppProcess]:
    """Return `web-1`, `web-2`…, which accept from the same sockets."""
    figures = data_dir.folder("run/metrics")
    environment = {
        **environment,
        "WEB_THREADS": environment.get("WEB_THREADS") or str(threads_of_each(count)),
        "BODIES_MAX_BYTES": os.environ.get("BODIES_MAX_BYTES") or str(BODIES_BYTES // count),
        # They count requests together: any of them may answer `/metrics`.
        "PROMETHEUS_MULTIPROC_DIR": str(figures),
    }
    for file in figures.iterdir():
        file.unlink()
    return [
        _web(f"web-{number}", data_dir, environment, [one.fileno() for one in sockets])
        for number in range(1, count + 1)
    ]


def threads_of_each(count: int) -> int:
    """Return how many requests each of so many web processes works on at the same time."""
    return max(FEWEST_THREADS_OF_A_PROCESS, min(MOST_THREADS_OF_A_PROCESS, WEB_THREADS // count))


def _web(
    name: str, data_dir: DataDir, environment: Mapping[str, str], descriptors: Sequence[int]
) -> AppProcess:
    return AppProcess(
        name,
        [
            *("-m", "core.server"),
            *("--ready-file", str(ready_file(data_dir.path, name))),
            *(word for descriptor in descriptors for word in ("--fd", str(descriptor))),
        ],
        data_dir,
        environment,
        ready=lambda: _is_ready(data_dir, name),
        stop_signal=STOP_WEB,
        descriptors=descriptors,
    )


def workers(data_dir: DataDir, environment: Mapping[str, str]) -> list[AppProcess]:
    """Return two workers of one process each: one prefers messages, the other pushes.

    So no flood of messages holds up the pushes, and no slow push service the messages.
    """
    realtime, notifications, maintenance = QUEUES
    return [
        _worker("worker-1", QUEUES, 1, data_dir, environment),
        _worker("worker-2", (notifications, realtime, maintenance), 1, data_dir, environment),
    ]


def worker(data_dir: DataDir, environment: Mapping[str, str], name: str = "worker") -> AppProcess:
    """Return one worker with a pool of two."""
    return _worker(name, QUEUES, WORKERS, data_dir, environment)


def file_worker(data_dir: DataDir, environment: Mapping[str, str]) -> AppProcess:
    return _worker("worker-files", FILE_QUEUES, FILE_WORKER_CONCURRENCY, data_dir, environment)


def _worker(
    name: str,
    queues: Sequence[str],
    concurrency: int,
    data_dir: DataDir,
    environment: Mapping[str, str],
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
            *("--concurrency", str(concurrency)),
            "--without-gossip",
            "--without-mingle",
        ],
        data_dir,
        # A task that is cut runs again, since its row stays pending. Do not wait for it.
        {**environment, "REMAP_SIGTERM": "SIGQUIT", PROCESS_NAME: name},
        ready=lambda: _is_ready(data_dir, name),
    )


def beat(data_dir: DataDir, environment: Mapping[str, str]) -> AppProcess:
    return AppProcess(
        "beat",
        [
            *("-m", "celery", "--quiet", "-A", "workers.beat", "beat"),
            *("--schedule", str(data_dir.folder("beat") / "schedule")),
            # Beat's own pid file would prevent a start after a kill. `run/beat.pid` does not.
            "--pidfile=",
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


def _is_ready(data_dir: DataDir, name: str) -> bool:
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
