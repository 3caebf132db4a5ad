"""The pages at the root are true: their commands exist, their lists of files are enough.

A new channel and a new job are added to a copy of the tree, by the lists of CONTRIBUTING.md alone.
The copy must then pass the architecture tests, and the new parts must work.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import yaml
from django.core.management import get_commands

from core.version import VERSION
from tests import additions
from tests.commands import ROOT, git

PAPERS = ["README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
CODE = re.compile(r"`([^`\n]+)`")
# A file or folder, in backticks: `core/urls.py`, `tests/js/`, `.env.example`.
PATH = re.compile(r"[\w.<>-]+/[\w./<>-]*|\.?[\w-]+(?:\.[\w-]+)*\.(?:md|toml|yaml|example)")
COPY_SECONDS = 300


# --- Lists of files -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Item:
    """One line of a list: `alternatives` by "or", several files by a comma."""

    text: str
    files: tuple[tuple[str, ...], ...]
    is_optional: bool

    @property
    def names(self) -> list[str]:
        return [name for alternatives in self.files for name in alternatives]


def lists() -> dict[str, list[Item]]:
    """Return the lists of "The files you touch" by the title of their section."""
    part = CONTRIBUTING.split("## The files you touch")[1].split("\n## ")[0]
    sections = [section.split("\n", 1) for section in part.split("\n### ")[1:]]
    return {title: list(items_of(text)) for title, text in sections}


def items_of(section: str) -> Iterator[Item]:
    for found in re.findall(r"^- (.*(?:\n  .*)*)", section, re.MULTILINE):
        text = re.sub(r"\s+", " ", found)
        is_optional = text.startswith("If ")
        head = text if is_optional else text.split(":")[0]
        groups = [tuple(paths_in(group)) for group in head.split(", ")]
        yield Item(text, tuple(group for group in groups if group), is_optional)


def paths_in(text: str) -> list[str]:
    return [code for code in CODE.findall(text) if PATH.fullmatch(code)]


def is_named(path: str, name: str) -> bool:
    """Return True if an entry of a list, such as `<app>/queries/`, means this file."""
    pattern = "[^/]+".join(re.escape(part) for part in re.split(r"<\w+>", name))
    return re.fullmatch(f"{pattern}.*" if name.endswith("/") else pattern, path) is not None


LISTS = lists()
ITEMS = [
    pytest.param(item, id=f"{title}: {item.text[:40]}") for title in LISTS for item in LISTS[title]
]


def test_each_kind_of_change_has_its_list() -> None:
    assert list(LISTS) == [
        f"To add {what}"
        for what in (
            "a notification channel", "a background job", "an endpoint", "a screen element",
            "a page", "a setting", "a file format", "a language",
        )
    ]  # fmt: skip
    assert all(len(items) > 1 for items in LISTS.values())


@pytest.mark.parametrize("item", ITEMS)
def test_each_file_of_a_list_exists(item: Item) -> None:
    assert item.files, "names no file"
    for alternatives in item.files:
        found = [path for name in alternatives for path in ROOT.glob(re.sub(r"<\w+>", "*", name))]
        assert found, alternatives


@pytest.mark.parametrize("item", ITEMS)
def test_each_name_of_a_list_is_in_its_files(item: Item) -> None:
    """`LEASES` of `notifications/delivery/batch.py` is there."""
    names = [code for code in CODE.findall(item.text) if re.fullmatch(r"\w+", code)]
    texts = [
        path.read_text()
        for name in item.names
        if not name.endswith("/")
        for path in ROOT.glob(re.sub(r"<\w+>", "*", name))
    ]

    if texts:
        lasting = set(names) - {"Batch", "SendResult", "send", "env", "LeasedJob"}
        assert {name for name in lasting if not any(name in text for text in texts)} == set()


# --- Additions by the lists alone ---------------------------------------------------------------


def tracked() -> list[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [name for name in listed.split("\0") if (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copy")
    for name in tracked():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, folder / name)
    return folder


def in_the_copy(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in the copy, on a database of its own."""
    given = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    database = urlsplit(os.environ["DATABASE_URL"])
    given["DATABASE_URL"] = database._replace(path=f"{database.path}_copy").geturl()
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=given,
        capture_output=True,
        text=True,
        timeout=COPY_SECONDS,
        check=False,
    )


def snapshot(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and ".ruff_cache" not in path.parts
    }


def touched_by(folder: Path, add: Callable[[Path], None], app: str) -> set[str]:
    """Make an addition, its migration and its texts; return the files that changed."""
    before = snapshot(folder)
    add(folder)
    ran = in_the_copy(folder, "manage.py", "makemigrations", app, "--name", "addition")
    assert ran.returncode == 0, ran.stderr
    # As `make format` and `make messages`.
    in_the_copy(folder, "-m", "ruff", "check", "--fix", "--quiet", ".")
    in_the_copy(folder, "-m", "ruff", "format", "--quiet", ".")
    in_the_copy(folder, "-m", "deploy.messages")
    additions.translate(folder)
    after = snapshot(folder)
    return {name for name in after if after[name] != before.get(name)}


def compare(touched: set[str], items: list[Item]) -> tuple[set[str], set[tuple[str, ...]]]:
    """Return the files that no item names, and the items that were not needed."""
    names = [name for item in items for name in item.names]
    unnamed = {path for path in touched if not any(is_named(path, name) for name in names)}
    needless = {
        alternatives
        for item in items
        if not item.is_optional
        for alternatives in item.files
        if not any(is_named(path, name) for path in touched for name in alternatives)
    }
    return unnamed, needless


