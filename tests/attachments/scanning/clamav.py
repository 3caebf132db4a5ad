"""Finds clamd on the machine, or downloads Debian's and unpacks it in the cache of pytest.

Nothing is installed and no root is needed.
"""

import shutil
from dataclasses import dataclass, field
from pathlib import Path

from tests.debian_packages import fetch


@dataclass(frozen=True)
class Program:
    path: Path
    environment: dict[str, str] = field(default_factory=dict)


def program(cache: Path) -> Program:
    """Return clamd, downloaded to `cache` when the machine has none. Skips the test without it."""
    # The PATH of a user may lack the folder of daemons.
    if found := shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin"):
        return Program(Path(found))
    unpacked = cache / "root" / "usr" / "sbin" / "clamd"
    if not unpacked.exists():
        fetch(cache, "clamav-daemon", wanted="clamd")
    libraries = ":".join(str(path) for path in (cache / "root" / "usr" / "lib").glob("*-linux-*"))
    return Program(unpacked, {"LD_LIBRARY_PATH": libraries})
