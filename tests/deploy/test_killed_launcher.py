"""After a `kill -9` of `manage.py up` nothing of it runs, a few seconds later."""

import os
import signal
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.launcher.ports import free_port
from deploy.launcher.watchdog import GRACE_SECONDS
from tests.commands import children_of
from tests.deploy.data_dirs import new_data_dir
from tests.deploy.launched import WITHOUT_DEMO, Launcher
from tests.waiting import until

KINDS = {"web-1", "worker-1", "worker-2", "worker-files", "beat", "postgres", "valkey", "s3"}
# For a busy machine.
PATIENCE_SECONDS = 30


@pytest.fixture(scope="module")
def launcher() -> Iterator[Launcher]:
    with new_data_dir() as data_dir:
        launcher = Launcher(data_dir, free_port(), WEB_PROCESSES="1", **WITHOUT_DEMO)
        try:
            launcher.wait_until_ready()
            yield launcher
        finally:
            launcher.process.kill()
            launcher.process.wait()
            until(lambda: launcher.survivors() == [], "its processes do not end")


def test_files_of_clients_are_closed_to_other_accounts(launcher: Launcher) -> None:
    """PostgreSQL of root runs as `nobody`, who passes through the folder without reading it."""
    top = launcher.data_dir.path
    mode = stat.S_IMODE(top.stat().st_mode)
    assert mode in ({0o700, 0o701, 0o711} if os.geteuid() == 0 else {0o700})

    # The test wrote `output`. Static files, which everybody may load, have a mode of their own.
    files = [
        path for path in top.rglob("*")
        if path != top / "output" and top / "static" not in path.parents
    ]  # fmt: skip

    assert {path.relative_to(top).parts[0] for path in files} >= {"s3", "log", "valkey", "secrets"}
    assert [str(path) for path in files if is_open(path)] == []


def test_stuck_process_ends_with_a_killed_launcher(launcher: Launcher) -> None:
    started = {name: family_of(launcher.pid_of(name)) for name in KINDS}
    assert len(started["worker-1"]) == 2, "no pool process"
    assert len(started["worker-files"]) == 3, "no pool processes"

    # A stopped process obeys no signal but SIGKILL. PostgreSQL's children watch their parent.
    for name, pids in started.items():
        for pid in pids[:1] if name == "postgres" else pids:
            os.kill(pid, signal.SIGSTOP)
    launcher.process.kill()

    def left() -> set[str]:
        return {name for name, pids in started.items() if any(map(runs, pids))}

    until(lambda: not left(), "a process is left", GRACE_SECONDS + PATIENCE_SECONDS)
    assert launcher.survivors() == []


def family_of(pid: int) -> list[int]:
    return [pid, *(each for child in children_of(pid) for each in family_of(child))]


def runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def is_open(path: Path) -> bool:
    """Tell whether accounts other than the owner's may do something with a file."""
    try:
        return bool(stat.S_IMODE(path.lstat().st_mode) & 0o077)
    except FileNotFoundError:
        return False
