"""`manage.py upgrade` on a machine in a folder: real releases, migrations and web processes.

systemd is not the first process here: `tests/deploy/units.py` restarts the processes in its place.
"""

import getpass
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from deploy.launcher.ports import free_port
from tests.deploy import units
from tests.site import ROOT
from tests.upgrade.calls import answers
from tests.upgrade.old_code import exported
from tests.upgrade.place import Place, new_place
from tests.upgrade.releases import database_of
from tests.waiting import until

BEFORE = "3ce9039"
WEBS = ("liaison-web@1.service", "liaison-web@2.service")
SYSTEMCTL = """#!/bin/sh
cd {root} && exec {python} -m tests.deploy.units {folder} "$@"
"""


@dataclass
class Server:
    root: Path
    place: Place
    ports: dict[str, int]

    @property
    def link(self) -> Path:
        return self.root / "opt" / "liaison"

    def upgrade(self, *options: str) -> tuple[int, str]:
        done = subprocess.run(
            [sys.executable, "manage.py", "upgrade", *options,
             "--root", str(self.root), "--account", getpass.getuser()],
            cwd=ROOT, capture_output=True, text=True, check=False,
            env={"PATH": f"{self.root / 'bin'}:{os.environ['PATH']}"},
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    def pids(self) -> list[str]:
        return [(self.root / "units" / f"{unit}.pid").read_text() for unit in WEBS]

    def folders(self) -> set[str]:
        return {os.readlink(f"/proc/{pid}/cwd") for pid in self.pids()}

    def pending(self) -> bool:
        """Tell whether the newest migrations of the repository are missing in the database."""
        query = "SELECT 1 FROM django_migrations WHERE app = 'workers' AND name LIKE '0003%%'"
        return not self.place.rows(query)


@pytest.fixture
def server(home: Path) -> Iterator[Server]:
    """A machine that runs an earlier release, installed as a folder and not as a link."""
    if os.geteuid() != 0:
        pytest.skip("accounts are made by root only")
    if shutil.which("systemd-sysusers") is None:
        pytest.skip("systemd's tools are not installed")
    with new_place("server", home) as place:
        place.restore(database_of(BEFORE))
        server = Server(home, place, {unit: free_port() for unit in WEBS})
        for name in ("opt", "etc", "units", "bin", "var/lib/liaison"):
            (home / name).mkdir(parents=True)
        exported("HEAD", home).tree.rename(server.link)
        (server.link / ".venv").symlink_to(Path(sys.prefix))
        project = server.link / "pyproject.toml"
        project.write_text(
            re.sub('version = ".*"', 'version = "0.0.9"', project.read_text(), count=1)
        )
        settings = place.environment | {"LIAISON_HOME": str(home / "var/lib/liaison")}
        (home / "etc" / "liaison.env").write_text(
            "".join(f"{name}={shlex.quote(value)}\n" for name, value in settings.items())
        )
        folder = home / "units"
        (folder / "code").symlink_to(server.link)
        systemctl = home / "bin" / "systemctl"
        systemctl.write_text(SYSTEMCTL.format(root=ROOT, python=sys.executable, folder=folder))
        systemctl.chmod(0o755)
        for unit, port in server.ports.items():
            pairs = [f"{name}={value}" for name, value in settings.items()]
            command = [sys.executable, "-m", "core.server", "--port", str(port)]
            (folder / unit).write_text(json.dumps(["env", *pairs, *command]))
            units.start(folder, unit)
        try:
            until(lambda: all(map(answers, server.ports.values())), "the old release is silent")
            yield server
        finally:
            for unit in WEBS:
                units.stop(folder, unit)


def test_release_is_replaced_and_goes_back(server: Server) -> None:
    old_pids, folder = server.pids(), server.root / "units"
    # The unit of 0.1.0, beside which the new ones get no connection.
    (folder / "liaison-web.service").write_text(json.dumps(["sleep", "600"]))
    units.start(folder, "liaison-web.service")

    code, said = server.upgrade("--without-backup", "--despite-doctor")

    assert code == 1
    assert said.startswith(f"Liaison 0.0.9 ({server.link})")
    assert "stopped: the unit liaison-web of 0.1.0 holds the port" in said
    assert server.pids() == old_pids
    units.stop(folder, "liaison-web.service")
    (folder / "liaison-web.service").unlink()

    code, said = server.upgrade("--without-backup", "--despite-doctor")

    assert code == 0, said
    assert [int(number) for number in re.findall(r"^(\d)/7 ", said, re.MULTILINE)] == list(
        range(1, 8)
    )
    assert "NO BACKUP" in said
    assert not server.pending()
    assert server.folders() == {str(ROOT)}
    assert server.link.resolve() == ROOT
    assert server.link.with_name("liaison.before").resolve().name == "liaison-0.0.9"
    until(lambda: all(map(answers, server.ports.values())), "the new release is silent")
    pids = server.pids()
    assert not set(pids) & set(old_pids)

    # Again: nothing is left to do but the backup, so nobody is restarted.
    backups = server.root / "backups"
    code, said = server.upgrade("--backup-to", str(backups), "--despite-doctor")
    assert code == 0, said
    assert re.search(rf"is in {backups}.*rows", said, re.DOTALL), said
    assert server.pids() == pids

    code, said = server.upgrade("--back")

    assert code == 0, said
    assert server.folders() == {str(server.root / "opt" / "liaison-0.0.9")}
    until(lambda: all(map(answers, server.ports.values())), "the release before is silent")


def test_first_step_that_fails_stops_it_and_says_what_to_do(server: Server) -> None:
    settings = server.root / "etc" / "liaison.env"
    text, pids = settings.read_text(), server.pids()
    settings.write_text(re.sub("/upgrade_server_[a-z0-9]+", "/nowhere", text))

    code, said = server.upgrade("--without-backup", "--despite-doctor")

    assert code == 1
    assert "nothing was changed: mend it, then run this again" in said
    assert "2/7" not in said
    assert server.pids() == pids
    assert server.link.resolve() == server.link
    assert server.pending()

    # The doctor is asked, unless told otherwise: here much is missing.
    settings.write_text(text)
    code, said = server.upgrade("--without-backup")
    assert (code, "or with --despite-doctor" in said, server.pids()) == (1, True, pids)


def test_where_nothing_is_installed_the_page_is_named(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "upgrade", "--without-backup", "--root", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 1
    assert "deploy/docs/upgrade.md has the steps of `make run`" in done.stderr
