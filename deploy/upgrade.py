"""`manage.py upgrade`: replace the running release of a systemd machine by this one, or go back.

Run as root, in the folder of the new release, which lies beside the running one. `/opt/liaison`
becomes a link to the release that runs. Each step says its time; the first that fails stops the
upgrade and says what to do. It can run again: what is done already is passed over.
"""

import argparse
import os
import pwd
import shutil
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.launcher.data_dir import REPOSITORY

ACCOUNT = "liaison"
# Web first: it answers people. Beat last, since it is alone.
KINDS = ("liaison-web@", "liaison-worker@", "liaison-attachments", "liaison-beat")


# The one of 0.1.0, which holds the port by itself.
OLD_WEB = "liaison-web.service"


class StepFailed(Exception):
    """Why a step failed, and what to do."""


@dataclass(frozen=True)
class Release:
    folder: Path

    @property
    def version(self) -> str:
        with (self.folder / "pyproject.toml").open("rb") as file:
            return str(tomllib.load(file)["project"]["version"])

    @property
    def installer(self) -> Path:
        return self.folder / "deploy" / "systemd" / "install"

    def has_command(self, name: str) -> bool:
        return any(self.folder.glob(f"*/management/commands/{name}.py"))


class Machine:
    """The releases, the settings and the units of one machine."""

    def __init__(self, root: Path = Path("/"), account: str = ACCOUNT) -> None:
        self.root, self.account = root, account
        self.link = root / "opt" / "liaison"
        self.settings = root / "etc" / "liaison.env"
        self.home = root / "var" / "lib" / "liaison"

    @property
    def running(self) -> Release:
        return Release(self.link.resolve())

    @property
    def before(self) -> Path:
        """The link to the release that ran before this one."""
        return self.link.with_name(f"{self.link.name}.before")

    def manage(self, release: Release, *arguments: str) -> None:
        """Run a command of a release with the settings of this machine, as its account."""
        account = self._account()
        python = release.folder / ".venv" / "bin" / "python"
        done = subprocess.run(
            [python, "manage.py", *arguments],
            cwd=release.folder,
            env=self._environment(),
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
            check=False,
        )
        if done.returncode:
            raise StepFailed(f"`manage.py {' '.join(arguments)}` ended with {done.returncode}")

    def _account(self) -> pwd.struct_passwd | None:
        try:
            return pwd.getpwnam(self.account) if os.geteuid() == 0 else None
        except KeyError as error:
            raise StepFailed(
                f"the account {self.account} is missing: run deploy/systemd/install"
            ) from error

    def _environment(self) -> dict[str, str]:
        """Read the settings as a shell does."""
        words = f'set -a; . "{self.settings}"; env -0'
        done = subprocess.run(["sh", "-euc", words], capture_output=True, text=True, check=False)
        if done.returncode:
            raise StepFailed(f"{self.settings} cannot be read: {done.stderr.strip()}")
        pairs = (entry.partition("=") for entry in done.stdout.split("\0") if entry)
        return {**{name: value for name, _, value in pairs}, "LIAISON_HOME": str(self.home)}

    def point_at(self, release: Release) -> None:
        """Let the link lead to a release; remember the one before."""
        now = self.running.folder
        if now == release.folder:
            return
        if not self.link.is_symlink():
            now = self._make_room()
        _replace_link(self.before, now)
        _replace_link(self.link, release.folder)

    def _make_room(self) -> Path:
        """Rename a folder that was installed in the place of the link."""
        name = f"{self.link.name}-{self.running.version}"
        folder = self.link.with_name(name)
        if folder.exists():
            folder = self.link.with_name(f"{name}-{time.strftime('%Y%m%d%H%M%S')}")
        self.link.rename(folder)
        return folder

    def install_units(self, release: Release) -> None:
        """Write the units of a release; the settings are kept."""
        where = [] if self.root == Path("/") else ["--root", str(self.root)]
        subprocess.run([release.installer, *where], check=True, stdout=subprocess.DEVNULL)

    def active(self) -> list[str]:
        printed = _systemctl(
            *("list-units", "--plain", "--no-legend", "--state=active", "--type=service"),
            "liaison-*",
        )
        return sorted(line.split()[0] for line in printed.splitlines() if line.strip())

    def units(self) -> list[str]:
        """Return the active units that run our code, in the order to restart them."""
        active = self.active()
        return [name for kind in KINDS for name in active if name.startswith(kind)]

    def folder_of(self, unit: str) -> Path | None:
        """Return the folder in which the process of a unit runs."""
        pid = _systemctl("show", "--property=MainPID", "--value", unit).strip()
        try:
            return Path(f"/proc/{int(pid)}/cwd").readlink()
        except (OSError, ValueError):
            return None


