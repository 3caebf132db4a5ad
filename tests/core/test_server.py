"""The web process by itself: sockets that it is given, its drain, its end."""

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from core.auth.jwt_tokens import issue_development_token
from core.models import User
from core.server import LINGER_SECONDS
from deploy.launcher.ports import free_port
from tests.site import ROOT, STOP_SECONDS, Site, address_of_test_database
from tests.waiting import until

# Streams are closed within the first second of it.
DRAIN_SECONDS = LINGER_SECONDS + 1.0


@pytest.fixture
def web(transactional_db: None, tmp_path: Path) -> Iterator[Site]:
    site = Site(
        port=free_port(),
        logs=tmp_path,
        environment={
            **os.environ,
            "DATABASE_URL": address_of_test_database(),
            "DJANGO_SETTINGS_MODULE": "core.settings",
        },
        drain_seconds=DRAIN_SECONDS,
    )
    site.start_web()
    yield site
    site.stop_web(kill=True)


def connected(site: Site) -> http.client.HTTPConnection:
    """Return a connection on which a request was answered, and which is kept."""
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    assert said_about_the_connection(connection) is None
    return connection


def said_about_the_connection(connection: http.client.HTTPConnection) -> str | None:
    connection.request("GET", "/livez")
    answer = connection.getresponse()
    assert answer.read() == b"ok"
    return answer.headers["Connection"]


def open_stream(site: Site, person: User) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
    token = issue_development_token(person)
    connection.request("GET", "/api/v1/stream", headers={"Authorization": f"Bearer {token}"})
    stream = connection.getresponse()
    assert stream.readline().startswith(b"retry:")
    return stream


def refuses(site: Site) -> bool:
    try:
        socket.create_connection(("127.0.0.1", site.port), 1).close()
    except ConnectionRefusedError:
        return True
    return False


class TestDrain:
    def test_request_on_a_kept_connection_is_answered_as_the_last_one(self, web: Site) -> None:
        connection = connected(web)

        web.web.terminate()
        until(lambda: refuses(web), "it goes on accepting")

        assert said_about_the_connection(connection) == "close"
        assert web.web.wait(STOP_SECONDS) == 0

    def test_idle_connection_is_left_to_the_proxy_for_a_while_and_then_closed(
        self, web: Site
    ) -> None:
        connection = connected(web)
        began = time.monotonic()

        web.web.terminate()

        assert connection.sock.recv(1) == b""
        assert time.monotonic() - began > LINGER_SECONDS
        assert web.web.wait(STOP_SECONDS) == 0

    def test_streams_are_closed_whole(self, web: Site, camille: User, odile: User) -> None:
        streams = [open_stream(web, person) for person in (camille, odile)]

        web.web.terminate()

        # A cut would raise IncompleteRead.
        assert all(b"epoch" in stream.read() for stream in streams)
        assert web.web.wait(STOP_SECONDS) == 0

    def test_sigint_ends_it_at_once(self, web: Site, camille: User) -> None:
        kept, stream = connected(web), open_stream(web, camille)
        web.web.terminate()
        until(lambda: refuses(web), "it goes on accepting")
        began = time.monotonic()

        web.web.send_signal(signal.SIGINT)

        assert stream.read() is not None
        assert kept.sock.recv(1) == b""
        assert web.web.wait(STOP_SECONDS) == 0
        assert time.monotonic() - began < LINGER_SECONDS


class TestPassedSocket:
    def test_connection_waits_for_the_next_process_while_none_runs(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listening:
            first = start(listening)
            address: tuple[str, int] = listening.getsockname()
            assert status_at(address) == http.client.OK
            first.kill()
            first.wait()

            caller = http.client.HTTPConnection(address[0], address[1], timeout=60)
            caller.request("GET", "/livez")
            second = start(listening)

            assert caller.getresponse().status == http.client.OK
            second.kill()
            second.wait()

    def test_callers_who_come_together_are_shared_among_the_processes(self, tmp_path: Path) -> None:
        ready = [tmp_path / "1", tmp_path / "2"]
        with socket.create_server(("127.0.0.1", 0), backlog=64) as listening:
            processes = [start(listening, "--ready-file", str(file)) for file in ready]
            until(lambda: all(file.exists() for file in ready), "they do not start")
            address: tuple[str, int] = listening.getsockname()
            callers = [socket.create_connection(address) for _ in range(32)]

            until(lambda: sum(map(connections_of, processes)) == 32, "not all are accepted")

            shares = [connections_of(process) for process in processes]
            for process in processes:
                process.kill()
                process.wait()
            for caller in callers:
                caller.close()
            assert min(shares) >= 8

    def test_systemd_is_told_when_it_answers_and_when_it_stops(self, tmp_path: Path) -> None:
        with (
            socket.create_server(("127.0.0.1", 0)) as listening,
            socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told,
        ):
            told.bind(str(tmp_path / "notify"))
            told.settimeout(60)
            process = start(listening, NOTIFY_SOCKET=str(tmp_path / "notify"))

            assert told.recv(100) == b"READY=1"
            process.terminate()

            assert told.recv(100) == b"STOPPING=1"
            assert process.wait(STOP_SECONDS) == 0


def connections_of(process: "subprocess.Popen[bytes]") -> int:
    """Return how many connections of callers a process has."""
    taken = Path(f"/proc/{process.pid}/net/tcp").read_text().splitlines()[1:]
    inodes = {line.split()[9] for line in taken if line.split()[3] == "01"}
    held = set()
    for target in Path(f"/proc/{process.pid}/fd").iterdir():
        name = os.readlink(target)
        if name.startswith("socket:["):
            held.add(name.removeprefix("socket:[").removesuffix("]"))
    return len(held & inodes)


def start(listening: socket.socket, *options: str, **environment: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "-m", "core.server", "--fd", str(listening.fileno()), *options],
        cwd=ROOT,
        env={**os.environ, "SECRET_KEY": settings.SECRET_KEY, **environment},
        pass_fds=[listening.fileno()],
    )


def status_at(address: tuple[str, int]) -> int:
    connection = http.client.HTTPConnection(address[0], address[1], timeout=60)
    try:
        connection.request("GET", "/livez")
        return connection.getresponse().status
    finally:
        connection.close()
