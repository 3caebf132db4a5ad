"""What a person sees, what a program reads, and the exit code."""

import json
import os
import stat
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import override
from pytest_django import Settings

from core.doctor import configuration, machine
from core.doctor.findings import Level
from deploy.launcher.ports import free_port
from tests.site import ROOT, Site
from workers import doctor as workers
from workers.management.commands.doctor import TITLES


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("doctor", *arguments, stdout=out, no_color=True)
    return out.getvalue()


class TestWholeInstallation:
    def test_every_part_is_well(self, site: Site, settings: Settings) -> None:
        settings.PUBLIC_URL, settings.HTTPS = site.url, False
        parts = ["database", "valkey", "bucket", "address", "email", "push", "machine"]

        read = json.loads(said("--json", *(f"--only={part}" for part in parts)))

        assert read["ok"] is True
        assert {one["part"] for one in read["findings"]} <= set(parts)
        assert {one["level"] for one in read["findings"]} <= {"ok", "warning"}

    def test_it_is_said_in_the_language_of_the_administrator(self, site: Site) -> None:
        with override("fr"):
            assert "PostgreSQL 18" in (words := said("--only=database"))
        assert "✓ Toutes les migrations sont appliquées." in words


class TestSettings:
    def test_what_is_silenced_on_purpose_is_not_found(self, settings: Settings) -> None:
        settings.DEBUG, settings.CLAMD_URL = False, ""
        antivirus = "attachments.W001"
        assert antivirus in " ".join(one.says for one in configuration.examine())

        settings.SILENCED_SYSTEM_CHECKS = [antivirus]

        assert antivirus not in " ".join(one.says for one in configuration.examine())


class TestBrokenInstallation:
    def test_no_worker_and_no_beat_are_errors_with_what_to_do(self, transactional_db: None) -> None:
        found = [one for one in workers.examine() if one.level == Level.ERROR]

        assert ["liaison.target" in found[0].advice, "liaison-beat" in found[1].advice] == [
            True,
            True,
        ]

    def test_command_ends_with_1_and_counts(self, transactional_db: None) -> None:
        out = StringIO()
        with override("en"), pytest.raises(CommandError, match="2 points need mending"):
            call_command("doctor", "--only=workers", stdout=out, no_color=True)

        assert "  ✗ No worker is alive" in out.getvalue()
        assert "      → Start the workers" in out.getvalue()

    def test_folder_that_everybody_may_open_is_found(
        self, settings: Settings, tmp_path: Path
    ) -> None:
        settings.LIAISON_HOME = tmp_path
        tmp_path.chmod(0o755)

        found = [one for one in machine.examine() if one.level == Level.ERROR]

        assert [f"chmod o-rwx {tmp_path}" in one.advice for one in found] == [True]
        tmp_path.chmod(stat.S_IRWXU)
        assert not [one for one in machine.examine() if one.level == Level.ERROR]

    def test_full_disk_is_found(
        self, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(machine, "FULL_BYTES", 10**18)

        assert any("GB" in one.says and one.level == Level.ERROR for one in machine.examine())

    def test_nothing_that_is_away_hides_the_others(self, tmp_path: Path) -> None:
        """A server whose services were never started: each is named, with a code of 1."""
        port = free_port()
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("ANYMAIL")
        } | {
            "LIAISON_HOME": str(tmp_path),
            "DATABASE_URL": f"postgres://liaison@127.0.0.1:{port}/liaison",
            "REDIS_URL": f"redis://127.0.0.1:{port}/0",
            "S3_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "S3_PUBLIC_URL": f"http://127.0.0.1:{port}",
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
        }

        done = subprocess.run(
            [sys.executable, "manage.py", "doctor", "--json"],
            cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip

        assert done.returncode == 1, done.stderr
        read = json.loads(done.stdout)
        broken = {one["part"] for one in read["findings"] if one["level"] == "error"}
        assert {"database", "valkey", "bucket", "workers"} <= broken
        assert all(
            one["advice"] for one in read["findings"] if one["part"] in ("database", "valkey")
        )


def test_each_part_has_a_title() -> None:
    assert list(TITLES) == list(dict.fromkeys(TITLES))
