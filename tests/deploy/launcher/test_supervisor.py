import os
import signal
import time
from collections.abc import Callable

import pytest

from deploy.launcher.app_processes import Program
from deploy.launcher.console import Console
from deploy.launcher.data_dir import Home
from deploy.launcher.errors import StartError
from deploy.launcher.process_group import end_leftovers, is_gone, stop_together
from deploy.launcher.supervisor import Supervisor

STAYS = "import time; print('here', flush=True); time.sleep(60)"
IGNORES_TERM = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('deaf', flush=True); time.sleep(60)"
)
HAS_A_CHILD = (
    "import subprocess, sys, time;"
    f"subprocess.Popen([sys.executable, '-c', {IGNORES_TERM!r}], close_fds=False);"
    "time.sleep(60)"
)


@pytest.fixture
def part(home: Home) -> Callable[..., Program]:
    def make(code: str, name: str = "part", ready: Callable[[], bool] = lambda: True) -> Program:
        return Program(name, ["-c", code], home, {}, ready=ready)

    return make


@pytest.fixture
def supervisor() -> Supervisor:
    return Supervisor(Console())


def turn_until(supervisor: Supervisor, condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came true"
        supervisor.turn(0.02)


def pid_of(part: Program) -> int:
    return int(part.pid_file.read_text() or 0)


def prints(capsys: pytest.CaptureFixture[str], wanted: str, times: int = 1) -> Callable[[], bool]:
    seen: list[str] = []

    def printed() -> bool:
        seen.append(capsys.readouterr().out)
        return "".join(seen).count(wanted) >= times

    return printed


class TestSupervisor:
    def test_shows_what_a_part_prints_behind_its_name(
        self,
        supervisor: Supervisor,
        part: Callable[..., Program],
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        beat = part(STAYS, "beat")

        supervisor.start(beat)

        turn_until(supervisor, prints(capsys, "beat    | here"))
        supervisor.stop_all([[beat]], [1])

    def test_starts_again_what_was_killed(
        self,
        supervisor: Supervisor,
        part: Callable[..., Program],
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        worker = part(STAYS)
        supervisor.start(worker)
        first = pid_of(worker)

        os.kill(first, signal.SIGKILL)

        turn_until(supervisor, lambda: pid_of(worker) != first)
        assert "ended by SIGKILL, starting again in 0.5 s" in capsys.readouterr().out
        supervisor.stop_all([[worker]], [1])

    def test_waits_longer_after_each_death(
        self,
        supervisor: Supervisor,
        part: Callable[..., Program],
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        broken = part("raise SystemExit(3)")

        supervisor.start(broken)

        turn_until(supervisor, prints(capsys, "ended with code 3, starting again in 1 s"))
        supervisor.stop_all([[broken]], [1])

    def test_ends_the_children_of_what_was_killed_before_starting_it_again(
        self,
        supervisor: Supervisor,
        part: Callable[..., Program],
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        worker = part(HAS_A_CHILD)
        supervisor.start(worker)
        turn_until(supervisor, prints(capsys, "deaf"))
        first = pid_of(worker)

        os.kill(first, signal.SIGKILL)

        turn_until(supervisor, lambda: pid_of(worker) != first)
        supervisor.stop_all([[worker]], [1])

    def test_ends_the_start_when_a_part_dies_in_it(
        self, supervisor: Supervisor, part: Callable[..., Program]
    ) -> None:
        broken = part("raise SystemExit(3)", "web", ready=lambda: False)
        supervisor.start(broken)

        with pytest.raises(StartError, match="web ended while starting"):
            supervisor.wait_until_ready([broken], 10)

        supervisor.stop_all([[broken]], [1])

    def test_names_the_part_that_is_never_ready(
        self, supervisor: Supervisor, part: Callable[..., Program]
    ) -> None:
        slow = part(STAYS, "s3", ready=lambda: False)
        supervisor.start(slow)

        with pytest.raises(StartError, match="s3 is not ready"):
            supervisor.wait_until_ready([slow], 0.2)

        supervisor.stop_all([[slow]], [1])

    def test_kills_what_does_not_stop_when_asked(
        self,
        supervisor: Supervisor,
        part: Callable[..., Program],
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        deaf = part(IGNORES_TERM)
        supervisor.start(deaf)
        turn_until(supervisor, prints(capsys, "deaf"))
        [process] = [watched.process for watched in supervisor._watched]
        assert process is not None

        supervisor.stop_all([[deaf]], [0.5])

        # Else it would have ended by itself, a minute later.
        assert process.returncode == -signal.SIGKILL
        assert is_gone(deaf.pid_file)

    def test_stops_the_groups_in_their_order(
        self,
        supervisor: Supervisor,
        part: Callable[..., Program],
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        says_goodbye = (
            "import signal, sys, time;"
            "signal.signal(signal.SIGTERM, lambda *_: (print('goodbye'), sys.exit()));"
            "print('here', flush=True); time.sleep(60)"
        )
        web, database = part(says_goodbye, "web"), part(says_goodbye, "database")
        supervisor.start(database)
        supervisor.start(web)
        turn_until(supervisor, prints(capsys, "here", times=2))

        supervisor.stop_all([[web], [database]], [20, 20])

        assert capsys.readouterr().out.splitlines() == [
            "web     | goodbye",
            "database| goodbye",
        ]


class TestLeftovers:
    def test_of_a_killed_launcher_are_ended_even_when_deaf(
        self, part: Callable[..., Program]
    ) -> None:
        deaf = part(IGNORES_TERM)
        process = deaf.start()
        assert process.stdout is not None
        process.stdout.readline()

        end_leftovers(deaf.pid_file, signal.SIGTERM, 0.2)

        assert process.wait(20) == -signal.SIGKILL
        process.stdout.close()

    def test_are_none_of_a_strangers_business(
        self, home: Home, part: Callable[..., Program]
    ) -> None:
        """A number in a pid file that nobody holds belongs to someone else by now."""
        stranger = part(STAYS, "stranger").start()
        (home.path / "run" / "web.pid").write_text(f"{stranger.pid}\n")

        end_leftovers(home.path / "run" / "web.pid", signal.SIGKILL, 0.2)

        assert stranger.poll() is None
        stop_together([(stranger, signal.SIGTERM)], 2)
        assert stranger.stdout is not None
        stranger.stdout.close()
