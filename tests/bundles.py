"""Build the published browser files for the tests, once for all processes of a run."""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def build_bundles() -> None:
    """Build `core/bundles/` unless it is that of the sources. One process at a time."""
    with (ROOT / "core" / "bundles" / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = subprocess.run(
            [node(), "deploy/bundles/build.js", "--if-changed"],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, f"run `make bundles`:\n{done.stderr}"


def node() -> str:
    """Return the Node of the wheel, else that of the system."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    program = shutil.which("node", path=path)
    assert program, "there is no Node: run `make js`"
    return program
