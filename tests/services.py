"""A pytest plugin that starts PostgreSQL, Valkey and S3 for the run (`-p tests.services`).

TEST_BROKER and TEST_POOLER add RabbitMQ and PgBouncer (`tests.chosen_services`).

The main process starts them before Django reads the settings. The workers of xdist inherit their
addresses. A service whose address is already in the environment is not started.
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

from deploy.embedded import embedded_services
from deploy.embedded.postgres import NOT_DURABLE
from deploy.launcher.data_dir import DataDir
from deploy.launcher.process_group import stop_together
from deploy.launcher.service_types import EmbeddedService
from tests.chosen_services import chosen_services

START_SECONDS = 30
STOP_SECONDS = 5
_running = ExitStack()
_processes: dict[str, tuple[EmbeddedService, subprocess.Popen[bytes]]] = {}


# Only a wrapper runs before pytest-django's own hook, which reads the settings.
@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(args: list[str]) -> Generator[None]:
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None and not {"-h", "--help", "-V", "--version"} & set(args):
        _running.enter_context(services_of_the_run())
    separate_workers(worker)
    return (yield)


def pytest_unconfigure() -> None:
    _running.close()


@contextmanager
def services_of_the_run() -> Iterator[None]:
    folder = Path(tempfile.mkdtemp(prefix="liaison-tests-"))
    try:
        data_dir = DataDir(folder)
        data_dir.create()
        os.environ["LIAISON_HOME"] = str(folder)
        # As `manage.py up` sets them.
        os.environ.setdefault("DEBUG", "true")
        os.environ.setdefault("SECRET_KEY", secrets.token_urlsafe(48))
        services = embedded_services(data_dir, os.environ, NOT_DURABLE)
        known = (each.environment.get("DATABASE_URL", "") for each in services)
        database_url = os.environ.get("DATABASE_URL") or next(filter(None, known))
        # For what a pooler cannot do: it shares the session of a dump or a restore with others.
        os.environ["TEST_POSTGRES_URL"] = database_url
        with started([*services, *chosen_services(data_dir, database_url)]):
            yield
    finally:
        shutil.rmtree(folder)


@contextmanager
def started(services: list[EmbeddedService]) -> Iterator[None]:
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
    """Kill a service of the run, and start it again afterwards.

    Only for tests that run alone. Skips the test when the run did not start the service.
    """
    if name not in _processes:
        pytest.skip(f"{name} is an external service: this run may not kill it")
    service, process = _processes[name]
    process.kill()
    process.wait()
    try:
        yield
    finally:
        _processes[name] = (service, service.start())
        wait_until_ready(*_processes[name])


def wait_until_ready(service: EmbeddedService, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not service.is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise pytest.UsageError(
                f"{service.name} does not start:\n{service.log.read_text()[-2000:]}"
            )
        time.sleep(0.05)


def separate_workers(worker: str | None) -> None:
    """Give each worker of xdist its own Valkey database, channel prefix and bucket.

    Published messages reach every database of a server, so they need the prefix. The clean-up
    removes objects without a row in its database, so it needs the bucket.
    """
    number = 0 if worker is None else int(worker.removeprefix("gw")) + 1
    if url := os.environ.get("REDIS_URL"):
        os.environ["REDIS_URL"] = urlsplit(url)._replace(path=f"/{number}").geturl()
    os.environ["REALTIME_PREFIX"] = f"test-{worker or 'main'}:"
    if worker is not None and (bucket := os.environ.get("S3_BUCKET")):
        os.environ["S3_BUCKET"] = f"{bucket}-{worker}"
