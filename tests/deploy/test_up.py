"""The whole launcher, started as a person starts it."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
import pytest

from deploy.launcher.data_dir import REPOSITORY, Home
from deploy.launcher.ports import free_port
from deploy.launcher.process_group import is_gone
from deploy.up import STOP_PROGRAMS_SECONDS, STOP_SERVICES_SECONDS
from tests.deploy.data_dirs import new_home, until

# What the test run itself gave to its own processes.
FROM_THE_RUN = re.compile("DATABASE_URL|REDIS_URL|S3_.*|DEBUG|SECRET_KEY|REALTIME_PREFIX|PYTEST_.*")
READY = re.compile(r"Liaison is ready: (http://127\.0\.0\.1:\d+/)")
# What a part says goes on, and carries its name.
OF_A_PART = re.compile(r"\w+ +\| ")

# Demo data is for DEBUG only, and takes its time.
WITHOUT_DEMO = {"DEBUG": "false", "HTTPS": "false"}

# The people are what is looked for, not what they say.
SMALL_DEMO = {"DEMO_SIZE": "0.05"}

# The first start makes a database cluster and the demo data, on a machine that tests at once.
START_SECONDS = 120
STOP_SECONDS = 10


class Launcher:
    """`manage.py up` in a home and on a port of its own."""

    def __init__(self, home: Home, port: int, **environment: str) -> None:
        self.home = home
        self.port = port
        self.environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not FROM_THE_RUN.fullmatch(name)
            },
            "LIAISON_HOME": str(home.path),
            "PORT": str(port),
            **environment,
        }
        self._output = home.path / "output"
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                cwd=REPOSITORY,
                env=self.environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def output(self) -> str:
        return self._output.read_text()

    def wait_until_ready(self) -> None:
        until(lambda: "Liaison is ready" in self.output or self.has_ended, START_SECONDS)
        assert not self.has_ended, self.output

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def pid_of(self, part: str) -> int:
        return int(self.pid_file(part).read_text() or 0)

    def pid_file(self, part: str) -> Path:
        return self.home.path / "run" / f"{part}.pid"

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(60)

    def survivors(self) -> list[str]:
        pid_files = (self.home.path / "run").glob("*.pid")
        return [pid_file.stem for pid_file in pid_files if not is_gone(pid_file)]


@pytest.fixture(scope="module")
def running() -> Iterator[Launcher]:
    with new_home() as home:
        launcher = Launcher(home, free_port(), **SMALL_DEMO)
        try:
            launcher.wait_until_ready()
            yield launcher
        finally:
            launcher.stop()


class TestARunningLiaison:
    def test_says_last_that_it_is_ready_and_answers_there(self, running: Launcher) -> None:
        own = [line for line in running.output.splitlines() if not OF_A_PART.match(line)]
        ready = READY.fullmatch(own[-1])

        assert ready, running.output
        assert ready[1] == f"http://127.0.0.1:{running.port}/"
        assert status_of(running.port, "/livez") == 200

    def test_prints_the_demo_logins(self, running: Launcher) -> None:
        for login in ("camille", "bruno", "yanis", "odile", "marc"):
            assert f"{login}@demo.test" in running.output
        assert "chantier-demo" in running.output

    def test_is_found_by_a_command_in_another_terminal(self, running: Launcher) -> None:
        answer = run(
            [sys.executable, "manage.py", "issue_token", "camille@demo.test"],
            running.environment,
        )

        assert answer.returncode == 0, answer.stderr
        assert answer.stdout.count(".") == 2

    def test_refuses_a_second_start(self, running: Launcher) -> None:
        answer = up(running.home)

        assert answer.returncode == 1
        assert one_line(answer).startswith("liaison: Liaison is already running from ")

    @pytest.mark.parametrize("part", ["web", "worker", "beat", "postgres", "valkey", "s3"])
    def test_starts_again_what_was_killed(self, running: Launcher, part: str) -> None:
        first = running.pid_of(part)

        os.kill(first, signal.SIGKILL)

        until(lambda: running.pid_of(part) not in {0, first}, 30)
        until(lambda: status_of(running.port, "/readyz") == 200, 30)


class TestStopping:
    def test_takes_under_ten_seconds_leaves_nothing_and_keeps_the_data(
        self, running: Launcher
    ) -> None:
        """The last of the running one, after all that was killed above."""
        home, port = running.home, running.port
        with psycopg.connect(services_env(home)["DATABASE_URL"]) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 'oui' AS word")

        by_ctrl_c = seconds_of_a_clean_stop(running, signal.SIGINT)

        second = Launcher(home, port, **WITHOUT_DEMO)
        second.wait_until_ready()
        with psycopg.connect(services_env(home)["DATABASE_URL"]) as connection:
            assert connection.execute("SELECT word FROM kept").fetchall() == [("oui",)]

        # A launcher that was killed is no obstacle to the next.
        second.process.kill()
        second.process.wait()

        third = Launcher(home, port, **WITHOUT_DEMO)
        third.wait_until_ready()
        by_term = seconds_of_a_clean_stop(third, signal.SIGTERM)

        # Whatever does not end is killed before; a busy machine delays one stop, a defect both.
        assert STOP_PROGRAMS_SECONDS + STOP_SERVICES_SECONDS < STOP_SECONDS
        assert min(by_ctrl_c, by_term) < STOP_SECONDS


def seconds_of_a_clean_stop(launcher: Launcher, number: signal.Signals) -> float:
    asked_at = time.monotonic()
    launcher.process.send_signal(number)

    assert launcher.process.wait(60) == 0
    seconds = time.monotonic() - asked_at
    assert launcher.survivors() == []
    assert not launcher.home.services_env.exists()
    return seconds


class TestARefusedStart:
    def test_on_a_port_that_is_taken(self, home: Home) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            answer = up(home, PORT=str(taken.getsockname()[1]))

        assert answer.returncode == 1
        assert "is taken: stop what uses it, or choose another with PORT=" in one_line(answer)

    @pytest.mark.parametrize(
        ("variable", "scheme"),
        [("DATABASE_URL", "postgresql"), ("REDIS_URL", "redis"), ("S3_ENDPOINT_URL", "http")],
    )
    def test_with_a_given_service_that_does_not_answer(
        self, home: Home, variable: str, scheme: str
    ) -> None:
        address = f"127.0.0.1:{free_port()}"

        answer = up(home, **{variable: f"{scheme}://user:secret@{address}"})

        assert answer.returncode == 1
        assert f"{variable} is given but {scheme}://{address} does not answer" in one_line(answer)
        assert "secret" not in answer.stderr

    @pytest.mark.parametrize("port", ["http", "0", "70000"])
    def test_with_a_port_that_is_none(self, home: Home, port: str) -> None:
        answer = up(home, PORT=port)

        assert answer.returncode == 1
        assert f"PORT={port} is no port" in one_line(answer)

    def test_with_a_home_that_cannot_be_made(self, home: Home) -> None:
        (home.path / "file").touch()

        answer = up(home, LIAISON_HOME=str(home.path / "file" / "below"))

        assert answer.returncode == 1
        assert "set LIAISON_HOME to a folder of yours" in one_line(answer)


def up(home: Home, **environment: str) -> subprocess.CompletedProcess[str]:
    addresses = {"LIAISON_HOME": str(home.path), "PORT": str(free_port())}
    return run(
        [sys.executable, "manage.py", "up"], {**own_environment(), **addresses, **environment}
    )


def own_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not FROM_THE_RUN.fullmatch(name)}


def run(command: list[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=REPOSITORY,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def one_line(answer: subprocess.CompletedProcess[str]) -> str:
    lines = answer.stderr.splitlines()
    assert len(lines) == 1, answer.stderr
    return lines[0]


def services_env(home: Home) -> dict[str, str]:
    lines = home.services_env.read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def status_of(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()
