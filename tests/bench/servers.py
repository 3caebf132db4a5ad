"""The measured processes: a real web server and a real worker."""

import http
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from deploy.launcher import app_processes
from deploy.launcher.app_processes import AppProcess
from deploy.launcher.data_dir import REPOSITORY, DataDir
from deploy.launcher.ports import free_port
from deploy.launcher.process_group import spawn, stop_together
from tests.bench import processor

READY_SECONDS = 30
STOP_SECONDS = 10
HOST = "127.0.0.1"
CREATED = http.HTTPStatus.CREATED.value
OK = http.HTTPStatus.OK.value


class CouldNotMeasure(Exception):
    """Something did not start or did not answer as it should."""


@dataclass(frozen=True)
class Spent:
    """The time that some work took, by the clock and of the processors."""

    seconds: float
    web_seconds: float
    postgres_seconds: float
    worker_seconds: float


class Machine:
    """A web server, and the workers once `start_worker` was called."""

    def __init__(self, data_dir: DataDir) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.programs: dict[str, tuple[AppProcess, subprocess.Popen[bytes]]] = {}
        self.postgres_pid = int((data_dir.path / "run" / "postgres.pid").read_text())

    def __enter__(self) -> "Machine":
        (self.data_dir.path / "static").mkdir()
        self.start(app_processes.web(self.data_dir, os.environ, HOST, self.port))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        stop_together(
            [(process, program.stop_signal) for program, process in self.programs.values()],
            STOP_SECONDS,
        )

    def start_worker(self) -> None:
        """Start the workers if they do not run."""
        if "worker" not in self.programs:
            self.start(app_processes.worker(self.data_dir, os.environ))
            self.start(app_processes.file_worker(self.data_dir, os.environ))

    def stop_worker(self) -> None:
        self.stop("worker", "worker-files")

    def restart_web(self) -> None:
        """Start the web again, by the environment of now."""
        self.stop("web")
        self.start(app_processes.web(self.data_dir, os.environ, HOST, self.port))

    def pid_of(self, name: str) -> int:
        return self.programs[name][1].pid

    def stop(self, *names: str) -> None:
        started = [self.programs.pop(name) for name in names]
        stop_together(
            [(process, program.stop_signal) for program, process in started], STOP_SECONDS
        )

    def load(self, **asked: Any) -> dict[str, Any]:
        """Run `tests.bench.load` with these keywords as a process, and return its result."""
        result = subprocess.run(
            [sys.executable, "-m", "tests.bench.load"],
            input=json.dumps({"host": HOST, "port": self.port, **asked}),
            capture_output=True,
            text=True,
            cwd=REPOSITORY,
            timeout=120,
            check=False,
        )
        if result.returncode:
            raise CouldNotMeasure(result.stderr[-2000:])
        said: dict[str, Any] = json.loads(result.stdout)
        return said

    def spent(self, work: Callable[[], None], *, web: str = "web") -> Spent:
        """Run `work` and return the time that it took; `web` is the name of the web process."""
        before, began = self._processors(web), time.monotonic()
        work()
        seconds = time.monotonic() - began
        after = self._processors(web)
        return Spent(seconds, *(now - then for now, then in zip(after, before, strict=True)))

    def _processors(self, web: str) -> tuple[float, float, float]:
        return (
            processor.seconds(self.programs[web][1].pid),
            processor.seconds(self.postgres_pid),
            processor.seconds(self.programs["worker"][1].pid) if "worker" in self.programs else 0.0,
        )

    def start(self, program: AppProcess) -> None:
        log = self.data_dir.path / "log" / f"{program.name}.log"
        with log.open("ab") as output:
            process = spawn(
                program.pid_file,
                [sys.executable, *program.command],
                environment=program.environment,
                stop_signal=program.stop_signal,
                output=output,
                folder=REPOSITORY,
            )
        self.programs[program.name] = program, process
        wait_for(program.is_ready, process, log)


def wait_for(is_ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise CouldNotMeasure(log.read_text()[-2000:])
        time.sleep(0.05)
