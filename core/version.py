"""Tell which version of Liaison this process runs: the number of pyproject.toml, and the commit.

Read when the process starts: a later `git pull` changes the files and not what runs.
"""

import re
import tomllib
from pathlib import Path

from django.conf import settings

COMMIT_SIGNS = 10


def version_in(folder: Path) -> str:
    """Return `[project] version` of a folder's pyproject.toml, such as `0.1.0`."""
    project = tomllib.loads((folder / "pyproject.toml").read_text())["project"]
    return str(project["version"])


def commit_in(folder: Path) -> str:
    """Return the commit of a working copy; empty when the folder is none."""
    git = folder / ".git"
    try:
        head = (git / "HEAD").read_text().strip()
        ref = head.removeprefix("ref: ")
        return _shortened(head if ref == head else _commit_of(git, ref))
    except OSError:
        return ""


def _commit_of(git: Path, ref: str) -> str:
    """Return the commit of a branch, which `git gc` moves from a file of its own into a list."""
    if (git / ref).exists():
        return (git / ref).read_text().strip()
    packed = (git / "packed-refs").read_text().splitlines()
    return next((line.split()[0] for line in packed if line.endswith(f" {ref}")), "")


def _shortened(name: str) -> str:
    return name[:COMMIT_SIGNS] if re.fullmatch(r"[0-9a-f]{40}", name) else name


VERSION = version_in(settings.BASE_DIR)
COMMIT = _shortened(settings.LIAISON_VERSION) or commit_in(settings.BASE_DIR)
# Such as `0.1.0+ca94ca5123`: what follows the plus is about the build, for SemVer as for PyPI.
BUILD = f"{VERSION}+{COMMIT}" if COMMIT else VERSION
