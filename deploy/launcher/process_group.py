"""Start and end a process together with its children.

Each process holds a lock on `run/<name>.pid` through a descriptor that its children inherit. The
lock is free when the process and all its children have ended. This needs no search in the table
of processes, and never signals another program that has been given an old pid.
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
# Whether the kernel stops the processes of a launcher that dies.
HAS_DEATH_SIGNAL = _LIBC is not None


@dataclass(frozen=True)
class Account:
    """The account that a process runs under."""

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
    descriptors: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a process that ends with the launcher and does not receive the terminal's Ctrl-C.

    Call it from the main thread: the kernel sends `stop_signal` when the *thread* that started
    the process ends. It inherits `descriptors`, under the same numbers. Raises BlockingIOError when
    a process already holds the pid file.
    """
    with pid_file.open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        process = subprocess.Popen(
            command,
            env=None if environment is None else {**os.environ, **environment},
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # A session of its own: only the launcher gets Ctrl-C, and it stops things in order.
            start_new_session=True,
            # Safe, since the launcher has no threads.
            preexec_fn=_end_with_parent(stop_signal),
            pass_fds=[lock.fileno(), *descriptors],
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
        )
        lock.truncate(0)
        lock.write(f"{process.pid}\n")
    return process


def _end_with_parent(stop_signal: signal.Signals) -> Callable[[], None] | None:
    """Return a hook that makes the kernel stop the process when its parent dies (Linux only).

    Elsewhere, and where it is not obeyed, the watchdog ends the processes of a killed launcher.
    """
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
    while_waiting: Callable[[], None] = lambda: None,
) -> None:
    """Send each its signal, wait `seconds` for all of them, then kill their process groups.

    `while_waiting` is called every 20 ms until then.
    """
    for process, stop_signal in processes:
        if process.poll() is None:
            process.send_signal(stop_signal)
    deadline = time.monotonic() + seconds
    while any(process.poll() is None for process, _ in processes) and time.monotonic() < deadline:
        while_waiting()
        # Not `wait`, which would block on one of them and delay `while_waiting`.
        time.sleep(0.02)
    for process, _ in processes:
        # Also after a clean end: the children can outlive the process.
        signal_group(process.pid, signal.SIGKILL)
        process.wait()


def end_leftovers(pid_file: Path, stop_signal: signal.Signals, seconds: float) -> None:
    """End the processes of an earlier start: first by `stop_signal`, then by SIGKILL.

    Raises StartError when they survive both.
    """
    for number, limit_seconds in ((stop_signal, seconds), (signal.SIGKILL, 5.0)):
        deadline = time.monotonic() + limit_seconds
        signal_leftovers(pid_file, number)
        while not is_gone(pid_file) and time.monotonic() < deadline:
            # Not our child, so `wait` cannot be used.
            time.sleep(0.05)
    if not is_gone(pid_file):
        pid = pid_file.read_text().strip()
        raise StartError(f"{pid_file.stem} of an earlier start does not end: kill process {pid}")


def signal_leftovers(pid_file: Path, number: signal.Signals) -> None:
    if not is_gone(pid_file) and (pid := pid_file.read_text().strip()):
        signal_group(int(pid), number)


def is_gone(pid_file: Path) -> bool:
    if not pid_file.exists():
        return True
    with pid_file.open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
    return True


def signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(pid, number)
    except ProcessLookupError:
        # The whole group has ended already.
        return
