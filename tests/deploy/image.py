"""Carries out a Dockerfile without Docker: each stage is a folder, whose `/` it is.

Two steps that download are replaced. The packages of the locks are those of this run, at the locks'
versions and no others; the packages of Node are those of its lock without the development's. All
other steps run as they stand, with the paths of files in the folder of their stage.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from importlib.metadata import Distribution, distribution, distributions
from itertools import pairwise
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.bundles import node
from tests.commands import git
from tests.deploy.test_left_out import is_left_out
from tests.site import ROOT

PIN = re.compile(r"^([\w.-]+==[^\\\n]+?) *\\?$", re.MULTILINE)
PIP = re.compile(r"(\S+)/bin/pip install ((?:[^&\n]|\\\n)*)")
FOLDERS = re.compile(r"(?<![\w./=-])/(?=(?:app|venv|var)\b)|(?<==)/(?=(?:app|venv|var)\b)")


@dataclass
class Stage:
    """A folder that stands for the root of a file system, and what its processes get."""

    root: Path
    base: str
    folder: str = "/"
    user: str = "root"
    environment: dict[str, str] = field(default_factory=dict)
    command: list[str] = field(default_factory=list)
    ports: list[int] = field(default_factory=list)

    def path(self, inside: str) -> Path:
        """Return where a path of the Dockerfile, absolute or of its WORKDIR, is here."""
        return self.root / os.path.normpath(os.path.join(self.folder, inside)).lstrip("/")

    def here(self, text: str) -> str:
        return FOLDERS.sub(f"{self.root}/", text)

    def variables(self) -> dict[str, str]:
        given = {name: self.here(value) for name, value in self.environment.items()}
        return {"HOME": str(self.root), **given, "PATH": self.programs(given)}

    def programs(self, given: dict[str, str]) -> str:
        """Return the PATH: Debian's folders, and the interpreter that the base image has."""
        base = Path(node()).parent if self.base.startswith("node:") else self.root.parent / ".base"
        own = given.get("PATH", "$PATH")
        return own.replace("$PATH", f"{base}:/usr/bin:/bin:/usr/sbin:/sbin")


def instructions(dockerfile: Path) -> list[tuple[str, str]]:
    """Return the instructions of a Dockerfile and what stands after them, lines joined."""
    text = re.sub(r"^\s*#.*\n", "", dockerfile.read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    parts = (line.strip().partition(" ") for line in lines if line.strip())
    return [(name, rest.strip()) for name, _, rest in parts]


def context(folder: Path) -> Path:
    """Copy what `docker build` would send of this working copy, by `.dockerignore`."""
    for name in git(ROOT, "ls-files", "--cached").splitlines():
        if not is_left_out(name) and (ROOT / name).exists():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return folder


def build(dockerfile: Path, folder: Path) -> Stage:
    """Carry out all stages in a folder that is empty; return the last one."""
    sent = context(folder / "context")
    stages: dict[str, Stage] = {}
    provide_python(folder / ".base")
    for name, rest in instructions(dockerfile):
        if name == "FROM":
            base, _, label = rest.partition(" AS ")
            root = folder / (label or "image")
            root.mkdir()
            stages[label] = Stage(root, base)
        elif name == "COPY":
            copy(list(stages.values())[-1], rest, sent, stages)
        else:
            carry_out(list(stages.values())[-1], name, rest)
    return stages[""]


def provide_python(folder: Path) -> None:
    """Put our own Python there under the name that the images of Python have: `python`."""
    folder.mkdir()
    python = folder / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.base_prefix}/bin/python3" "$@"\n')
    python.chmod(0o755)


def carry_out(stage: Stage, name: str, rest: str) -> None:
    match name:
        case "WORKDIR":
            stage.folder = rest
            stage.path("").mkdir(parents=True, exist_ok=True)
        case "RUN":
            run(stage, rest)
        case "ENV":
            words = (word.partition("=") for word in shlex.split(rest))
            stage.environment |= {key: value.replace("$VERSION", "") for key, _, value in words}
        case "USER":
            stage.user = rest
        case "EXPOSE":
            stage.ports.append(int(rest))
        case "CMD":
            stage.command = json.loads(rest)
        case _:
            # The value of an argument is its default, which is empty.
            assert name == "ARG", f"{name} is not known here"


