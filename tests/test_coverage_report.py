"""The report at the end of `make test`, on a program of a few lines."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CONFIGURATION = """
[run]
branch = true
source = messaging
parallel = true
patch = subprocess
"""
ACTIONS = """
import os

def send(is_urgent):
    if is_urgent:
        return 1
    if os.environ.get("NEVER"):
        return 2

send(False)
"""
PROGRAM = """
import subprocess, sys
from messaging.actions import sending

if "child" in sys.argv:
    sending.send(True)
else:
    subprocess.run([sys.executable, "main.py", "child"], check=True)
"""


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    outside = {name: value for name, value in os.environ.items() if "COVERAGE" not in name}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env={**outside, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_report_adds_up_processes_and_lists_uncovered_branches(tmp_path: Path) -> None:
    package = tmp_path / "messaging" / "actions"
    package.mkdir(parents=True)
    (tmp_path / "messaging" / "__init__.py").touch()
    (package / "__init__.py").touch()
    (package / "sending.py").write_text(ACTIONS)
    (tmp_path / "main.py").write_text(PROGRAM)
    (tmp_path / ".coveragerc").write_text(CONFIGURATION)
    measured = run(tmp_path, "coverage", "run", "main.py")
    assert measured.returncode == 0, measured.stderr

    report = run(tmp_path, "tests.coverage_report")

    lines = report.stdout.splitlines()
    # Only the subprocess runs line 6. Nothing runs line 8.
    assert "messaging/actions             85.7 % of      7  75.0 % of      4" in lines, report
    assert lines[-1] == "  messaging/actions/sending.py: 7→8"


def test_report_without_data_says_so(tmp_path: Path) -> None:
    report = run(tmp_path, "tests.coverage_report")

    assert report.returncode == 1
    assert report.stderr == "No coverage yet: run `make coverage` first.\n"
