"""The sample portal as a process, started by its one command."""

import http.client
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bundles import ROOT
from tests.site import Site
from tests.waiting import until

READY = "The portal is ready"
# What is installed stays as it is.
MAKE = ["make", "-o", ".venv/dev.stamp", "-o", "node_modules/.stamp"]
# Three commands of Django, on a machine that is busy.
START_SECONDS = 120


@dataclass
class Portal:
    """The sample, as its one command starts it."""

    site: Site
    home: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def stored(self) -> Any:
        return json.loads((self.home / "sample-portal/portal.json").read_text())

    @property
    def said(self) -> str:
        return (self.home / "output").read_text()

    @property
    def has_ended(self) -> bool:
        return self.process is None or self.process.poll() is not None

    def start(self, **environment: str) -> None:
        self.run(**environment)
        until(lambda: READY in self.said or self.has_ended, "it does not start", START_SECONDS)
        assert READY in self.said, self.said

    def run(self, **environment: str) -> None:
        with (self.home / "output").open("wb") as output:
            self.process = subprocess.Popen(
                [*MAKE, "-o", "package", f"PYTHON={sys.executable}", "sample-portal"],
                cwd=ROOT,
                env={**self.site.environment, "LIAISON_HOME": str(self.home), **environment},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def ended_with(self) -> int:
        assert self.process
        return self.process.wait(START_SECONDS)

    def stop(self) -> None:
        if self.process and not self.has_ended:
            os.killpg(self.process.pid, signal.SIGTERM)
            self.process.wait(10)

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("POST", path, body, headers)
            return connection.getresponse().status
        finally:
            connection.close()


def make_package() -> None:
    """Make the package of the elements, of the sources as they are now."""
    made = subprocess.run([*MAKE, "package"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
