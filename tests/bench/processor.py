"""Read the processor time and the memory of other processes from /proc."""

import os
import resource
import sys
import time
from collections.abc import Iterable
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


def seconds(pid: int) -> float:
    """Return the user and system time of a process and of its running descendants."""
    if sys.platform != "linux":
        raise SystemExit("The bench reads processor times from /proc: it needs Linux.")
    return _own_seconds(pid) + sum(seconds(child) for child in children(pid))


def with_descendants(pids: Iterable[int]) -> list[int]:
    """Return running processes and all those below them, parents first."""
    found: list[int] = []
    for pid in pids:
        found += [pid, *with_descendants(children(pid))]
    return found


def resident_bytes(pid: int) -> int:
    """Return the memory that a process holds, shared pages included; 0 if it has ended."""
    return _kilobytes(pid, "VmRSS:") * 1024


def forget_peak(pid: int) -> None:
    """Begin anew to note the most memory that a process held (proc_pid_clear_refs(5))."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def peak_bytes(pid: int) -> int:
    """Return the most memory that a process held, shared pages included; 0 if it has ended."""
    return _kilobytes(pid, "VmHWM:") * 1024


def own_bytes(pid: int) -> int:
    """Return the memory of a process without the files of programs and libraries, which it shares
    with the other processes of the product (Pss_Anon).
    """
    return _kilobytes(pid, "Pss_Anon:", "smaps_rollup") * 1024


def proportional_bytes(pid: int) -> int:
    """Return the memory that a process holds, of a page shared by n processes the nth part (PSS).

    0 if it has ended. The sum over all processes is what the machine gives.
    """
    return _kilobytes(pid, "Pss:", "smaps_rollup") * 1024


def memory_of_decoders(pid: int) -> int:
    """Return the bytes of memory that the decoders below a worker hold, without shared files."""
    found = 0
    for child in children(pid):
        found += _memory_of_decoder(child) + memory_of_decoders(child)
    return found


class Others:
    """The processor time of all other processes of the machine, which makes the figures worse."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.at_first = self._seconds()

    def share(self) -> float:
        """Return the share of all processors that others have used since the start, from 0 to 1."""
        possible = (time.monotonic() - self.began) * (os.cpu_count() or 1)
        return max(0.0, (self._seconds() - self.at_first) / possible)

    @staticmethod
    def _seconds() -> float:
        # man proc_stat(5): user, nice, system, idle, iowait, irq, softirq.
        words = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:8]
        user, nice, system, _idle, _iowait, irq, softirq = map(int, words)
        ended = resource.getrusage(resource.RUSAGE_CHILDREN)
        ours = seconds(os.getpid()) + ended.ru_utime + ended.ru_stime
        return (user + nice + system + irq + softirq) / TICKS_PER_SECOND - ours


def _own_seconds(pid: int) -> float:
    try:
        # The fields after the name, which may hold spaces: utime and stime, 14 and 15 in
        # proc_pid_stat(5).
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND


def _memory_of_decoder(pid: int) -> int:
    try:
        if b"attachments.decoder.main" not in Path(f"/proc/{pid}/cmdline").read_bytes():
            return 0
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return _kilobytes(pid, "RssAnon:") * 1024


def _kilobytes(pid: int, name: str, file: str = "status") -> int:
    try:
        lines = Path(f"/proc/{pid}/{file}").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return int(next((line.split()[1] for line in lines if line.startswith(name)), "0"))


def children(pid: int) -> list[int]:
    try:
        return [
            int(child)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()
        ]
    except (FileNotFoundError, ProcessLookupError):
        return []
