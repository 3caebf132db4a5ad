"""Measure the disks of this machine: those of TASK_ALERT_DISKS, each once."""

import os
import shutil
import socket
from pathlib import Path
from typing import TypedDict

from django.conf import settings

# More than this is room enough, however large the disk is.
PLENTY_BYTES = 20 * 1024**3
# An alert ends when it is this much better (percent), so that it does not come and go.
BETTER_BY = 2.0


class Disk(TypedDict):
    host: str
    path: str
    used_bytes: int
    free_bytes: int


def disks() -> list[Disk]:
    """Return the disks of the folders that exist."""
    host = socket.gethostname()
    found: dict[int, Disk] = {}
    for path in settings.TASK_ALERT_DISKS:
        try:
            device, usage = Path(path).stat().st_dev, shutil.disk_usage(path)
        except OSError:
            continue
        found.setdefault(
            device,
            {"host": host, "path": os.fspath(path), "used_bytes": usage.used,
             "free_bytes": usage.free},
        )  # fmt: skip
    return list(found.values())


def used_percent(disk: Disk) -> float:
    """Return the share that is used of what may be used: some file systems keep a part for root."""
    return 100 * disk["used_bytes"] / max(1, disk["used_bytes"] + disk["free_bytes"])


def is_filling_up(disk: Disk, *, was: bool) -> bool:
    """Tell whether a disk needs a person. `was`: there is an alert about it."""
    limit = settings.TASK_ALERT_DISK_PERCENT - (BETTER_BY if was else 0)
    return used_percent(disk) >= limit and disk["free_bytes"] < PLENTY_BYTES
