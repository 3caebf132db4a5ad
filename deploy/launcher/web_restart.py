"""`manage.py restart_web`: let the launcher replace its web processes, one after the other.

The command writes `run/web_restart` and sends SIGUSR2 to the launcher. That removes the file when
it is done, or writes into it why it could not.
"""

import os
import signal
import sys
import time
from pathlib import Path

from deploy.launcher.data_dir import DataDir

# Eight processes, each of which starts and drains.
PATIENCE_SECONDS = 300.0
ASKED = "asked\n"


class WebRestart:
    """A restart that somebody may wait for."""

    def __init__(self, data_dir: DataDir) -> None:
        self._data_dir = data_dir

    @property
    def file(self) -> Path:
        return self._data_dir.path / "run" / "web_restart"

    def finish(self, error: str) -> None:
        """Tell the command that waits how it went."""
        if error and self.file.exists():
            whole = self.file.with_name(f"{self.file.name}.new")
            whole.write_text(error)
            whole.replace(self.file)
        else:
            self.file.unlink(missing_ok=True)

    def ask(self) -> str:
        """Ask the launcher for it and wait. Return why it failed, or an empty text."""
        launcher = self._data_dir.launcher_pid()
        if launcher is None:
            return f"nothing runs from {self._data_dir.path}: start it with `make run`"
        self.file.write_text(ASKED)
        os.kill(launcher, signal.SIGUSR2)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            time.sleep(0.1)
            said = self._said()
            if said != ASKED:
                self.file.unlink(missing_ok=True)
                return said
            if self._data_dir.launcher_pid() is None:
                return "the launcher has ended"
        return f"not done after {PATIENCE_SECONDS:.0f} s"

    def _said(self) -> str:
        try:
            return self.file.read_text()
        except FileNotFoundError:
            return ""


def main() -> int:
    error = WebRestart(DataDir.from_environment()).ask()
    if error:
        print(f"liaison: {error}", file=sys.stderr, flush=True)
        return 1
    print("The web was restarted.")
    return 0