class TestAnAddition:
    """In this order: the last test looks at what the others have added."""

    def test_of_a_channel_touches_the_files_of_its_list_and_no_other(self, copy: Path) -> None:
        touched = touched_by(copy, additions.add_channel, "notifications")

        assert compare(touched, LISTS["To add a notification channel"]) == (set(), set())

    def test_of_a_job_touches_the_files_of_its_list_and_no_other(self, copy: Path) -> None:
        touched = touched_by(copy, additions.add_job, "attachments")

        assert compare(touched, LISTS["To add a background job"]) == (set(), set())

    def test_of_both_works_and_keeps_the_architecture(self, copy: Path) -> None:
        ran = in_the_copy(copy, "-m", "ruff", "check", "--quiet", ".")
        assert ran.returncode == 0, ran.stdout
        ran = in_the_copy(copy, "manage.py", "check")
        assert ran.returncode == 0, ran.stderr

        # Not --reuse-db: the database of the copy goes with it.
        ran = in_the_copy(
            copy, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider",
            "-o", "addopts=-p tests.services --strict-markers", "--create-db",
            "tests/test_architecture.py", "tests/core/test_translations.py",
            "tests/notifications/dummy", "tests/attachments/test_dummies.py",
            additions.known_channels_test(copy),
        )  # fmt: skip

        assert ran.returncode == 0, ran.stdout[-6000:] + ran.stderr[-2000:]
        assert "skipped" not in ran.stdout.splitlines()[-1]


# --- Commands -----------------------------------------------------------------------------------


def lines_of_code(paper: str) -> list[str]:
    """Return the commands of a page's blocks, without their comments."""
    text = (ROOT / paper).read_text()
    fenced = "\n".join(re.findall(r"^```\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
    indented = "\n".join(re.findall(r"^    ((?:make|\S*manage\.py) .*)$", text, re.MULTILINE))
    lines = [line.split("  #")[0].strip() for line in f"{fenced}\n{indented}".splitlines()]
    return [line for line in lines if line]


def commands() -> set[str]:
    """Return every command of the pages: of their blocks, and `make …`, `manage.py …` in a line."""
    found = {line for paper in PAPERS for line in lines_of_code(paper)}
    for paper in PAPERS:
        found |= {
            code
            for code in CODE.findall((ROOT / paper).read_text())
            if re.match(r"(make|manage\.py) [\w-]+", code)
        }
    return found


@pytest.fixture
def working_copy(tmp_path: Path) -> Path:
    """A repository with one commit, and a change since."""
    (tmp_path / "CHANGELOG.md").write_text("## [Unreleased]\n")
    for arguments in (["init"], ["add", "."], ["commit", "--message", "Begin"]):
        git(tmp_path, *arguments)
    (tmp_path / "CHANGELOG.md").write_text("## [0.2.0]\n")
    return tmp_path


COMMANDS = sorted(commands())
MAKE_TARGETS = set(re.findall(r"^([a-z0-9-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("command", COMMANDS)
def test_command_of_a_page_works(command: str, working_copy: Path) -> None:
    match command.removeprefix(".venv/bin/").split():
        case ["make", target]:
            assert target in MAKE_TARGETS
            ran = subprocess.run(
                ["make", "--dry-run", target], cwd=ROOT, capture_output=True, text=True, check=False
            )
            assert ran.returncode == 0, ran.stderr
        case ["manage.py", name, *_] | ["python", "manage.py", name, *_]:
            # These come before Django.
            assert name in {"up", "restart_web", "upgrade"} or name in get_commands()
        case ["python", "-m", "pytest", test]:
            assert (ROOT / test).is_file()
        case ["git", *_]:
            git(working_copy, *shlex.split(command)[1:])
        case _:
            pytest.fail(f"nobody knows whether `{command}` works")


def test_the_pages_name_the_commands_of_the_day() -> None:
    """Which also shows that commands are found at all."""
    assert {f"make {target}" for target in ("run", "test", "lint", "types", "schema")} <= {
        *COMMANDS
    }


def test_ci_runs_the_checks_of_the_repository() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())
    runs = [step["run"] for step in workflow["jobs"]["checks"]["steps"] if "run" in step]

    assert runs == [".ci/run"]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    assert "make test" in (ROOT / ".ci" / "run").read_text()


def test_hooks_before_a_commit_call_the_targets_of_make() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    hooks = [hook for repo in config["repos"] for hook in repo["hooks"]]

    assert [hook["entry"] for hook in hooks] == ["make lint", "make types", "make architecture"]
    assert {hook["entry"].removeprefix("make ") for hook in hooks} <= MAKE_TARGETS


# --- Links and versions -------------------------------------------------------------------------


@pytest.mark.parametrize("paper", PAPERS)
def test_links_of_a_page_lead_to_files(paper: str) -> None:
    links = re.findall(r"\]\(([^)#]+)", (ROOT / paper).read_text())

    own = [link for link in links if "://" not in link]
    assert [link for link in own if not (ROOT / link).exists()] == []


def test_readme_leads_to_the_other_pages() -> None:
    readme = (ROOT / "README.md").read_text()

    assert [paper for paper in PAPERS[1:] if f"({paper})" not in readme] == []


def test_newest_release_of_the_changelog_is_the_version() -> None:
    headings = re.findall(r"^## \[(.+?)\](.*)$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)

    assert headings[0] == ("Unreleased", "")
    assert headings[1][0] == VERSION
    assert all(re.fullmatch(r" - \d{4}-\d\d-\d\d", date) for _, date in headings[1:])
