"""Starting and ending a process together with everything it started.

Each process holds a lock on `run/<name>.pid` through a descriptor that its own children inherit.
The lock is free exactly when the last of that family is gone, whatever killed it: no table of
processes to search, and a number that was given to a stranger since does no harm.
"""

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from deploy.launcher.errors import StartError

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Account:
    """Another account to run under."""

    uid: int
    gid: int


def spawn(
    pid_file: Path,
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str] | None = None,
    output: int | IO[bytes] = subprocess.PIPE,
    stop_signal: signal.Signals = signal.SIGTERM,
    account: Account | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a process that ends with us and never sees the terminal's Ctrl-C.

    Call it from the main thread: the kernel sends `stop_signal` when the *thread* that
    started the process ends.
    """
    with pid_file.open("a+") as family:
        fcntl.flock(family, fcntl.LOCK_EX | fcntl.LOCK_NB)
        process = subprocess.Popen(
            command,
            env=None if environment is None else {**os.environ, **environment},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Its own session: Ctrl-C reaches the launcher alone, which stops in the right order.
            start_new_session=True,
            # Safe: nothing here has threads.
            preexec_fn=_end_with_parent(stop_signal),
            pass_fds=[family.fileno()],
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        family.truncate(0)
        family.write(f"{process.pid}\n")
    return process


def _end_with_parent(stop_signal: signal.Signals) -> Callable[[], None] | None:
    """Linux only; elsewhere a launcher that was killed leaves work to `end_leftovers`."""
    libc = _LIBC
    if libc is None:
        return None
    parent = os.getpid()

    def ask_kernel() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, int(stop_signal))
        if os.getppid() != parent:
            os._exit(1)

    return ask_kernel


def stop_together(
    processes: Sequence[tuple[subprocess.Popen[bytes], signal.Signals]],
    seconds: float,
    meanwhile: Callable[[], None] = lambda: None,
) -> None:
    """Ask each by its signal, wait for all of them, then kill what is left of their groups."""
    for process, stop_signal in processes:
        if process.poll() is None:
            process.send_signal(stop_signal)
    deadline = time.monotonic() + seconds
    while any(process.poll() is None for process, _ in processes) and time.monotonic() < deadline:
        meanwhile()
        # `wait` would wait for one of them, and `meanwhile` with it.
        time.sleep(0.02)
    for process, _ in processes:
        # Also after a clean end: its children can outlive it.
        _signal_group(process.pid, signal.SIGKILL)
        process.wait()


def end_leftovers(pid_file: Path, stop_signal: signal.Signals, seconds: float) -> None:
    """End what an earlier start left running, first asked and then forced."""
    for ask, patience in ((stop_signal, seconds), (signal.SIGKILL, 5.0)):
        deadline = time.monotonic() + patience
        signal_leftovers(pid_file, ask)
        while not is_gone(pid_file) and time.monotonic() < deadline:
            # Not a child of ours: its end is told to nobody here.
            time.sleep(0.05)
    if not is_gone(pid_file):
        pid = pid_file.read_text().strip()
        raise StartError(f"{pid_file.stem} of an earlier start does not end: kill process {pid}")


def signal_leftovers(pid_file: Path, number: signal.Signals) -> None:
    if not is_gone(pid_file) and (pid := pid_file.read_text().strip()):
        _signal_group(int(pid), number)


def is_gone(pid_file: Path) -> bool:
    if not pid_file.exists():
        return True
    with pid_file.open("a+") as family:
        try:
            fcntl.flock(family, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        # All of them ended by themselves.
        return
