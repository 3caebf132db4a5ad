"""The product as `manage.py up` starts it: measured from outside, whatever its processes are."""

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.launcher import app_processes
from deploy.launcher.data_dir import REPOSITORY
from deploy.launcher.ports import free_port
from tests.bench import processor
from tests.bench.servers import HOST, CouldNotMeasure

READY = "Liaison is ready"
READY_SECONDS = 120
STOP_SECONDS = 30
OUTBOX_SECONDS = 60
# A pid file is named for its process: `web`, or `web-2` among several.
PART = re.compile(r"[a-z0-9]+")
PARTS = ("web", "worker", "beat", "postgres", "valkey", "s3")
ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
    "DEBUG": "false",
    "HTTPS": "false",
    "HOST": HOST,
    "JWT_DEVELOPMENT_ISSUER": "true",
    "LOG_LEVEL": "WARNING",
    # Emails are composed and dropped.
    "EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
    # No limit: one person sends as fast as possible.
    "MESSAGES_PER_MINUTE": "1000000000",
}
SERVICES = ("DATABASE_URL", "REDIS_URL", "S3_ENDPOINT_URL")


@dataclass(frozen=True)
class Spent:
    """What some work took: seconds by the clock, and of the processors by part of the product."""

    seconds: float
    parts: Mapping[str, float]

    def of(self, *parts: str) -> float:
        return sum(self.parts.get(part, 0.0) for part in parts)

    @property
    def together(self) -> float:
        return sum(self.parts.values())


class Product:
    """A data directory, and the launcher that runs on it. `start` waits for its ready line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.launcher: subprocess.Popen[bytes] | None = None
        self.start_seconds = 0.0
        inherited = {k: v for k, v in os.environ.items() if k not in (*SERVICES, "SECRET_KEY")}
        self.environment = {
            **inherited, **ENVIRONMENT, "LIAISON_HOME": str(folder), "PORT": str(self.port),
        }  # fmt: skip

    @property
    def log(self) -> Path:
        return self.folder / "log" / "up.log"

    def start(self, python: str = sys.executable, **changed: str) -> None:
        """Start it by this interpreter, with changed variables, until it is ready."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        began = time.monotonic()
        with self.log.open("wb") as output:
            self.launcher = subprocess.Popen(
                [python, "manage.py", "up"],
                cwd=REPOSITORY,
                env={**self.environment, **changed},
                stdout=output,
                stderr=output,
            )
        while READY not in self.log.read_text():
            if self.launcher.poll() is not None or time.monotonic() > began + READY_SECONDS:
                raise CouldNotMeasure(self.log.read_text()[-2000:])
            time.sleep(0.05)
        self.start_seconds = time.monotonic() - began

    def stop(self) -> None:
        if self.launcher is not None:
            self.launcher.terminate()
            self.launcher.wait(STOP_SECONDS)
            self.launcher = None

    def manage(self, *arguments: str) -> None:
        """Run a command of `manage.py` beside the running product."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=REPOSITORY,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise CouldNotMeasure(done.stdout + done.stderr)

    def services(self) -> dict[str, str]:
        """Return the variables that name the running services."""
        words = shlex.split((self.folder / "services.env").read_text(), comments=True)
        return dict(word.split("=", 1) for word in words)

    # --- Its processes

    def pids(self) -> dict[str, list[int]]:
        """Return the running processes of each part, without their children."""
        found: dict[str, list[int]] = defaultdict(list)
        for file in sorted((self.folder / "run").glob("*.pid")):
            part, pid = PART.match(file.stem), _pid_of(file)
            if part and part[0] in PARTS and pid:
                found[part[0]].append(pid)
        return dict(found)

    def spent(self, work: Callable[[], object]) -> Spent:
        before, began = self._processors(), time.monotonic()
        work()
        seconds, after = time.monotonic() - began, self._processors()
        return Spent(seconds, {part: after[part] - before.get(part, 0.0) for part in after})

    def _processors(self) -> dict[str, float]:
        return {part: sum(map(processor.seconds, pids)) for part, pids in self.pids().items()}

    @contextmanager
    def frozen(self, *parts: str) -> Iterator[None]:
        """Hold parts of the product still, so that they take nothing from what is measured."""
        held = [
            pid
            for part, pids in self.pids().items()
            if part in parts
            for pid in processor.with_descendants(pids)
        ]
        for pid in held:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in held:
                os.kill(pid, signal.SIGCONT)

    # --- Its load

    def load(self, **asked: Any) -> dict[str, Any]:
        """Run `tests.bench.load` with these keywords as a process, and return its result."""
        asked = {"host": HOST, "port": self.port, **asked}
        result = subprocess.run(
            [sys.executable, "-m", "tests.bench.load"],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            cwd=REPOSITORY,
            timeout=600,
            check=False,
        )
        if result.returncode:
            raise CouldNotMeasure(result.stderr[-2000:])
        said: dict[str, Any] = json.loads(result.stdout)
        return said

    @contextmanager
    def outbox(
        self, callers: list[dict[str, Any]], per_second: float | None, *, port: int | None = None
    ) -> Iterator[dict[str, Any]]:
        """Let `tests.bench.outbox` send during the block; its result is there after it."""
        asked = {
            "host": HOST, "port": port or self.port, "callers": callers, "per_second": per_second,
        }  # fmt: skip
        sending = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.outbox"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=REPOSITORY,
        )
        assert sending.stdin is not None
        sending.stdin.write(json.dumps(asked) + "\n")
        sending.stdin.flush()
        said: dict[str, Any] = {}
        try:
            yield said
            output, _ = sending.communicate(timeout=OUTBOX_SECONDS)
            said.update(json.loads(output))
        finally:
            sending.kill()
            sending.wait()

    def is_alive(self) -> bool:
        return app_processes.is_alive(HOST, self.port)


def _pid_of(file: Path) -> int | None:
    text = file.read_text().strip()
    return int(text) if text.isdecimal() and Path(f"/proc/{text}").exists() else None
