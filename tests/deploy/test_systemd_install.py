"""`deploy/systemd/install` makes a machine ready, in a folder that stands for its root."""

import os
import shlex
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from tests.site import ROOT

INSTALL = ROOT / "deploy" / "systemd" / "install"
SECRETS = {"BACKUP_KEY", "SECRET_KEY", "VAPID_PRIVATE_KEY", "METRICS_TOKEN", "INBOUND_EMAIL_SECRET"}


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    if os.geteuid() != 0:
        pytest.skip("accounts are made by root only")
    if shutil.which("systemd-sysusers") is None or shutil.which("systemd-tmpfiles") is None:
        pytest.skip("systemd's tools are not installed")
    install(tmp_path)
    return tmp_path


def install(root: Path) -> str:
    command = [str(INSTALL), "--root", str(root), "--name", "messages.exemple.fr"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def settings_of(root: Path) -> dict[str, str]:
    words = shlex.split((root / "etc/liaison.env").read_text(), comments=True)
    return dict(word.split("=", 1) for word in words)


def mode_of(path: Path) -> str:
    return f"{stat.S_IMODE(path.stat().st_mode):o}"


def test_folder_belongs_to_the_account_alone(machine: Path) -> None:
    (line,) = (machine / "etc/passwd").read_text().splitlines()
    name, _, uid, *_ = line.split(":")

    folder = machine / "var/lib/liaison"

    assert name == "liaison"
    assert line.endswith("/nologin")
    assert (str(folder.stat().st_uid), mode_of(folder)) == (uid, "700")


def test_settings_have_new_secrets_that_only_root_reads(machine: Path, tmp_path: Path) -> None:
    install(tmp_path / "other")
    first, second = settings_of(machine), settings_of(tmp_path / "other")

    assert mode_of(machine / "etc/liaison.env") == "600"
    assert first["PUBLIC_URL"] == "https://messages.exemple.fr"
    assert all(len(first[name]) >= 40 for name in SECRETS)
    assert {name for name in SECRETS if first[name] == second[name]} == set()
    assert "change-me" not in (machine / "etc/liaison.env").read_text()
    assert first["DATABASE_URL"] != second["DATABASE_URL"]


def test_second_run_keeps_the_settings_and_mends_the_rest(machine: Path) -> None:
    settings, folder = machine / "etc/liaison.env", machine / "var/lib/liaison"
    settings.write_text(settings.read_text() + "S3_BUCKET=chantiers\n")
    before = settings.read_text()
    settings.chmod(0o644)
    folder.chmod(0o755)
    unit = machine / "etc/systemd/system/liaison-beat.service"
    unit.write_text("of an older version")

    said = install(machine)

    assert "is kept" in said
    assert settings.read_text() == before
    assert (mode_of(settings), mode_of(folder)) == ("600", "700")
    assert "StateDirectory=liaison\n" in unit.read_text()
    assert len((machine / "etc/passwd").read_text().splitlines()) == 1


def test_every_unit_of_the_target_is_there_and_no_other_file(machine: Path) -> None:
    units = machine / "etc/systemd/system"
    (wanted,) = [
        line.removeprefix("Wants=").split()
        for line in (units / "liaison.target").read_text().splitlines()
        if line.startswith("Wants=")
    ]

    names = {path.name for path in units.iterdir()}

    assert {name.replace("@1.", "@.").replace("@2.", "@.") for name in wanted} <= names
    folders = {path.name for path in units.iterdir() if path.is_dir()}
    assert folders == {"liaison-worker@2.service.d"}
    files = {path.suffix for path in units.iterdir() if path.is_file()}
    assert files == {".service", ".socket", ".target", ".timer"}


def test_units_find_what_was_made(machine: Path) -> None:
    """Each process writes into the folder of the account, for itself alone."""
    for unit in (machine / "etc/systemd/system").glob("*.service"):
        lines = unit.read_text().splitlines()
        assert {
            "User=liaison", "EnvironmentFile=/etc/liaison.env", "StateDirectory=liaison",
            "StateDirectoryMode=0700", "UMask=0077",
        } <= set(lines), unit.name  # fmt: skip


def test_unknown_option_is_refused() -> None:
    done = subprocess.run([INSTALL, "--nam"], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr.startswith("usage: ")) == (2, True)


def test_second_worker_prefers_pushes(machine: Path) -> None:
    units = machine / "etc/systemd/system"

    assert "WORKER_QUEUES=realtime," in (units / "liaison-worker@.service").read_text()
    drop_in = units / "liaison-worker@2.service.d" / "queues.conf"
    assert "WORKER_QUEUES=notifications,realtime," in drop_in.read_text()
