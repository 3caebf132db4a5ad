"""PostgreSQL's disk is full under load: no acknowledged message is lost, and sending works after.

Uses a small file system, which only root may mount. Skips without that right.
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
# Bytes written at a time to fill the disk: the second is one page of PostgreSQL.
PIECES = (1_000_000, 8_192)
# Messages acknowledged before the disk is full, and once it has room again.
BEFORE, AFTER = 10, 25


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


def test_full_disk_loses_no_acknowledged_message(
    small_disk: Path, system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    path = f"/api/v1/conversations/{system.prepared['conversations'][0]}/messages"
    draft = {"id": str(uuid4()), "body": "Le carreau est fendu"}
    ballast = small_disk / "ballast"
    load = Load(system)
    with load.running():
        load.wait_for(BEFORE)
        fill(ballast)
        statuses = refusals(system, path)
        ballast.unlink()
        system.revive_services()
        system.revive_workers()
        load.wait_for(AFTER)

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
    """Send long texts. Return the first ten statuses of refusals, fewer if they take over 20 s."""
    refused: list[int] = []
    deadline = time.monotonic() + 20
    while len(refused) < 10 and time.monotonic() < deadline:
        draft = {"id": str(uuid4()), "body": f"{uuid4()} " + os.urandom(4_000).hex()}
        status, _answer, headers = system.call("POST", path, draft, who="client")
        if status != 201:
            assert "retry-after" in headers
            refused.append(status)
    return refused
