"""`manage.py up` as a person starts it."""

import os
import re
import subprocess
import sys
from pathlib import Path

from deploy.launcher.data_dir import REPOSITORY, DataDir
from deploy.launcher.process_group import is_gone
from tests.waiting import until

# Variables that the test run sets for its own processes.
FROM_THE_TESTS = re.compile(
    "DATABASE_URL|REDIS_URL|S3_.*|DEBUG|SECRET_KEY|REALTIME_PREFIX|PYTEST_.*"
)
# The demo data takes time. It is loaded with DEBUG only.
WITHOUT_DEMO = {"DEBUG": "false", "HTTPS": "false"}

# The first start makes a database cluster and the demo data, beside other tests.
START_SECONDS = 120


class Launcher:
    """`manage.py up` with its own data directory and port."""

    def __init__(self, data_dir: DataDir, port: int, **environment: str) -> None:
        self.data_dir = data_dir
        self.port = port
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not FROM_THE_TESTS.fullmatch(name)
            },
            "LIAISON_HOME": str(data_dir.path),
            "PORT": str(port),
            **environment,
        }
        self._output = data_dir.path / "output"
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=REPOSITORY,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def output(self) -> str:
        return self._output.read_text()

    def wait_until_ready(self) -> None:
        until(
            lambda: "Liaison is ready" in self.output or self.has_ended,
            "the launcher is not ready",
            START_SECONDS,
        )
        assert not self.has_ended, self.output

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def pid_of(self, service: str) -> int:
        return int(self.pid_file(service).read_text() or 0)

    def pid_file(self, service: str) -> Path:
        return self.data_dir.path / "run" / f"{service}.pid"

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)

    def survivors(self) -> list[str]:
        pid_files = (self.data_dir.path / "run").glob("*.pid")
        return [pid_file.stem for pid_file in pid_files if not is_gone(pid_file)]
