"""The code of an earlier commit, exported from git, with the packages of its own lock."""

import importlib.metadata
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from packaging.requirements import Requirement

from tests.commands import git, unmeasured

ROOT = Path(__file__).resolve().parents[2]
LOCK = "requirements.txt"
WEB_UNIT = "deploy/systemd/liaison-web@.service"


class CommitMissing(Exception):
    """This clone has not the commit: `git fetch --unshallow` brings the whole history."""


@dataclass
class Code:
    """A folder with the code of one version, and how to run it."""

    name: str
    tree: Path
    # Packages that come before those of this environment.
    packages: Path | None = None
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @classmethod
    def of_today(cls) -> "Code":
        return cls("now", ROOT)

    def environment(self, given: dict[str, str]) -> dict[str, str]:
        paths = [str(self.packages)] if self.packages else []
        return unmeasured(
            {**os.environ, **given, "PYTHONUNBUFFERED": "1", "PYTHONPATH": os.pathsep.join(paths)}
        )

    def manage(self, given: dict[str, str], *arguments: str, may_find: bool = False) -> str:
        """Run a command of `manage.py` to its end; return what it printed.

        With `may_find` it may end with 1, as a check that finds something does.
        """
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self.tree,
            env=self.environment(given),
            capture_output=True,
            text=True,
            check=False,
        )
        allowed = (0, 1) if may_find else (0,)
        assert done.returncode in allowed, f"{self.name}: {arguments}\n{done.stdout}{done.stderr}"
        return done.stdout

    def start(self, given: dict[str, str], log: Path, *words: str) -> subprocess.Popen[bytes]:
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", *words],
                cwd=self.tree,
                env=self.environment(given),
                stdout=output,
                stderr=output,
                # So that its children can be killed with it, as systemd does.
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def web_command(self, port: int) -> list[str]:
        """Return how this version starts its web process, without a drain before 0.2."""
        if (self.tree / "core/server.py").exists():
            return ["core.server", "--port", str(port)]
        return [
            *("uvicorn", "core.asgi:application", "--host", "127.0.0.1", "--port", str(port)),
            *("--lifespan", "off", "--timeout-graceful-shutdown", "5"),
        ]

    def worker_command(self, name: str) -> list[str]:
        queues = "realtime,notifications,attachments,maintenance"
        if (self.tree / "core/outgoing").exists():
            queues += ",webhooks"
        return [
            *("celery", "--quiet", "-A", "workers.celery", "worker", "--concurrency", "1"),
            *("--without-gossip", "--without-mingle", "--hostname", f"{name}@%h"),
            *("--queues", queues),
        ]


def exported(commit: str, folder: Path) -> Code:
    """Write the files of a commit, and the packages that it wants and this environment has not."""
    tree = folder / f"code-{commit}"
    if not tree.exists():
        try:
            git(ROOT, "cat-file", "-e", f"{commit}^{{commit}}")
        except subprocess.CalledProcessError as error:
            raise CommitMissing(commit) from error
        archive = folder / f"{commit}.tar"
        git(ROOT, "archive", "--output", str(archive), commit)
        tree.mkdir()
        subprocess.run(["tar", "--extract", "--file", archive], cwd=tree, check=True)
        archive.unlink()
    return Code(commit, tree, _packages_of(tree, folder / f"packages-{commit}"))


def _packages_of(tree: Path, folder: Path) -> Path | None:
    """Install what the lock names in another version than ours, or not ours at all."""
    differing = [entry for entry in _entries(tree / LOCK) if not _is_here(entry)]
    if not differing:
        return None
    if not folder.exists():
        wanted = tree / "differing.txt"
        wanted.write_text("".join(differing))
        subprocess.run(
            [
                *(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"),
                *("--no-deps", "--require-hashes", "--target", str(folder), "-r", str(wanted)),
            ],
            check=True,
        )
    return folder


def _entries(lock: Path) -> list[str]:
    """Return the entries of a lock, each with its hashes."""
    return re.findall(r"^[a-zA-Z0-9].*\n(?:^ .*\n)*", lock.read_text(), re.MULTILINE)


def _is_here(entry: str) -> bool:
    requirement = Requirement(entry.split("\\")[0].strip())
    if requirement.marker and not requirement.marker.evaluate():
        return True
    try:
        return requirement.specifier.contains(importlib.metadata.version(requirement.name))
    except importlib.metadata.PackageNotFoundError:
        return False
