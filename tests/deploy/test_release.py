"""The archive of a release serves its browser files without Node, and the image builds them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.release import export, main
from tests.bundles import ROOT, node

ASK = """
import re
import django; django.setup()
from django.test import Client
from core.web import bundles
found = bundles.published_files(("client-messages", "tasks"), "fr")
print(bundles.state(), len(found), {Client().get(one).status_code for one in found})
"""


@pytest.fixture
def with_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{Path(node()).parent}{os.pathsep}{os.environ['PATH']}")


def test_archive_of_a_release_serves_its_browser_files(tmp_path: Path, with_node: None) -> None:
    archive = main(tmp_path)
    (tmp_path / "opt").mkdir()
    subprocess.run(["tar", "--extract", "--file", archive], cwd=tmp_path / "opt", check=True)
    (code,) = (tmp_path / "opt").iterdir()
    environment = {
        **os.environ, "PATH": "/usr/bin", "DJANGO_SETTINGS_MODULE": "core.settings",
        "LIAISON_HOME": str(tmp_path / "home"), "DEBUG": "false", "HTTPS": "false",
        "SECRET_KEY": "k" * 50, "ALLOWED_HOSTS": "testserver",
    }  # fmt: skip

    done = subprocess.run(
        [sys.executable, "-c", ASK], cwd=code, env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert code.name == archive.name.removesuffix(".tar.gz")
    state, count, statuses = done.stdout.split()[-3:]
    assert (state, statuses) == ("ok", "{200}"), done.stdout + done.stderr
    assert int(count) > 8
    assert not (code / "node_modules").exists()


def test_image_builds_the_browser_files_with_what_its_stage_copies(tmp_path: Path) -> None:
    """Its last command runs in a copy of the commit, where Docker would run it."""
    text = (ROOT / "deploy" / "compose" / "Dockerfile").read_text()
    (stage,) = re.findall(r"AS bundles\n(.*?)\nFROM ", text, re.DOTALL)
    runs = re.findall(r"^RUN (.*)$", stage, re.MULTILINE)
    export(tmp_path)
    (tmp_path / "node_modules").symlink_to((ROOT / "node_modules").resolve())

    done = subprocess.run(
        runs[-1].split(), cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PATH": f"{Path(node()).parent}{os.pathsep}{os.environ['PATH']}"},
    )  # fmt: skip

    assert runs[0].startswith("npm ci --omit=dev")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "core" / "bundles" / "manifest.json").exists()
    assert "COPY --from=bundles --chown=root:root /app/core/bundles core/bundles" in text
