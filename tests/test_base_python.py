"""Which Python `make` creates .venv with."""

import shlex
import subprocess
from pathlib import Path

import pytest

from deploy.launcher.data_dir import REPOSITORY

USABLE = 0
# Too old, or its venv module is missing, as on a Debian without python3-venv.
UNUSABLE = 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "Makefile").symlink_to(REPOSITORY / "Makefile")
    return tmp_path


def interpreter(folder: Path, name: str, *, check: int) -> Path:
    """A Python that answers the question of the Makefile by an exit status, and creates .venv."""
    path = folder / name
    path.write_text(f'#!/bin/sh\ntest "$1" != -c || exit {check}\nmkdir "$3"\n')
    path.chmod(0o755)
    return path


def make(folder: Path, *candidates: Path) -> subprocess.CompletedProcess[str]:
    base = shlex.join(map(str, candidates))
    command = ["make", ".venv/bin/python", f"BASE_PYTHON={base}"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_first_usable_python_is_taken(folder: Path) -> None:
    unusable = interpreter(folder, "old", check=UNUSABLE)
    usable = interpreter(folder, "python3", check=USABLE)
    later = interpreter(folder, "later", check=USABLE)

    made = make(folder, folder / "absent", unusable, usable, later)

    assert made.stdout == f"Creating .venv with {usable}\n"
    assert (folder / ".venv").is_dir()


def test_without_any_it_says_what_to_install(folder: Path) -> None:
    made = make(folder, interpreter(folder, "old", check=UNUSABLE))

    assert made.returncode != 0
    assert "apt-get install python3-venv" in made.stderr
    assert not (folder / ".venv").exists()


def test_python_of_the_system_comes_first() -> None:
    """Distributions optimise theirs; what pyenv compiles takes 20 % more processor time."""
    shown = subprocess.run(
        ["make", "--silent", "--eval", "shown:\n\t@echo $(BASE_PYTHON)", "shown"],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.split()[0] == "/usr/bin/python3"
