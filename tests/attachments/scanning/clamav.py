"""Finds clamd on the machine, or downloads Debian's and unpacks it in the cache of pytest.

Nothing is installed and no root is needed.
"""

import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

FETCH_SECONDS = 300


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
        _fetch(cache)
    libraries = ":".join(str(path) for path in (cache / "root" / "usr" / "lib").glob("*-linux-*"))
    return Program(unpacked, {"LD_LIBRARY_PATH": libraries})


def _fetch(folder: Path) -> None:
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        pytest.skip("clamd is not on this machine, nor apt-get to fetch clamav-daemon")
    try:
        _apt_get(folder, "update")
        _apt_get(folder, "install", "--download-only", "--no-install-recommends", "clamav-daemon")
        for package in (folder / "cache" / "archives").glob("*.deb"):
            _run(["dpkg-deb", "--extract", str(package), str(folder / "unpacking")])
        # Renamed at the end, so that the next run finds all of it or nothing.
        (folder / "unpacking").rename(folder / "root")
    except subprocess.SubprocessError as error:
        said = getattr(error, "stderr", None) or error
        pytest.skip(f"clamd is not on this machine, and apt-get does not fetch it: {said}")


def _apt_get(folder: Path, *arguments: str) -> None:
    for name in ("state/lists/partial", "cache/archives/partial", "unpacking"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    options = {
        "Dir::State": f"{folder}/state",
        "Dir::State::status": "/var/lib/dpkg/status",
        "Dir::Cache": f"{folder}/cache",
        "Debug::NoLocking": "true",
        "APT::Sandbox::User": "root",
    }
    chosen = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    _run(["apt-get", "-qq", "-y", *chosen, *arguments])


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=FETCH_SECONDS)
