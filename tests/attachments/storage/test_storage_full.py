"""The disk of S3 is full: `/readyz` says it, and pages stay reachable.

Uses a small file system, which only root may mount. Skips without that right.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.test import Client
from pytest_django import Settings

from attachments import checks
from core.web import health
from deploy.embedded.s3 import S3
from deploy.launcher.data_dir import DataDir
from tests.attachments.senders import storage_at
from tests.deploy.embedded.running import running
from tests.waiting import until

PIECES = (1_000_000, 4_096)


@pytest.fixture
def small_disk() -> Iterator[Path]:
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("a small file system can be mounted by root on Linux only")
    with TemporaryDirectory(prefix="liaison-disk-") as folder:
        mount = ["mount", "-t", "tmpfs", "-o", "size=100m", "liaison", folder]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            pytest.skip("no file system may be mounted here")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.django_db(transaction=True)
def test_full_disk_of_s3_is_said_and_leaves_the_pages(
    small_disk: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "CHECK_SECONDS", 20.0)
    monkeypatch.setattr(checks, "STORED_SECONDS", 0.0)
    data_dir = DataDir(small_disk)
    data_dir.create()
    s3 = S3(data_dir)
    told = s3.environment
    # A process of many has a bucket of its own name, which this server does not have.
    settings.S3_BUCKET = told["S3_BUCKET"]
    options = {
        "endpoint_url": told["S3_ENDPOINT_URL"],
        "access_key": told["S3_ACCESS_KEY_ID"],
        "secret_key": told["S3_SECRET_ACCESS_KEY"],
        "bucket_name": told["S3_BUCKET"],
    }
    with running(s3), storage_at(options, "attachments"):
        # It takes files some seconds after it answers.
        until(
            lambda: said_of_files() == "ok",
            f"it never takes files: {checks.storage_fault(by_writing=True)}",
            20,
        )
        before = Client().get("/readyz")
        fill(small_disk)
        until(lambda: said_of_files() != "ok", "it is still ok", 80)
        full = Client().get("/readyz")
        (small_disk / "filling").unlink()

    assert before.status_code == 200
    assert (full.status_code, full.json()["storage"]) == (200, "ok")
    assert full.json()["storage of files"] == "refuses files: is its disk full?"


def said_of_files() -> str:
    return str(Client().get("/readyz").json()["storage of files"])


def fill(folder: Path) -> None:
    with (folder / "filling").open("ab", buffering=0) as file:
        for piece in PIECES:
            try:
                while shutil.disk_usage(folder).free:
                    file.write(b"\0" * piece)
            except OSError:
                continue
