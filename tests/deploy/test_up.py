"""`manage.py up` as a person starts it."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping

import psycopg
import pytest

from deploy.launcher.data_dir import REPOSITORY, DataDir
from deploy.launcher.ports import free_port
from deploy.up import (
    STOP_APP_SECONDS,
    STOP_SERVICES_SECONDS,
    Address,
    app_environment,
    has_superuser,
)
from tests.core.logs.test_processes import lines_of
from tests.deploy.data_dirs import new_data_dir
from tests.deploy.launched import FROM_THE_TESTS, WITHOUT_DEMO, Launcher
from tests.waiting import until

READY = re.compile(r"Liaison is ready: (http://127\.0\.0\.1:\d+/)")
# Services print at any time, behind their names.
LINE_OF_A_SERVICE = re.compile(r"[\w-]+ +\| ")

# The tests need the demo people, not their messages.
SMALL_DEMO = {"DEMO_SIZE": "0.05", "WEB_PROCESSES": "2"}
WEB_PROCESSES = 2

STOP_SECONDS = 10


@pytest.fixture(scope="module")
def running() -> Iterator[Launcher]:
    with new_data_dir() as data_dir:
        launcher = Launcher(data_dir, free_port(), **SMALL_DEMO)
        try:
            launcher.wait_until_ready()
            yield launcher
        finally:
            launcher.stop()


class TestRunningLauncher:
    def test_ready_line_is_the_last_and_its_address_answers(self, running: Launcher) -> None:
        own = [line for line in running.output.splitlines() if not LINE_OF_A_SERVICE.match(line)]
        ready = READY.fullmatch(own[-1])

        assert ready, running.output
        assert ready[1] == f"http://127.0.0.1:{running.port}/"
        assert status_of(running.port, "/livez") == 200

    def test_lines_of_all_services_stand_in_one_column(self, running: Launcher) -> None:
        until(lambda: "worker-files" in running.output, "no line of the worker of files")
        lines = [line for line in running.output.splitlines() if LINE_OF_A_SERVICE.match(line)]

        names = {line.split()[0] for line in lines}
        assert names >= {"prepare", "web-1", "worker-1", "worker-files"}
        assert len({line.index(" | ") for line in lines}) == 1

    def test_demo_logins_are_printed(self, running: Launcher) -> None:
        for login in ("camille", "bruno", "yanis", "odile", "marc"):
            assert f"{login}@demo.test" in running.output
        assert "chantier-demo" in running.output

    def test_admin_is_not_named_while_nobody_can_open_it(self, running: Launcher) -> None:
        assert "/admin/" not in running.output

    def test_command_in_another_terminal_finds_the_services(self, running: Launcher) -> None:
        answer = run(
            [sys.executable, "manage.py", "issue_token", "camille@demo.test"],
            running.environment,
        )

        assert answer.returncode == 0, answer.stderr
        assert answer.stdout.count(".") == 2

    def test_restart_of_the_web_from_another_terminal_replaces_each_process(
        self, running: Launcher
    ) -> None:
        names = [f"web-{number}" for number in range(1, WEB_PROCESSES + 1)]
        first = [running.pid_of(name) for name in names]

        answer = run([sys.executable, "manage.py", "restart_web"], running.environment)

        assert (answer.returncode, answer.stdout) == (0, "The web was restarted.\n"), answer.stderr
        now = [running.pid_of(name) for name in names]
        assert len({*first, *now}) == 2 * WEB_PROCESSES
        assert running.survivors().count("web-1") == 1
        assert status_of(running.port, "/livez") == 200

    def test_second_start_is_refused_by_the_lock(self, running: Launcher) -> None:
        answer = up(running.data_dir)

        assert answer.returncode == 1
        assert one_line(answer).startswith("liaison: Liaison is already running from ")

    @pytest.mark.parametrize("service", ["web-1", "worker-1", "beat", "postgres", "valkey", "s3"])
    def test_killed_service_starts_again(self, running: Launcher, service: str) -> None:
        first = running.pid_of(service)

        os.kill(first, signal.SIGKILL)

        until(lambda: running.pid_of(service) not in {0, first}, "it does not start again", 30)
        until(lambda: status_of(running.port, "/readyz") == 200, "the product is not ready", 30)


class TestStop:
    """Run last: it stops the launcher that the tests above use, and starts it in production."""

    def test_stop_takes_under_ten_seconds_leaves_no_process_and_keeps_the_data(
        self, running: Launcher
    ) -> None:
        data_dir, port = running.data_dir, running.port
        with psycopg.connect(services_env(data_dir)["DATABASE_URL"]) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 'oui' AS word")

        by_ctrl_c = seconds_of_a_clean_stop(running, signal.SIGINT)

        second = Launcher(data_dir, port, **WITHOUT_DEMO)
        second.wait_until_ready()
        with psycopg.connect(services_env(data_dir)["DATABASE_URL"]) as connection:
            assert connection.execute("SELECT word FROM kept").fetchall() == [("oui",)]

        assert "no manager yet: run `manage.py create_manager EMAIL NAME`" in second.output
        make_the_first_manager(second)

        # A killed launcher does not block the next start.
        second.process.kill()
        second.process.wait()

        third = Launcher(data_dir, port, **WITHOUT_DEMO)
        third.wait_until_ready()
        assert "/admin/" in third.output
        by_term = seconds_of_a_clean_stop(third, signal.SIGTERM)

        # A busy machine may delay one stop. A defect delays both.
        assert STOP_APP_SECONDS + STOP_SERVICES_SECONDS < STOP_SECONDS
        assert min(by_ctrl_c, by_term) < STOP_SECONDS


def make_the_first_manager(launcher: Launcher) -> None:
    """Do what the banner of a start in production says."""
    database_url = services_env(launcher.data_dir)["DATABASE_URL"]
    assert not has_superuser(database_url)

    answer = run(
        [sys.executable, "manage.py", "create_manager", "Ada@Exemple.fr", "Ada"],
        launcher.environment,
    )

    assert answer.returncode == 0, answer.stderr
    assert has_superuser(database_url)


def seconds_of_a_clean_stop(launcher: Launcher, number: signal.Signals) -> float:
    asked_at = time.monotonic()
    launcher.process.send_signal(number)

    assert launcher.process.wait(60) == 0
    seconds = time.monotonic() - asked_at
    assert launcher.survivors() == []
    assert not launcher.data_dir.services_env.exists()
    return seconds


def test_restart_of_the_web_without_a_launcher_says_so(data_dir: DataDir) -> None:
    answer = run(
        [sys.executable, "manage.py", "restart_web"],
        {**own_environment(), "LIAISON_HOME": str(data_dir.path)},
    )

    assert answer.returncode == 1
    assert "nothing runs from" in one_line(answer)


class TestJsonLog:
    def test_each_line_is_one_json_object(self, data_dir: DataDir) -> None:
        launcher = Launcher(data_dir, free_port(), LOG_FORMAT="json", **WITHOUT_DEMO)
        try:
            launcher.wait_until_ready()
        finally:
            launcher.stop()
        lines = lines_of(launcher.output)

        assert {line["process"] for line in lines} >= {"up", "web", "worker", "beat"}
        assert {line.get("service") for line in lines} >= {"web-1", "worker-1", "worker-files"}

    def test_refused_start_is_one_json_object(self, data_dir: DataDir) -> None:
        launcher = Launcher(data_dir, free_port(), LOG_FORMAT="json", WEB_PROCESSES="none")
        launcher.process.wait(60)

        (line,) = lines_of(launcher.output)
        assert (line["level"], line["process"]) == ("error", "up")


class TestRefusedStart:
    def test_taken_port_is_refused(self, data_dir: DataDir) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            answer = up(data_dir, PORT=str(taken.getsockname()[1]))

        assert answer.returncode == 1
        assert "is taken: stop what uses it, or choose another with PORT=" in one_line(answer)

    @pytest.mark.parametrize(
        ("variable", "scheme"),
        [("DATABASE_URL", "postgresql"), ("REDIS_URL", "redis"), ("S3_ENDPOINT_URL", "http")],
    )
    def test_external_service_that_does_not_answer_is_named(
        self, data_dir: DataDir, variable: str, scheme: str
    ) -> None:
        address = f"127.0.0.1:{free_port()}"

        answer = up(data_dir, **{variable: f"{scheme}://user:secret@{address}"})

        assert answer.returncode == 1
        assert f"{variable} is set but {scheme}://{address} does not answer" in one_line(answer)
        assert "secret" not in answer.stderr

    def test_number_of_web_processes_that_is_none_is_refused(self, data_dir: DataDir) -> None:
        answer = up(data_dir, WEB_PROCESSES="9")

        assert answer.returncode == 1
        assert "WEB_PROCESSES=9: use a number between 1 and 8" in one_line(answer)

    @pytest.mark.parametrize("port", ["http", "0", "70000"])
    def test_invalid_port_is_refused(self, data_dir: DataDir, port: str) -> None:
        answer = up(data_dir, PORT=port)

        assert answer.returncode == 1
        assert f"PORT={port} is no port" in one_line(answer)

    def test_data_dir_below_a_file_is_refused(self, data_dir: DataDir) -> None:
        (data_dir.path / "file").touch()

        answer = up(data_dir, LIAISON_HOME=str(data_dir.path / "file" / "below"))

        assert answer.returncode == 1
        assert "set LIAISON_HOME to a folder of yours" in one_line(answer)


def up(data_dir: DataDir, **environment: str) -> subprocess.CompletedProcess[str]:
    addresses = {"LIAISON_HOME": str(data_dir.path), "PORT": str(free_port())}
    return run(
        [sys.executable, "manage.py", "up"], {**own_environment(), **addresses, **environment}
    )


def own_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not FROM_THE_TESTS.fullmatch(name)}


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


def services_env(data_dir: DataDir) -> dict[str, str]:
    lines = data_dir.services_env.read_text().splitlines()
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


def test_port_of_the_sample_portal_is_told_to_commands_in_other_terminals(
    data_dir: DataDir, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SAMPLE_PORTAL_PORT", "8200")

    told = app_environment(data_dir, Address("127.0.0.1", 8000), [])

    assert told["SAMPLE_PORTAL_PORT"] == "8200"