def _systemctl(*arguments: str) -> str:
    done = subprocess.run(["systemctl", *arguments], capture_output=True, text=True, check=False)
    if done.returncode:
        raise StepFailed(f"`systemctl {' '.join(arguments)}`: {done.stderr.strip()}")
    return done.stdout


def _replace_link(link: Path, target: Path) -> None:
    new = link.with_name(f"{link.name}.new")
    new.unlink(missing_ok=True)
    new.symlink_to(target)
    new.replace(link)


@dataclass(frozen=True)
class Step:
    words: str
    do: Callable[[], None]
    # What to do when it fails.
    remedy: str


@dataclass(frozen=True)
class Upgrade:
    machine: Machine
    new: Release
    backup_place: str | None
    is_despite_doctor: bool

    def steps(self) -> list[Step]:
        old = self.machine.running
        again = "mend it, then run this again"
        unchanged = f"nothing was changed: {again}"
        return [
            Step("Are the running version and the new settings well?", self._examine,
                 f"{unchanged}, or with --despite-doctor"),
            Step(f"Backup to {self.backup_place}" if self.backup_place
                 else "NO BACKUP, as --without-backup says", self._back_up, unchanged),
            Step(f"Migrations, {old.version} still serving", self._migrate,
                 f"{old.version} goes on: {again}"),
            Step("Bucket and static files", self._prepare, f"{old.version} goes on: {again}"),
            Step(f"{self.machine.link} leads to {self.new.folder}", self._switch,
                 f"{old.version} goes on: {again}"),
            Step("Restart, one after the other", self._restart,
                 "run this again, or `manage.py upgrade --back`"),
            Step(f"Is {self.new.version} well?", self._check,
                 "read what the doctor says, or `manage.py upgrade --back`"),
        ]  # fmt: skip

    def _examine(self) -> None:
        self.machine.manage(self.new, "check", "--database", "default")
        old = self.machine.running
        if not old.has_command("doctor"):
            print(f"  {old.version} has no doctor")
        elif not self.is_despite_doctor:
            self.machine.manage(old, "doctor")

    def _back_up(self) -> None:
        if not self.backup_place:
            return
        # The code that knows the tables as they are.
        old = self.machine.running
        if not old.has_command("backup"):
            raise StepFailed(
                f"{old.version} has no command for it: make one by hand"
                " (deploy/docs/deployments.md), then say --without-backup"
            )
        self.machine.manage(old, "backup", self.backup_place)

    def _migrate(self) -> None:
        self.machine.manage(self.new, "migrate", "--no-input", "--verbosity", "0")

    def _prepare(self) -> None:
        self.machine.manage(self.new, "setup_storage", "--verbosity", "0")
        self.machine.manage(self.new, "collectstatic", "--no-input", "--verbosity", "0")

    def _switch(self) -> None:
        self.machine.point_at(self.new)
        self.machine.install_units(self.new)

    def _restart(self) -> None:
        _restart(self.machine, self.new)

    def _check(self) -> None:
        _require_all_in(self.machine, self.new)
        if not self.is_despite_doctor:
            self.machine.manage(self.new, "doctor")