def copy(stage: Stage, rest: str, sent: Path, stages: dict[str, Stage]) -> None:
    options: list[str] = []
    names: list[str] = []
    for word in rest.split():
        (options if word.startswith("--") else names).append(word)
    (label,) = [o.removeprefix("--from=") for o in options if o.startswith("--from=")] or [""]
    *sources, target = names
    for source in sources:
        found = stages[label].path(source) if label else sent / source
        there = stage.path(target)
        if label and found.is_dir():
            # No later step reads it there, and it has many files.
            found.rename(there)
            move_programs(there / "bin", there, found)
        elif found.is_dir():
            shutil.copytree(found, there, symlinks=True, dirs_exist_ok=True)
        else:
            shutil.copy(found, there / found.name if target.endswith(("/", ".")) else there)


def move_programs(programs: Path, here: Path, there: Path) -> None:
    """Write the new folder into the first line of programs. In an image it is the same folder."""
    for program in programs.glob("*"):
        if program.is_dir() or program.is_symlink():
            continue
        if (text := program.read_bytes()).startswith(b"#!"):
            program.write_bytes(text.replace(f"#!{there}".encode(), f"#!{here}".encode(), 1))


def run(stage: Stage, text: str) -> None:
    for command in re.split(r"\s+&&\s+", text):
        if command.startswith("useradd"):
            continue
        if pip := PIP.fullmatch(command):
            install(stage, pip[1], pip[2].split())
        elif command.startswith("npm ci"):
            install_node(stage)
        elif not command.startswith("chown"):
            shell(stage, command)


def shell(stage: Stage, command: str) -> None:
    # A variable before a command, such as SECRET_KEY=build, is the shell's.
    done = subprocess.run(
        ["sh", "-euc", stage.here(command)],
        cwd=stage.path(""), env=stage.variables(), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


def install(stage: Stage, venv: str, words: list[str]) -> None:
    """Link the packages of the named locks, as pip would have installed them."""
    assert {"--require-hashes", "--no-deps"} <= set(words)
    locks = [after for word, after in pairwise(words) if word == "-r"]
    assert locks
    target = stage.path(venv)
    (packages,) = target.glob("lib/python3.*/site-packages")
    recorded = {canonicalize_name(each.name): files_of(each) for each in distributions()}
    of_one_package = unshared(recorded.values())
    for lock in locks:
        for line in PIN.findall(stage.path(lock).read_text()):
            pin = Requirement(line)
            if pin.marker and not pin.marker.evaluate():
                continue
            found = distribution(pin.name)
            assert found.version in pin.specifier, f"{line}, and here is {found.version}"
            tops = {
                (name.partition("/")[0], name) for name in recorded[canonicalize_name(pin.name)]
            }
            for name in {top if top in of_one_package else name for top, name in tops}:
                link(Path(str(found.locate_file(name))), packages / name, target)


def files_of(package: Distribution) -> list[str]:
    """Return the files of a package, relative to site-packages. `files` of the library is slow."""
    return [line.split(",")[0] for line in (package.read_text("RECORD") or "").splitlines()]


def top_of(file: str) -> str:
    return file.partition("/")[0]


def unshared(packages: Iterable[list[str]]) -> set[str]:
    """Return the folders of site-packages that belong to one package alone, and can be one link."""
    owners = Counter(
        top for files in packages for top in {name.partition("/")[0] for name in files}
    )
    return {top for top, count in owners.items() if count == 1 and top != ".."}


def link(there: Path, here: Path, venv: Path) -> None:
    """Link a file or folder of a package. A program is written for the Python of the new folder."""
    resolved = Path(os.path.normpath(here))
    if resolved.exists() or not there.exists():
        return
    resolved.parent.mkdir(parents=True, exist_ok=True)
    if resolved.parent == venv / "bin":
        head, _, body = there.read_bytes().partition(b"\n")
        own = head if b"python" not in head else f"#!{venv}/bin/python".encode()
        resolved.write_bytes(own + b"\n" + body)
        resolved.chmod(0o755)
    else:
        resolved.symlink_to(there)


def install_node(stage: Stage) -> None:
    lock = json.loads(stage.path("package-lock.json").read_text())
    for name, entry in lock["packages"].items():
        if name and not entry.get("dev") and (ROOT / name).exists():
            installed = json.loads((ROOT / name / "package.json").read_text())
            assert installed["version"] == entry["version"]
            shutil.copytree(ROOT / name, stage.path(name), symlinks=True)
