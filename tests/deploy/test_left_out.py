"""What git and an image leave out: secrets, clients' files, and what is made on this machine."""

import re
from pathlib import Path

import pytest

from tests.commands import git
from tests.site import ROOT

SECRET_OR_PRIVATE = (
    "deploy/compose/.env",
    ".env",
    "var/secrets/secret-key",
    "var/s3/liaison_1.dat",
    "var/services.env",
)
OF_THIS_MACHINE = (
    ".git/config",
    ".venv/bin/python",
    "node_modules/lit/index.js",
    "core/__pycache__/urls.cpython-312.pyc",
    "core/bundles/manifest.json",
)
IGNORED = [
    line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and line[0] != "#"
]


def is_left_out(path: str) -> bool:
    """Tell whether a pattern of `.dockerignore` matches a path or one of its folders."""
    parts = [path, *(str(parent) for parent in Path(path).parents)]
    return any(re.fullmatch(regex(line), part) for line in IGNORED for part in parts)


def regex(pattern: str) -> str:
    """Return a pattern of Docker: `**/` is any number of folders, `*` stays within one."""
    found = re.escape(pattern).replace(r"\*\*/", "(?:.*/)?").replace(r"\*", "[^/]*")
    assert "!" not in found, "the rule for exceptions is not written here"
    return found


@pytest.mark.parametrize("path", SECRET_OR_PRIVATE)
def test_git_takes_no_secret_and_no_file_of_a_client(path: str) -> None:
    assert git(ROOT, "check-ignore", "--no-index", path) == path


@pytest.mark.parametrize("path", [*SECRET_OR_PRIVATE, *OF_THIS_MACHINE])
def test_image_has_no_secret_and_nothing_of_this_machine(path: str) -> None:
    assert is_left_out(path)


def test_image_has_the_whole_product() -> None:
    files = git(ROOT, "ls-files", "--cached").splitlines()

    left_out = {path for path in files if is_left_out(path)}

    assert len(files) > 500
    assert left_out <= {"core/bundles/.gitignore"}
