"""0.1.0 is replaced by today's version while people write through nginx, goes back, and forward.

Its table is in deploy/docs/upgrade.md. Run it by `FAULTS=full pytest -s tests/upgrade`.
"""

import json
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from deploy.launcher.ports import free_port
from deploy.launcher.process_group import stop_together
from tests.deploy.nginx_machine import nginx_program, running, written
from tests.upgrade.calls import answers, ask
from tests.upgrade.facts import WITHOUT_A_GAP, WRONG_UNREAD
from tests.upgrade.old_code import Code, CommitMissing, exported
from tests.upgrade.place import Place, new_place
from tests.upgrade.population import CAMILLE
from tests.upgrade.releases import FIRST, database_of, objects_of
from tests.upgrade.writers import Writers
from tests.waiting import until

pytestmark = pytest.mark.long

# In which people write with one version alone.
SECONDS = 8.0
LEAVE_SECONDS = 30
# TimeoutStopSec of the units.
WORKER_LEAVE_SECONDS = 10
SETTLE_SECONDS = 240
MIGRATING = "migrations, 0.1.0 serving"
# nginx passes a server over for so long after it refused a connection (`fail_timeout`).
PASSED_OVER_SECONDS = 2.5
# nginx answers these when a process ended in the middle of a request.
RETRYABLE = {0, 502, 503, 504}


@dataclass
class Machine:
    """Two ports that nginx knows, workers, and which code runs there."""

    place: Place
    ports: tuple[int, int] = field(default_factory=lambda: (free_port(), free_port()))
    webs: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_web(self, code: Code, port: int) -> None:
        environment = self.place.environment
        self.webs[port] = code.start(environment, self.log(code), *code.web_command(port))
        until(lambda: answers(port), f"{code.name} does not answer")

    def stop_web(self, port: int) -> None:
        process = self.webs.pop(port)
        process.terminate()
        process.wait(LEAVE_SECONDS)

    def start_worker(self, code: Code, name: str) -> None:
        words = code.worker_command(name)
        # As the units say.
        environment = self.place.environment | {"REMAP_SIGTERM": "SIGQUIT"}
        self.workers.append(code.start(environment, self.log(code), *words))

    def replace(self, code: Code) -> None:
        """Start the code on the free port before the other process ends; then workers in turns."""
        for port in sorted(self.ports, key=lambda port: port in self.webs):
            if port in self.webs:
                # Until nginx asks the other one again, which was away.
                time.sleep(PASSED_OVER_SECONDS)
                self.stop_web(port)
            self.start_web(code, port)
        for number in range(2):
            leaving = self.workers.pop(0)
            stop_together([(leaving, signal.SIGTERM)], WORKER_LEAVE_SECONDS)
            self.start_worker(code, f"{code.name}-{number}")

    def log(self, code: Code) -> Path:
        return self.place.home / f"{code.name}.log"

    def stop(self) -> None:
        ending = [(process, signal.SIGINT) for process in self.webs.values()]
        stop_together([*ending, *((each, signal.SIGTERM) for each in self.workers)], LEAVE_SECONDS)


@pytest.fixture
def old(home: Path) -> Code:
    try:
        return exported(FIRST, home)
    except CommitMissing:
        pytest.skip(f"this clone has not the commit {FIRST}: fetch the whole history")


@pytest.fixture
def place(home: Path) -> Iterator[Place]:
    with new_place("load", home) as place:
        place.restore(database_of(FIRST))
        place.unpack_objects(objects_of(FIRST))
        yield place


@contextmanager
def nginx_before(machine: Machine, folder: Path) -> Iterator[int]:
    port, (one, two) = free_port(), machine.ports
    changes = {
        "server 172.31.240.11:8000": f"server 127.0.0.1:{one}",
        "server 172.31.240.12:8000": f"server 127.0.0.1:{two}",
        "listen 80;": f"listen 127.0.0.1:{port};",
    }
    with running(nginx_program(), written(folder, "container.conf", changes), port):
        yield port


