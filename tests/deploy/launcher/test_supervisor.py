import os
import signal
import time
from collections.abc import Callable

import pytest

from deploy.launcher.app_processes import AppProcess
from deploy.launcher.console import Console
from deploy.launcher.errors import StartError
from deploy.launcher.process_group import is_gone
from deploy.launcher.supervisor import Supervisor
from tests.deploy.launcher.child_programs import (
    FAILS,
    HAS_A_CHILD,
    IGNORES_SIGTERM,
    PRINTS_AND_STAYS,
    SAYS_GOODBYE,
)


@pytest.fixture
def supervisor() -> Supervisor:
    return Supervisor(Console())


def step_until(supervisor: Supervisor, condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"still false after {seconds} s"
        supervisor.step(0.02)


def pid_of(service: AppProcess) -> int:
    return int(service.pid_file.read_text() or 0)


def prints(capsys: pytest.CaptureFixture[str], wanted: str, times: int = 1) -> Callable[[], bool]:
    seen: list[str] = []

    def printed() -> bool:
        seen.append(capsys.readouterr().out)
        return "".join(seen).count(wanted) >= times

    return printed


class TestSupervisor:
    def test_output_of_a_service_is_printed_behind_its_name(
        self,
        supervisor: Supervisor,
        service: Callable[..., AppProcess],
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        beat = service(PRINTS_AND_STAYS, "beat")

        supervisor.start(beat)

        step_until(supervisor, prints(capsys, "beat          | here"))
        supervisor.stop_all([[beat]], [1])

    def test_killed_service_is_started_again(
        self,
        supervisor: Supervisor,
        service: Callable[..., AppProcess],
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        worker = service(PRINTS_AND_STAYS)
        supervisor.start(worker)
        first = pid_of(worker)

        os.kill(first, signal.SIGKILL)

        step_until(supervisor, lambda: pid_of(worker) != first)
        assert "ended by SIGKILL, starting again in 0.5 s" in capsys.readouterr().out
        supervisor.stop_all([[worker]], [1])

    def test_pause_before_a_restart_grows_with_each_end(
        self,
        supervisor: Supervisor,
        service: Callable[..., AppProcess],
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        broken = service(FAILS)

        supervisor.start(broken)

        step_until(supervisor, prints(capsys, "ended with code 3, starting again in 1 s"))
        supervisor.stop_all([[broken]], [1])

    def test_children_of_a_killed_service_end_before_its_restart(
        self,
        supervisor: Supervisor,
        service: Callable[..., AppProcess],
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        worker = service(HAS_A_CHILD)
        supervisor.start(worker)
        step_until(supervisor, prints(capsys, "ignoring"))
        first = pid_of(worker)

        os.kill(first, signal.SIGKILL)

        step_until(supervisor, lambda: pid_of(worker) != first)
        supervisor.stop_all([[worker]], [1])

    def test_start_fails_when_a_service_ends_in_it(
        self, supervisor: Supervisor, service: Callable[..., AppProcess]
    ) -> None:
        broken = service(FAILS, "web", ready=lambda: False)
        supervisor.start(broken)

        with pytest.raises(StartError, match="web ended while starting"):
            supervisor.wait_until_ready([broken], 10)

        supervisor.stop_all([[broken]], [1])

    def test_start_fails_with_the_name_of_a_service_that_is_never_ready(
        self, supervisor: Supervisor, service: Callable[..., AppProcess]
    ) -> None:
        slow = service(PRINTS_AND_STAYS, "s3", ready=lambda: False)
        supervisor.start(slow)

        with pytest.raises(StartError, match="s3 is not ready"):
            supervisor.wait_until_ready([slow], 0.2)

        supervisor.stop_all([[slow]], [1])

    def test_service_that_ignores_its_stop_signal_is_killed(
        self,
        supervisor: Supervisor,
        service: Callable[..., AppProcess],
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        stubborn = service(IGNORES_SIGTERM)
        supervisor.start(stubborn)
        step_until(supervisor, prints(capsys, "ignoring"))
        [process] = [watched.process for watched in supervisor._watched]
        assert process is not None

        supervisor.stop_all([[stubborn]], [0.5])

        # By itself it would have ended a minute later.
        assert process.returncode == -signal.SIGKILL
        assert is_gone(stubborn.pid_file)

    def test_groups_of_services_stop_in_order(
        self,
        supervisor: Supervisor,
        service: Callable[..., AppProcess],
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        web, database = service(SAYS_GOODBYE, "web"), service(SAYS_GOODBYE, "database")
        supervisor.start(database)
        supervisor.start(web)
        step_until(supervisor, prints(capsys, "here", times=2))

        supervisor.stop_all([[web], [database]], [20, 20])

        assert capsys.readouterr().out.splitlines() == [
            "web           | goodbye",
            "database      | goodbye",
        ]
