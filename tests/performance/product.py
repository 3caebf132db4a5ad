"""The product as it is published: static files collected and compressed, demo data, no DEBUG."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from deploy.launcher.ports import free_port

ROOT = Path(__file__).resolve().parent.parent.parent
START_SECONDS = 180
# Six processes end in turn, which takes longer beside other work.
STOP_SECONDS = 60


class CouldNotStart(Exception):
    """The product did not answer in time, or its demo data was not loaded."""


@contextmanager
def published_product() -> Iterator[str]:
    """Yield the address of a running product; LIAISON_URL names one that runs already."""
    if url := os.environ.get("LIAISON_URL"):
        yield url.rstrip("/")
        return
    with tempfile.TemporaryDirectory(prefix="liaison-published-") as folder:
        port = free_port()
        url = f"http://127.0.0.1:{port}"
        environment = {
            **os.environ, "LIAISON_HOME": folder, "PORT": str(port), "PUBLIC_URL": url,
            "DEBUG": "false", "HTTPS": "false",
        }  # fmt: skip
        with (Path(folder) / "up.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
                preexec_fn=_use_one_processor,
            )
        try:
            _wait_until_ready(url, process, Path(folder) / "up.log")
            _load_demo(environment)
            yield url
        finally:
            process.terminate()
            process.wait(STOP_SECONDS)


def _use_one_processor() -> None:
    """Leave the others to the browser: a phone does not share its processors with the server."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})


def _wait_until_ready(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not _is_ready(url):
        if process.poll() is not None or time.monotonic() > deadline:
            raise CouldNotStart(log.read_text()[-2000:])
        time.sleep(0.2)


def _is_ready(url: str) -> bool:
    connection = HTTPConnection(urlsplit(url).netloc, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _load_demo(environment: dict[str, str]) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "demo", "--force"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise CouldNotStart(done.stderr[-2000:])