def test_first_release_is_upgraded_under_load_and_goes_back_and_forward(
    old: Code, place: Place, tmp_path: Path
) -> None:
    now, machine = Code.of_today(), Machine(place)
    writers: Writers | None = None
    chained: list[str] = []
    with nginx_before(machine, tmp_path) as port:
        try:
            machine.start_web(old, machine.ports[0])
            for number in range(2):
                machine.start_worker(old, f"old-{number}")
            token = place.token(CAMILLE)
            listed = ask(port, token, "GET", "/conversations").content["results"]
            threads = [f"/conversations/{each['id']}" for each in listed if not each["archived_at"]]
            writers = Writers(port, token, threads, phase="0.1.0 alone")
            with writers.writing():
                time.sleep(SECONDS)
                writers.phase = MIGRATING
                now.manage(place.environment, "migrate", "--no-input", "--verbosity", "0")
                now.manage(place.environment, "setup_storage", "--verbosity", "0")
                time.sleep(SECONDS)
                for phase, code in {
                    "0.1.0 to now": now,
                    "back to 0.1.0": old,
                    "forward again": now,
                }.items():
                    writers.phase = phase
                    machine.replace(code)
                    time.sleep(SECONDS)
                    if code is old:
                        file_of_old = announced(port, token)
                        change(port, token, threads[0], chained)
                    else:
                        chained.extend(sent(port, token, threads[0]) for _ in range(2))
                file_of_today = announced(port, token)
            until(lambda: is_settled(place), "work is still pending", SETTLE_SECONDS)
            # What 0.1.0 changed has no entry of the chain.
            assert chain_faults(now, place)
            print(now.manage(place.environment, "take_over_chain"))  # noqa: T201
            assert not chain_faults(now, place)
        finally:
            machine.stop()
            print(f"\n{writers.table() if writers else ''}")  # noqa: T201  (for the document)

    assert writers is not None
    kept = dict(place.rows("SELECT id::text, body FROM messaging_message"))
    assert writers.acknowledged.keys() - kept.keys() == set()
    written_bodies = [body for body in kept.values() if body.startswith("Message ")]
    assert len(written_bodies) == len(set(written_bodies))
    assert place.rows(WITHOUT_A_GAP) == place.rows(WRONG_UNREAD) == []
    # The migrations of those days lock several tables, and PostgreSQL ends one of two that wait for
    # each other. What 0.1.0 then answers can be tried again.
    assert {(each.phase, each.status) for each in writers.refused("GET")} <= {(MIGRATING, 503)}
    assert {each.status for each in writers.refused("POST")} <= RETRYABLE
    refusals = [*writers.refused("GET"), *writers.refused("POST")]
    assert all(each.retry_after for each in refusals if each.status == 503)
    assert (file_of_old, file_of_today) == (201, 201)


def sent(port: int, token: str, thread: str) -> str:
    """Send a message; return its path."""
    draft = {"id": str(uuid4()), "body": "Mercredi ?"}
    answer = ask(port, token, "POST", f"{thread}/messages", draft)
    assert answer.status == 201, answer
    return f"{thread}/messages/{draft['id']}"


def change(port: int, token: str, thread: str, messages: list[str]) -> None:
    """Edit one message, delete the other, and read all."""
    edited, deleted = messages
    last = ask(port, token, "GET", thread).content["last_seq"]
    answers = [
        ask(port, token, "PATCH", edited, {"body": "Plutôt jeudi."}),
        ask(port, token, "DELETE", deleted),
        ask(port, token, "PUT", f"{thread}/read", {"seq": last}),
    ]
    assert [each.status for each in answers] == [200, 204, 200]


def chain_faults(code: Code, place: Place) -> list[dict[str, Any]]:
    said = code.manage(place.environment, "verify_chain", "--json", may_find=True)
    faults: list[dict[str, Any]] = json.loads(said)["faults"]
    return faults


def announced(port: int, token: str) -> int:
    """Announce a file; return the status of the answer."""
    file = {"id": str(uuid4()), "name": "plan.pdf", "size": 9, "sha256": "0" * 64}
    return ask(port, token, "POST", "/attachments", file).status


def is_settled(place: Place) -> bool:
    """Tell whether all is told, but for the message that was given up before."""
    waiting = "SELECT 1 FROM messaging_message WHERE fanned_out_at IS NULL AND due_at IS NOT NULL"
    return not place.rows(f"{waiting} LIMIT 1")
