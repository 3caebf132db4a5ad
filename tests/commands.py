"""Processes of Python and git under an environment of their own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def unmeasured(environment: Mapping[str, str]) -> dict[str, str]:
    """Return it without coverage, with which a process takes twice as long to start."""
    return {name: value for name, value in environment.items() if "COVERAGE" not in name}


def children_of(pid: int) -> list[int]:
    """Return the processes that a process started (Linux)."""
    try:
        return [int(n) for n in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def python(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `python …` at the root of the repository, with these variables added."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "core.settings", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def git(folder: Path, *arguments: str) -> str:
    """Run git in a folder, without the settings and hooks of this machine; return its output."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    author = ["-c", "user.name=Odile", "-c", "user.email=odile@demo.test"]
    return subprocess.run(
        ["git", "-C", str(folder), *author, *arguments],
        env={**given, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
