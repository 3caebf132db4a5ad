"""People send messages through nginx while the web processes are replaced, and one is killed.

Where nginx is not installed, this says so and skips.
"""

import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings

from core.auth.jwt_tokens import issue_development_token
from core.models import User
from deploy.launcher.data_dir import REPOSITORY, DataDir
from deploy.launcher.ports import free_port
from deploy.launcher.web_restart import WebRestart
from messaging.models import Conversation, Message
from tests.deploy.nginx_machine import nginx_program, running, written
from tests.deploy.web_alone import COUNT
from tests.site import address_of_test_database
from tests.waiting import until

CALLERS = 8
# Each caller pauses after an answer, so that two processors can also start a process.
PAUSE_SECONDS = 0.15
# A connection that nginx kept to the killed process: it learns of its end in its next turn.
TURN_SECONDS = 0.05


@dataclass(frozen=True)
class Sending:
    began: float
    ended: float
    # 0: the connection broke.
    status: int


@dataclass
class Callers:
    """People who write one message after the other, and send one again until it was taken."""

    port: int
    path: str
    token: str
    sendings: list[Sending] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    stop: threading.Event = field(default_factory=threading.Event)

    @contextmanager
    def calling(self) -> Iterator[None]:
        threads = [threading.Thread(target=self._call) for _ in range(CALLERS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stop.set()
            for thread in threads:
                thread.join()

    def others(self) -> list[Sending]:
        """Return the sendings that were not answered by 2xx."""
        return [sending for sending in self.sendings if sending.status not in (200, 201)]

    def _call(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        while not self.stop.is_set():
            draft = str(uuid4())
            while self._send(connection, draft) not in (200, 201):
                if self.stop.is_set():
                    return
            self.taken.add(draft)
            time.sleep(PAUSE_SECONDS)
        connection.close()

    def _send(self, connection: http.client.HTTPConnection, draft: str) -> int:
        began, status = time.monotonic(), 0
        try:
            connection.request(
                "POST", self.path, json.dumps({"id": draft, "body": "Le code est 4512."}),
                {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"},
            )  # fmt: skip
            answer = connection.getresponse()
            answer.read()
            status = answer.status
        except (OSError, http.client.HTTPException):
            connection.close()
        self.sendings.append(Sending(began, time.monotonic(), status))
        return status


@pytest.fixture
def web_port(data_dir: DataDir, transactional_db: None) -> Iterator[int]:
    port = free_port()
    with (data_dir.path / "output").open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.deploy.web_alone", str(port)],
            cwd=REPOSITORY,
            env={
                **os.environ,
                "DATABASE_URL": address_of_test_database(),
                "LIAISON_HOME": str(data_dir.path),
                "MESSAGES_PER_MINUTE": "100000",
            },
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        until(lambda: all(is_ready(data_dir, n) for n in range(1, COUNT + 1)), "not ready")
        yield port
    finally:
        process.terminate()
        process.wait(30)


def is_ready(data_dir: DataDir, number: int) -> bool:
    ready, pid = ((data_dir.path / "run" / f"web-{number}.{kind}") for kind in ("ready", "pid"))
    return ready.exists() and ready.read_text() == pid.read_text() != ""


def pid_of(data_dir: DataDir, number: int) -> int:
    return int((data_dir.path / "run" / f"web-{number}.pid").read_text() or 0)


def test_messages_are_sent_while_the_web_is_replaced_twice_and_one_process_is_killed(
    web_port: int, data_dir: DataDir, tmp_path: Path, camille: User, conversation: Conversation
) -> None:
    nginx_port, pids = free_port(), {pid_of(data_dir, n) for n in range(1, COUNT + 1)}
    changes = {
        "server 172.31.240.11:8000": f"server 127.0.0.1:{web_port}",
        "server 172.31.240.12:8000 fail_timeout=1s;": "",
        "listen 80;": f"listen 127.0.0.1:{nginx_port};",
    }
    site = written(tmp_path, "container.conf", changes)
    path = f"/api/v1/conversations/{conversation.pk}/messages"
    token = issue_development_token(camille)
    # The web has a folder of its own.
    shutil.copy(settings.LIAISON_HOME / "development-issuer.pem", data_dir.path)
    callers = Callers(nginx_port, path, token)
    with running(nginx_program(), site, nginx_port), callers.calling():
        until(lambda: len(callers.taken) > CALLERS, "nobody gets an answer")

        for _ in range(2):
            assert WebRestart(data_dir).ask() == ""
            pids |= {pid_of(data_dir, n) for n in range(1, COUNT + 1)}

        assert len(pids) == 3 * COUNT
        assert callers.others() == []

        sent_before = len(callers.taken)
        os.kill(pid_of(data_dir, 1), signal.SIGKILL)
        killed_at = time.monotonic()
        until(lambda: pid_of(data_dir, 1) not in pids and is_ready(data_dir, 1), "web-1 is away")

    broken = callers.others()
    assert all(sending.began < killed_at + TURN_SECONDS for sending in broken)
    assert len(broken) <= CALLERS
    assert len(callers.taken) > sent_before
    assert {str(pk) for pk in Message.objects.values_list("pk", flat=True)} == callers.taken
    # Whichever process answers, it counts those that have ended too.
    answered = [sending for sending in callers.sendings if sending.status == 201]
    assert sent_messages(web_port) >= len(answered)


def sent_messages(web_port: int) -> float:
    """Return how many messages were sent, as `/metrics` counts them."""
    connection = http.client.HTTPConnection("127.0.0.1", web_port, timeout=30)
    connection.request("GET", "/metrics")
    text = connection.getresponse().read().decode()
    connection.close()
    (count,) = re.findall(
        r'^liaison_http_requests_total\{method="POST",route="[^"]*messages",status="201"\} (\S+)$',
        text, re.MULTILINE,
    )  # fmt: skip
    return float(count)
