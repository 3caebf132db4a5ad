"""End what a killed launcher leaves: `python -m deploy.launcher.watchdog DATA_DIR PID`.

The kernel asks each process to end when the launcher dies. A process that is stuck does not obey,
and its children never heard of it: they would run for ever. So the launcher starts this watchdog,
a process that reads from it. The read ends when the launcher has ended, however it did.
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from deploy.launcher.process_group import HAS_DEATH_SIGNAL, is_gone, signal_group

REPOSITORY = Path(__file__).resolve().parents[2]
# How long processes may take to end by themselves after the launcher. A worker takes six.
GRACE_SECONDS = 8.0


class Watchdog:
    """The launcher's side."""

    def __init__(self, data_dir: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "deploy.launcher.watchdog", str(data_dir), str(os.getpid())],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # What kills the launcher's group or closes its terminal leaves the watchdog.
            start_new_session=True,
        )

    def dismiss(self) -> None:
        """Let it end after a clean stop: there is nothing left to do."""
        self._process.communicate()


def main(data_dir: Path, launcher_pid: int) -> None:
    while os.read(sys.stdin.fileno(), 1):
        continue
    leftovers = Leftovers(data_dir, launcher_pid)
    if not HAS_DEATH_SIGNAL:
        leftovers.signal(signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while leftovers.are_there() and time.monotonic() < deadline:
        time.sleep(0.1)
    leftovers.signal(signal.SIGKILL)


class Leftovers:
    """The processes that a launcher has left, unless a new launcher took over.

    A new launcher writes its pid before anything else, and ends the leftovers by itself. A pid file
    with another pid is of a process that it has started.
    """

    def __init__(self, data_dir: Path, launcher_pid: int) -> None:
        self._lock, self._launcher_pid = data_dir / "run" / "up.lock", str(launcher_pid)
        files = (data_dir / "run").glob("*.pid")
        found = {file: file.read_text().strip() for file in files if not is_gone(file)}
        self._pids = {file: pid for file, pid in found.items() if pid}

    def are_there(self) -> bool:
        return self._are_ours() and not all(map(is_gone, self._pids))

    def signal(self, number: signal.Signals) -> None:
        """Signal each with its children."""
        for file, pid in self._pids.items():
            if self._are_ours() and not is_gone(file) and file.read_text().strip() == pid:
                signal_group(int(pid), number)

    def _are_ours(self) -> bool:
        return self._lock.read_text().strip() == self._launcher_pid


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
