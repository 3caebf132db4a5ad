import os
import re
import signal
import time
from collections.abc import Callable

import pytest

from deploy.launcher.app_processes import AppProcess
from deploy.launcher.console import Console
from deploy.launcher.errors import StartError
from deploy.launcher.process_group import is_gone
from deploy.launcher.supervisor import ReplaceError, Supervisor
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
        assert "ended by SIGKILL, starting again at once" in capsys.readouterr().out
        supervisor.stop_all([[worker]], [1])

    def test_broken_service_pauses_from_its_fifth_end_on_and_longer_each_time(
        self,
        supervisor: Supervisor,
        service: Callable[..., AppProcess],
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        broken = service(FAILS)
        printed: list[str] = []

        supervisor.start(broken)

        def pauses() -> list[str]:
            printed.append(capsys.readouterr().out)
            return re.findall("starting again (.*)", "".join(printed))

        step_until(supervisor, lambda: len(pauses()) == 6)
        assert pauses() == ["at once"] * 4 + ["in 1 s", "in 2 s"]
        supervisor.stop_all([[broken]], [1])

    def test_replaced_service_has_a_new_process_before_the_old_one_ends(
        self,
        supervisor: Supervisor,
        service: Callable[..., AppProcess],
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        web = service(SAYS_GOODBYE, "web")
        supervisor.start(web)
        step_until(supervisor, prints(capsys, "here"))
        first = pid_of(web)

        supervisor.replace([web], 10, 10)

        assert pid_of(web) != first
        # It ended by itself, and nothing started it again.
        assert "web           | goodbye" in capsys.readouterr().out
        assert [watched.service for watched in supervisor._watched] == [web]
        supervisor.stop_all([[web]], [1])

    def test_old_process_goes_on_if_the_new_one_does_not_become_ready(
        self,
        supervisor: Supervisor,
        service: Callable[..., AppProcess],
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        web = service(PRINTS_AND_STAYS, "web", ready=lambda: False)
        supervisor.start(web)
        step_until(supervisor, prints(capsys, "here"))
        first = pid_of(web)

        with pytest.raises(ReplaceError, match="the new process of web is not ready"):
            supervisor.replace([web], 0.5, 10)

        assert pid_of(web) == first
        # It is watched as before.
        os.kill(first, signal.SIGKILL)
        step_until(supervisor, lambda: pid_of(web) not in {0, first})
        supervisor.stop_all([[web]], [1])

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
