"""Run web and worker as real processes, for tests over the network."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from django.db import connection

from core.jobs.enqueue import broker
from deploy.launcher.ports import free_port
from tests.commands import children_of

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 120
STOP_SECONDS = 10


@dataclass
class Site:
    """A running web process and a worker, on the test database."""

    port: int
    logs: Path
    environment: dict[str, str]
    drain_seconds: float = 0.0
    web: subprocess.Popen[bytes] = field(init=False)
    worker: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start_web(self) -> None:
        arguments = [
            "core.server", "--port", str(self.port),
            "--drain-seconds", str(self.drain_seconds),
        ]  # fmt: skip
        self.web = self._spawn("web", arguments)
        self._wait_until(self._web_answers, "the web process does not answer")

    def stop_web(self, *, kill: bool = False) -> None:
        _end(self.web, kill=kill)

    def start_worker(self) -> None:
        self.spawn_worker()
        # Starting takes seconds on a busy machine, which no test should count as its own time.
        self._wait_until(self._worker_answers, "the worker does not answer")

    def spawn_worker(self) -> None:
        """Start a worker without waiting: it may run its first jobs before it answers a ping."""
        arguments = [
            "celery", "-A", "workers.celery", "worker", "--concurrency", "1",
            "--without-gossip", "--without-mingle",
            "-Q", "realtime,notifications,attachments,webhooks,maintenance",
        ]  # fmt: skip
        self.worker = self._spawn("worker", arguments)

    def stop_worker(self, *, kill: bool = False) -> None:
        if self.worker is not None:
            _end(self.worker, kill=kill)
            self.worker = None

    def kill_worker(self) -> None:
        """Kill the worker and its pool process at the same moment, as a power cut does."""
        assert self.worker is not None
        pool = children_of(self.worker.pid)
        self.worker.kill()
        for pid in pool:
            os.kill(pid, signal.SIGKILL)
        self.worker.wait()
        self.worker = None

    def kill_pool_process(self) -> None:
        """Kill the process that does the worker's tasks. The worker starts another one."""
        assert self.worker is not None
        for pid in children_of(self.worker.pid):
            os.kill(pid, signal.SIGKILL)

    def start_stopped_web(self) -> None:
        if self.web.poll() is not None:
            self.start_web()

    def start_what_stopped(self) -> None:
        self.start_stopped_web()
        if self.worker is None or self.worker.poll() is not None:
            self.start_worker()

    def stop(self) -> None:
        self.stop_worker()
        self.stop_web()

    def said_last(self) -> str:
        """Return the ends of the logs, for the message of a failure."""
        return "\n".join(log.read_text()[-3000:] for log in sorted(self.logs.glob("*.log")))

    def _spawn(self, name: str, arguments: list[str]) -> subprocess.Popen[bytes]:
        with (self.logs / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )

    def _web_answers(self) -> bool:
        asking = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
        try:
            asking.request("GET", "/livez")
            return asking.getresponse().status == HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            asking.close()

    def _worker_answers(self) -> bool:
        return bool(broker().control.ping(timeout=0.5))

    def _wait_until(self, condition: Callable[[], bool], complaint: str) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError(f"{complaint}:\n{self.said_last()}")
            time.sleep(0.05)


@pytest.fixture(scope="session")
def running_site(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Start the web process once a run; the tables are emptied between tests.

    A test may leave it stopped, with other settings in mind for the next start. The fixture `site`
    starts it again; a fixture that asks for this one calls `start_stopped_web`.
    """
    site = Site(
        port=free_port(),
        logs=tmp_path_factory.mktemp("site"),
        environment={
            **os.environ,
            "DATABASE_URL": address_of_test_database(),
            "DJANGO_SETTINGS_MODULE": "core.settings",
            "MESSAGES_PER_MINUTE": "100000",
            "LOG_LEVEL": "WARNING",
            # The smallest part that S3 takes, so that a file of several parts need not be large.
            "ATTACHMENT_PART_BYTES": str(5 * 1024 * 1024),
            "PYTHONUNBUFFERED": "1",
        },
    )
    site.environment["PUBLIC_URL"] = site.url
    site.start_web()
    yield site
    site.stop()


@pytest.fixture
def site(
    request: pytest.FixtureRequest, running_site: Site, transactional_db: None
) -> Iterator[Site]:
    """Web and worker on an empty database. Those that do not run are started."""
    running_site.start_what_stopped()
    yield running_site
    if not needs_site(request.node.stash.get(NEXT_TEST, None)):
        # It would run the pending work of the next test's rows.
        running_site.stop_worker()


NEXT_TEST = pytest.StashKey[pytest.Item | None]()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    item.stash[NEXT_TEST] = nextitem


def needs_site(item: pytest.Item | None) -> bool:
    return "site" in getattr(item, "fixturenames", ())


def address_of_test_database(*, past_pooler: bool = False) -> str:
    """Return the address of the database that pytest-django made for this process."""
    given = urlsplit(os.environ["TEST_POSTGRES_URL" if past_pooler else "DATABASE_URL"])
    return given._replace(path="/" + quote(str(connection.settings_dict["NAME"]))).geturl()


def _end(process: subprocess.Popen[bytes], *, kill: bool) -> None:
    if kill:
        process.kill()
    else:
        process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
