"""Download a package of Debian and unpack it: nothing is installed, and no service starts."""

import shutil
import subprocess
from pathlib import Path

import pytest

FETCH_SECONDS = 300


def fetch(folder: Path, package: str, *, wanted: str) -> None:
    """Unpack a package and what it needs in `folder/root`. Skips the test if that fails."""
    if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
        pytest.skip(f"{wanted} is not on this machine, nor apt-get to fetch {package}")
    try:
        _apt_get(folder, "update")
        _apt_get(folder, "install", "--download-only", "--no-install-recommends", package)
        for file in (folder / "cache" / "archives").glob("*.deb"):
            _run(["dpkg-deb", "--extract", str(file), str(folder / "unpacking")])
        # Renamed at the end, so that the next run finds all of it or nothing.
        (folder / "unpacking").rename(folder / "root")
    except subprocess.SubprocessError as error:
        said = getattr(error, "stderr", None) or error
        pytest.skip(f"{wanted} is not on this machine, and apt-get does not fetch it: {said}")


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