@dataclass(frozen=True)
class Return:
    """The way back: the release before, on the database as it is."""

    machine: Machine

    def steps(self) -> list[Step]:
        if not self.machine.before.is_symlink():
            raise StepFailed(f"{self.machine.before} is missing: nothing ran before")
        old = Release(self.machine.before.resolve())
        if not old.installer.exists():
            raise StepFailed(f"{old.version} has other units: deploy/docs/upgrade.md has the steps")
        again = "mend it, then run this again"
        return [
            Step(f"{self.machine.link} leads to {old.folder} ({old.version})",
                 lambda: self._switch(old), again),
            Step("Restart, one after the other", lambda: _restart(self.machine, old), again),
            Step(f"Do all processes run {old.version}?",
                 lambda: _require_all_in(self.machine, old), again),
        ]  # fmt: skip

    def _switch(self, old: Release) -> None:
        self.machine.point_at(old)
        self.machine.install_units(old)


def _restart(machine: Machine, release: Release) -> None:
    if OLD_WEB in machine.active():
        raise StepFailed(
            "the unit liaison-web of 0.1.0 holds the port: "
            "`systemctl disable --now liaison-web && systemctl start liaison.target`"
        )
    units = machine.units()
    if not units:
        raise StepFailed("no unit of Liaison is active: `systemctl start liaison.target`")
    for unit in units:
        if machine.folder_of(unit) != release.folder:
            began = time.monotonic()
            # A web unit is started when it answers, so the next one can leave.
            _systemctl("restart", unit)
            print(f"  {unit}: {time.monotonic() - began:.1f} s")


def _require_all_in(machine: Machine, release: Release) -> None:
    elsewhere = [unit for unit in machine.units() if machine.folder_of(unit) != release.folder]
    if elsewhere:
        raise StepFailed(f"{', '.join(elsewhere)}: no process in {release.folder}")


def run(steps: Sequence[Step]) -> int:
    """Do the steps in order; return the exit code."""
    for number, step in enumerate(steps, 1):
        print(f"{number}/{len(steps)} {step.words}", flush=True)
        began = time.monotonic()
        try:
            step.do()
        except (StepFailed, OSError, subprocess.CalledProcessError) as error:
            print(f"liaison: stopped: {error}. {step.remedy}.", file=sys.stderr)
            return 1
        print(f"  {time.monotonic() - began:.1f} s", flush=True)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="manage.py upgrade", description=__doc__)
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--backup-to", metavar="PLACE", help="a folder or s3://…, as for `backup`")
    which.add_argument("--without-backup", action="store_true", help="go on without a backup")
    which.add_argument("--back", action="store_true", help="go back to the release before")
    parser.add_argument(
        "--despite-doctor", action="store_true", help="go on though it finds faults"
    )
    parser.add_argument("--root", type=Path, default=Path("/"), help="of the machine: /")
    parser.add_argument("--account", default=ACCOUNT, help="of the processes: %(default)s")
    given = parser.parse_args(arguments)
    machine, new = Machine(given.root, given.account), Release(REPOSITORY)
    if error := _cannot(machine):
        print(f"liaison: {error}", file=sys.stderr)
        return 1
    if given.back:
        try:
            return run(Return(machine).steps())
        except StepFailed as failed:
            print(f"liaison: {failed}", file=sys.stderr)
            return 1
    print(f"Liaison {machine.running.version} ({machine.running.folder}) → {new.version}")
    return run(Upgrade(machine, new, given.backup_to, given.despite_doctor).steps())


def _cannot(machine: Machine) -> str:
    """Return why there is nothing to upgrade here, or an empty text."""
    if not machine.link.exists() or not machine.settings.exists() or not shutil.which("systemctl"):
        return (
            f"no installation with systemd is here ({machine.link}, {machine.settings}): "
            "deploy/docs/upgrade.md has the steps of `make run`, compose and Kubernetes"
        )
    if not machine.link.is_symlink() and machine.running.folder == REPOSITORY:
        return (
            f"{machine.link} is the folder that runs: unpack the new release beside it, "
            f"as {machine.link}-VERSION, and run this there"
        )
    return ""
