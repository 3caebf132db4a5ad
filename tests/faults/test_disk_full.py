"""The disk of PostgreSQL is full under load: nothing acknowledged is lost, and it goes on after.

On a small file system of its own, which only root may mount; elsewhere this says so and skips.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest

from tests.faults.load import Load
from tests.faults.report import HEADING
from tests.faults.system import System

pytestmark = [pytest.mark.xdist_group("faults"), pytest.mark.long]

SIZE = "400m"
# A piece of the file that fills the disk, down to a single page of PostgreSQL.
PIECES = (1_000_000, 8_192)


@pytest.fixture
def small_disk() -> Iterator[Path]:
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("a small file system can be mounted by root on Linux only")
    with TemporaryDirectory(prefix="liaison-disk-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "liaison", folder]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("no file system may be mounted here")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.fixture
def system(small_disk: Path) -> Iterator[System]:
    # PostgreSQL runs under an account of its own.
    small_disk.chmod(0o755)
    system = System(small_disk)
    try:
        system.start()
        yield system
    finally:
        system.stop()


def test_a_full_disk_loses_nothing(
    small_disk: Path, system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    path = f"/api/v1/conversations/{system.prepared['conversations'][0]}/messages"
    draft = {"id": str(uuid4()), "body": "Le carreau est fendu"}
    ballast = small_disk / "ballast"
    load = Load(system)
    with load.running():
        time.sleep(2)
        fill(ballast)
        statuses = refusals(system, path)
        ballast.unlink()
        system.revive_services()
        system.revive_workers()
        time.sleep(5)

    with capsys.disabled():
        report = load.report()
        print(f"\nanswers on a full disk: {statuses}\n{HEADING}\n{report.row('disk full')}")  # noqa: T201
    assert set(statuses) == {503}
    report.require_nothing_lost()
    assert system.call("POST", path, draft, who="client")[0] == 201


def fill(ballast: Path) -> None:
    with ballast.open("wb", buffering=0) as file:
        for size in PIECES:
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


def refusals(system: System, path: str) -> list[int]:
    """Send long texts until there is room for none; return the refusals of some seconds."""
    refused: list[int] = []
    deadline = time.monotonic() + 20
    while len(refused) < 10 and time.monotonic() < deadline:
        draft = {"id": str(uuid4()), "body": f"{uuid4()} " + os.urandom(4_000).hex()}
        status, _answer, headers = system.call("POST", path, draft, who="client")
        if status != 201:
            assert "retry-after" in headers
            refused.append(status)
    return refused
