"""Each command of brokers-and-poolers.md is run, with Debian's RabbitMQ and PgBouncer."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from deploy.launcher.data_dir import DataDir
from deploy.launcher.process_group import stop_together
from deploy.launcher.service_types import EmbeddedService
from tests import pgbouncer, rabbitmq
from tests.pgbouncer import PgBouncer
from tests.rabbitmq import PLACES, RabbitMQ
from tests.site import ROOT, address_of_test_database
from tests.waiting import until

PAGE = (ROOT / "deploy" / "docs" / "brokers-and-poolers.md").read_text()
# Its installations are those of the machine, and nginx's part is in tests/faults/test_hosts.py.
NOT_HERE = ("apt-get install", "systemctl restart", "upstream liaison")
BLOCKS = re.findall(r"^```(sh|ini|console|nginx)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
RABBITMQ_PART = PAGE.split("## RabbitMQ\n")[1].split("## PgBouncer\n")[0]

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Follower:
    """Runs the blocks of the page one after the other, and keeps the settings of its lines."""

    # What stands in the page, and what it is here.
    here: dict[str, str]
    environment: dict[str, str] = field(default_factory=dict)

    def follow(self, beginning: str) -> str:
        """Run the block that begins so; return what it printed."""
        [(language, text)] = [block for block in BLOCKS if block[1].startswith(beginning)]
        for there, here in self.here.items():
            text = text.replace(there, here)
        if language == "ini":
            self.environment |= dict(line.split("=", 1) for line in text.splitlines())
            return ""
        expected = ""
        if language == "console":
            text, _, expected = text.removeprefix("$ ").partition("\n")
        printed = self.run("bash", "-euc", text)
        assert not expected or printed.strip() == expected.strip()
        return printed

    def run(self, *command: str) -> str:
        done = subprocess.run(
            command, cwd=ROOT, env={**os.environ, **self.environment},
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@contextmanager
def running(service: EmbeddedService) -> Iterator[None]:
    process = service.start()
    try:
        until(service.is_ready, f"{service.name} does not start")
        yield
    finally:
        stop_together([(process, service.stop_signal)], 15)


def data_dir_in(folder: Path) -> DataDir:
    data_dir = DataDir(folder)
    data_dir.create()
    return data_dir


FOLLOWED = [
    "rabbitmqctl add_vhost", "CELERY_BROKER_URL", "$ rabbitmqctl list_queues", "for queue in",
    "$ .venv/bin/python manage.py database_limits", "cp deploy/pgbouncer", "DATABASE_URL",
    "DATABASE_POOLER= ",
]  # fmt: skip


def test_each_block_of_the_page_is_followed_or_named() -> None:
    beginnings = [text for _, text in BLOCKS if not text.startswith(NOT_HERE)]

    assert len(beginnings) == len(FOLLOWED)
    assert all(map(str.startswith, beginnings, FOLLOWED))


class TestRabbitMQ:
    @pytest.fixture
    def server(self, tmp_path: Path) -> Iterator[RabbitMQ]:
        if rabbitmq.rabbitmq_program() is None:
            pytest.skip(rabbitmq.MISSING)
        server = RabbitMQ(data_dir_in(tmp_path))
        try:
            with running(server):
                yield server
        finally:
            server.end()

    def test_page_leads_to_quorum_queues(self, server: RabbitMQ, tmp_path: Path) -> None:
        port = str(urlsplit(server.url).port)
        page = Follower({"5672": port}, {**server.own_environment, "PATH": PLACES})

        page.follow("rabbitmqctl add_vhost")
        page.follow("CELERY_BROKER_URL")
        for _ in range(2):
            with worker(page.environment, tmp_path / "worker.log"):
                until(lambda: self.has_queues(server), "the worker declares no queues")
            page.follow("$ rabbitmqctl list_queues")
            page.follow("for queue in")
            assert not self.has_queues(server)

    def has_queues(self, server: RabbitMQ) -> bool:
        listed = server.tool("list_queues", "--vhost", "liaison", "--quiet", "name")
        return "maintenance" in listed and "webhooks" in listed


@contextmanager
def worker(environment: dict[str, str], log: Path) -> Iterator[None]:
    queues = "realtime,notifications,attachments,webhooks,maintenance"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "celery", "-A", "workers.celery", "worker"),
                *("--concurrency", "1", "--without-gossip", "--without-mingle", "-Q", queues),
            ],
            cwd=ROOT,
            env={**os.environ, **environment, "DATABASE_URL": address_of_test_database()},
            stdout=output,
            stderr=output,
        )
    try:
        yield
    finally:
        process.terminate()
        process.wait(30)


class TestPgBouncer:
    @pytest.fixture
    def pooler(self, tmp_path_factory: pytest.TempPathFactory) -> PgBouncer:
        if pgbouncer.pgbouncer_program() is None:
            pytest.skip(pgbouncer.MISSING)
        if os.environ.get("DATABASE_POOLER"):
            pytest.skip("this run has a pooler of its own")
        folder = tmp_path_factory.mktemp("pgbouncer")
        return PgBouncer(data_dir_in(folder), address_of_test_database())

    def test_page_leads_to_a_database_with_limits(self, pooler: PgBouncer) -> None:
        direct = urlsplit(address_of_test_database())
        pooled = urlsplit(pooler.environment["DATABASE_URL"])
        page = Follower(
            {
                "change-me-postgres": str(direct.password),
                "127.0.0.1:5432/liaison": f"127.0.0.1:{direct.port}{direct.path}",
                "127.0.0.1:6432/liaison": f"127.0.0.1:{pooled.port}{pooled.path}",
                "/etc/pgbouncer": str(pooler.folder),
                ".venv/bin/python": sys.executable,
            },
            {"DATABASE_URL": address_of_test_database()},
        )

        try:
            page.follow("$ .venv/bin/python manage.py database_limits")
            page.follow("cp deploy/pgbouncer")
            page.follow("DATABASE_URL")
            with running(pooler):
                page.follow("DATABASE_POOLER= ")
                page.run(sys.executable, "manage.py", "check", "--database", "default")
                assert limits_at(page.environment["DATABASE_URL"]) == ("15s", "5s", "30s")
        finally:
            take_limits_away(address_of_test_database())
        assert limits_at(address_of_test_database()) == ("0", "0", "0")


def limits_at(url: str) -> tuple[str, ...]:
    with psycopg.connect(url) as connected:
        row = connected.execute(
            "SELECT current_setting('statement_timeout'), current_setting('lock_timeout'),"
            " current_setting('idle_in_transaction_session_timeout')"
        ).fetchone()
    assert row is not None
    return tuple(row)


def take_limits_away(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connected:
        connected.execute(
            f'ALTER ROLE CURRENT_USER IN DATABASE "{connected.info.dbname}" RESET ALL'.encode()
        )
