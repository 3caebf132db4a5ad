"""Liaison's own processes: the web, the worker, the beat, and commands that run once."""

import http.client
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from deploy.launcher.data_dir import REPOSITORY, Home
from deploy.launcher.process_group import spawn
from deploy.launcher.worker_ready import ready_file

QUEUES = ("realtime", "notifications", "attachments", "maintenance")
WORKER_CONCURRENCY = 2


@dataclass(frozen=True)
class Program:
    name: str
    command: Sequence[str]
    home: Home
    environment: Mapping[str, str]
    ready: Callable[[], bool] = field(default=lambda: True)
    stop_signal: signal.Signals = signal.SIGTERM
    log: Path | None = None

    @property
    def pid_file(self) -> Path:
        return self.home.path / "run" / f"{self.name}.pid"

    def start(self) -> subprocess.Popen[bytes]:
        return spawn(
            self.pid_file,
            [sys.executable, *self.command],
            # Lines at once, not when a buffer is full: they are read by someone who waits.
            environment={**self.environment, "PYTHONUNBUFFERED": "1"},
            stop_signal=self.stop_signal,
            folder=REPOSITORY,
        )

    def is_ready(self) -> bool:
        return self.ready()


def web(home: Home, environment: Mapping[str, str], host: str, port: int) -> Program:
    return Program(
        "web",
        [
            "-m",
            "uvicorn",
            "core.asgi:application",
            *("--host", host),
            *("--port", str(port)),
            *("--lifespan", "off"),
            *("--timeout-graceful-shutdown", "5"),
        ],
        home,
        environment,
        ready=lambda: _is_alive(host, port),
    )


def worker(home: Home, environment: Mapping[str, str]) -> Program:
    return Program(
        "worker",
        [
            # Said by Celery at each start when a first try is root's, who owns these files.
            *("-W", "ignore:You're running the worker with superuser privileges"),
            *("-m", "celery", "--quiet", "-A", "workers.celery", "worker"),
            *("--include", "deploy.launcher.worker_ready"),
            *("--queues", ",".join(QUEUES)),
            *("--concurrency", str(WORKER_CONCURRENCY)),
            "--without-gossip",
            "--without-mingle",
            *("--loglevel", "INFO"),
        ],
        home,
        # A task that is cut is owed by its row and runs again: stopping need not wait for it.
        {**environment, "REMAP_SIGTERM": "SIGQUIT"},
        ready=lambda: _has_left_word(home),
    )


def beat(home: Home, environment: Mapping[str, str]) -> Program:
    return Program(
        "beat",
        [
            *("-m", "celery", "--quiet", "-A", "workers.celery", "beat"),
            *("--schedule", str(home.folder("beat") / "schedule")),
            # Its own pid file would refuse a start after a kill; `run/beat.pid` does not.
            "--pidfile=",
            *("--loglevel", "WARNING"),
        ],
        home,
        environment,
    )


def command(home: Home, environment: Mapping[str, str], *words: str) -> Program:
    """One `manage.py` command that runs to its end."""
    return Program(words[0], [str(REPOSITORY / "manage.py"), *words], home, environment)


def reachable_host(host: str) -> str:
    """Where to call a server that listens on `host`, which may mean every address."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not address.is_unspecified:
        return host
    return "127.0.0.1" if address.version == 4 else "::1"


def _has_left_word(home: Home) -> bool:
    word = ready_file(home.path)
    return word.exists() and word.read_text() == (home.path / "run" / "worker.pid").read_text()


def _is_alive(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(reachable_host(host), port, timeout=2)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
