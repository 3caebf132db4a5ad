"""PostgreSQL, Valkey and S3 for a test run, as a pytest plugin (`-p tests.services`).

The process that owns the run starts them before Django's settings are read, and the workers of
xdist inherit their addresses. A service whose address is in the environment is used as it is.
"""

import os
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy.embedded import services_not_given
from deploy.embedded.postgres import NOT_DURABLE
from deploy.launcher.data_dir import Home
from deploy.launcher.process_group import stop_together
from deploy.launcher.service_types import Service

START_SECONDS = 30
STOP_SECONDS = 5
_running = ExitStack()
_processes: dict[str, tuple[Service, subprocess.Popen[bytes]]] = {}


# A wrapper: the only kind that comes before pytest-django's own hook, which reads the settings.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(args: list[str]) -> Generator[None]:
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None and not {"-h", "--help", "-V", "--version"} & set(args):
        _running.enter_context(services_of_the_run())
    keep_apart(worker)
    return (yield)


def pytest_unconfigure() -> None:
    _running.close()


@contextmanager
def services_of_the_run() -> Iterator[None]:
    folder = Path(tempfile.mkdtemp(prefix="liaison-tests-"))
    try:
        home = Home(folder)
        home.create()
        os.environ["LIAISON_HOME"] = str(folder)
        # As `manage.py up` gives them.
        os.environ.setdefault("DEBUG", "true")
        os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(48))
        with started(services_not_given(home, os.environ, NOT_DURABLE)):
            yield
    finally:
        shutil.rmtree(folder)


@contextmanager
def started(services: list[Service]) -> Iterator[None]:
    try:
        for service in services:
            _processes[service.name] = (service, service.start())
        for service, process in _processes.values():
            wait_until_ready(service, process)
            os.environ.update(service.environment)
        yield
    finally:
        stop_together(
            [(process, service.stop_signal) for service, process in _processes.values()],
            STOP_SECONDS,
        )


@contextmanager
def killed(name: str) -> Iterator[None]:
    """A service of the run dies, and is there again afterwards.

    Only for tests that have the run to themselves, on services that it started.
    """
    if name not in _processes:
        pytest.skip(f"{name} was given to this run, and is not its own to kill")
    service, process = _processes[name]
    process.kill()
    process.wait()
    try:
        yield
    finally:
        _processes[name] = (service, service.start())
        wait_until_ready(*_processes[name])


def wait_until_ready(service: Service, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not service.is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise pytest.UsageError(
                f"{service.name} does not start:\n{service.log.read_text()[-2000:]}"
            )
        time.sleep(0.05)


def keep_apart(worker: str | None) -> None:
    """Give each worker a Valkey database, a prefix and a bucket of its own.

    The prefix too, because published messages reach every database of a server; the bucket,
    because cleaning removes the objects of which one's own database knows nothing.
    """
    number = 0 if worker is None else int(worker.removeprefix("gw")) + 1
    if url := os.environ.get("REDIS_URL"):
        os.environ["REDIS_URL"] = urlsplit(url)._replace(path=f"/{number}").geturl()
    os.environ["REALTIME_PREFIX"] = f"test-{worker or 'main'}:"
    if worker is not None and (bucket := os.environ.get("S3_BUCKET")):
        os.environ["S3_BUCKET"] = f"{bucket}-{worker}"
