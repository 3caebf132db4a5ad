"""The product as processes that a test may kill: PostgreSQL, Valkey, a web process and workers.

A test that kills a process starts it again, as a supervisor would.
"""

import http.client
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg

from deploy.embedded.postgres import Postgres
from deploy.embedded.valkey import Valkey
from deploy.launcher.data_dir import DataDir
from deploy.launcher.ports import free_port
from deploy.launcher.process_group import is_gone, stop_together
from deploy.launcher.service_types import EmbeddedService
from tests.chosen_services import BROKER, POOLER, chosen_services
from tests.commands import children_of, unmeasured
from tests.faults.phone import Phone
from tests.rabbitmq import RabbitMQ
from tests.waiting import until

ROOT = Path(__file__).resolve().parent.parent.parent
# Each has one pool process. Three in a full run, whose kills follow each other faster than a worker
# starts.
WORKERS = 3 if os.environ.get("FAULTS") == "full" else 2
CONVERSATIONS = 8


class System:
    """Services, web and workers, with data for a test. Keywords of it are environment variables."""

    def __init__(
        self, folder: Path, broker: str = BROKER, pooler: str = POOLER, **variables: str
    ) -> None:
        self.variables = variables
        self.data_dir = DataDir(folder)
        self.data_dir.create()
        self.services: dict[str, EmbeddedService] = {
            "postgres": Postgres(self.data_dir),
            "valkey": Valkey(self.data_dir),
        }
        self.postgres_url = self.services["postgres"].environment["DATABASE_URL"]
        chosen = chosen_services(self.data_dir, self.postgres_url, broker, pooler)
        self.services |= {service.name: service for service in chosen}
        self.broker = broker or "valkey"
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.port = free_port()
        self.phone = Phone()
        self.lasting = ExitStack()
        self.environment: dict[str, str] = {}
        self.prepared: dict[str, Any] = {}
        # Spans of Unix time without PostgreSQL or without any worker: no work can be done then.
        self.away: list[tuple[float, float]] = []
        self.killed_at: dict[str, float] = {}

    # --- Starting and ending

    def start(self) -> None:
        self.lasting.enter_context(self.phone.on(self.call))
        self.environment = self._environment()
        for name in self.services:
            self.start_service(name)
        browser = self.phone.browser()
        device = json.dumps({"endpoint": browser.endpoint, **browser.keys})
        # Migrations go past the pooler.
        answer = self._run(
            "-m", "tests.faults.prepare", str(CONVERSATIONS), device,
            DATABASE_URL=self.postgres_url, DATABASE_POOLER="",
        )  # fmt: skip
        if "pgbouncer" in self.services:
            self._run("manage.py", "database_limits")
            # Only its new connections have them.
            self.kill("pgbouncer")
            self.start_service("pgbouncer")
        self.prepared = json.loads(answer)
        self.start_web()
        for number in range(WORKERS):
            self.start_worker(number)
        until(lambda: self.workers_alive() == WORKERS, "the workers do not start")

    def stop(self) -> None:
        self.lasting.close()
        for process in self.processes.values():
            # A frozen process handles no other signal.
            process.send_signal(signal.SIGCONT)
        mine = [(p, signal.SIGTERM) for n, p in self.processes.items() if n not in self.services]
        stop_together(mine, 15)
        services = ((self.processes.get(name), s) for name, s in self.services.items())
        theirs = [(process, s.stop_signal) for process, s in services if process]
        stop_together(theirs, 5)
        for service in self.services.values():
            if isinstance(service, RabbitMQ):
                service.end()

    def start_service(self, name: str) -> None:
        service = self.services[name]
        until(lambda: is_gone(service.pid_file), f"the processes of the killed {name} do not end")
        self.processes[name] = service.start()
        until(service.is_ready, f"{name} does not start")
        if name == "postgres" and name in self.killed_at:
            self.away.append((self.killed_at.pop(name), time.time()))

    def start_web(self) -> None:
        self._spawn(
            "web",
            *("core.server", "--port", str(self.port)),
            *("--drain-seconds", "0"),
        )
        until(self.web_answers, "the web process does not answer")

    def start_worker(self, number: int, *options: str) -> None:
        self._spawn(
            f"worker-{number}",
            *("celery", "-A", "workers.celery", "worker", "--concurrency", "1", *options),
            *("--without-gossip", "--without-mingle"),
            *("--hostname", f"faults-{number}@%h"),
            *("-Q", "realtime,notifications,attachments,webhooks,maintenance"),
        )

    # --- Faults

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> None:
        self.killed_at[name] = time.time()
        self.processes[name].send_signal(number)
        self.processes[name].wait(30)

    def kill_child(self, number: int) -> bool:
        """Kill a pool process of a worker. Return False if it has none."""
        children = children_of(self.processes[f"worker-{number}"].pid)
        for pid in children[:1]:
            os.kill(pid, signal.SIGKILL)
        return bool(children)

    @contextmanager
    def without_workers(self) -> Iterator[None]:
        """Record the span from here until a worker is alive again as an absence."""
        began = time.time()
        yield
        until(lambda: self.workers_alive() > 0, "no worker comes back")
        self.away.append((began, time.time()))

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        self.processes[name].send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self.processes[name].send_signal(signal.SIGCONT)

    def revive_workers(self) -> None:
        """Start the workers again that ended by themselves."""
        for number in range(WORKERS):
            if self.processes[f"worker-{number}"].poll() is not None:
                self.start_worker(number)

    def workers_ended(self) -> int:
        return sum(self.processes[f"worker-{n}"].poll() is not None for n in range(WORKERS))

    def revive_services(self) -> None:
        for name in self.services:
            if self.processes[name].poll() is not None:
                self.start_service(name)

    # --- Asking

    def ask(self, sql: str, *values: Any) -> Any:
        """Return the first value of a query."""
        with psycopg.connect(self.postgres_url, connect_timeout=5) as connected:
            row = connected.execute(sql.encode(), values).fetchone()
        return row[0] if row else None

    def workers_alive(self) -> int:
        """Return how many of the started workers have sent a heartbeat in the last 8 seconds."""
        pids = [self.processes[f"worker-{number}"].pid for number in range(WORKERS)]
        return int(
            self.ask(
                "SELECT count(*) FROM workers_workerprocess WHERE stopped_at IS NULL"
                " AND pid = ANY(%s) AND seen_at > now() - interval '8 seconds'",
                pids,
            )
        )

    def messages_of(self, conversation: str) -> dict[str, str]:
        """Return the text of each message of a conversation by message id."""
        with psycopg.connect(self.postgres_url, connect_timeout=5) as connected:
            rows = connected.execute(
                "SELECT id::text, body FROM messaging_message WHERE conversation_id = %s",
                [conversation],
            )
            return dict(rows.fetchall())

    def forget(self, message_id: str) -> None:
        """Make a poisoned message harmless and due again, for the tests that follow."""
        self.ask("DELETE FROM workers_deadletter WHERE subject = %s RETURNING 1", message_id)
        self.ask(
            "UPDATE messaging_message SET due_at = now(), attempts = 0, leased_until = NULL,"
            " body = 'Harmless ' || id WHERE id = %s RETURNING 1",
            message_id,
        )

    def sweeping(self, since: float) -> int | None:
        """Return the number of the worker whose sweeper worked last, None if none has since."""
        worker = self.ask(
            "SELECT worker FROM workers_taskrun WHERE task_id = '' AND outcome = 'succeeded'"
            " AND ended_at > to_timestamp(%s) ORDER BY ended_at DESC LIMIT 1",
            since,
        )
        pid = int(str(worker).rpartition(":")[2]) if worker else None
        numbers = {self.processes[f"worker-{n}"].pid: n for n in range(WORKERS)}
        return None if pid is None else numbers.get(pid)

    def web_answers(self) -> bool:
        try:
            return self.call("GET", "/livez")[0] == 200
        except (OSError, http.client.HTTPException):
            return False

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        who: str = "",
        token: str = "",
        headers: dict[str, str] | None = None,
        timeout: float = 20,
    ) -> tuple[int, Any, dict[str, str]]:
        """Send JSON or bytes. Return the status, the decoded answer and the headers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        headers = {"Content-Type": "application/json", "Connection": "close", **(headers or {})}
        if token or who:
            headers["Authorization"] = f"Bearer {token or self.prepared[who]}"
        try:
            is_raw = body is None or isinstance(body, bytes)
            connection.request(method, path, body if is_raw else json.dumps(body), headers)
            answer = connection.getresponse()
            content = answer.read()
            is_json = "json" in (answer.getheader("Content-Type") or "")
            shown = json.loads(content) if is_json and content else content
            headers_sent = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, shown, headers_sent
        finally:
            connection.close()

    # --- Steps

    def _environment(self) -> dict[str, str]:
        environment = {
            "LOG_LEVEL": "WARNING",
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "core.settings",
            "DEBUG": "true",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "LIAISON_HOME": str(self.data_dir.path),
            "PUBLIC_URL": f"http://127.0.0.1:{self.port}",
            "REALTIME_PREFIX": "faults",
            "MESSAGES_PER_MINUTE": "1000000",
            "PYTHONUNBUFFERED": "1",
        }
        environment |= self.phone.environment
        environment.pop("CELERY_BROKER_URL", None)
        environment.pop("DATABASE_POOLER", None)
        for service in self.services.values():
            environment |= service.environment
        return unmeasured(environment) | self.variables

    def _before(self, name: str) -> list[str]:
        """Return the words before the command of a process."""
        return []

    def _spawn(self, name: str, *arguments: str) -> None:
        self._run_program(name, *self._before(name), sys.executable, "-m", *arguments)

    def _run_program(self, name: str, *command: str) -> None:
        with self.data_dir.log(name).open("ab") as log:
            self.processes[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                # A group of its own, so that the children of a killed worker end with it.
                start_new_session=True,
            )

    def _run(self, *arguments: str, **variables: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env={**self.environment, **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""
