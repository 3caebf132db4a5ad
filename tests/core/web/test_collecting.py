"""A start collects the static files only if they changed, and never leaves old ones."""

import os
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from core.auth.first_manager import setup_code
from core.web import collecting
from core.web.collecting import collect_if_changed
from core.web.static_files import CollectedFiles

MINUTE_NS = 60 * 10**9


@pytest.fixture
def sheet(tmp_path: Path, settings: Settings) -> Path:
    """The only static file of the code."""
    sources = tmp_path / "sources"
    sources.mkdir()
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    settings.STATICFILES_DIRS = [sources]
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "core.web.static_files.CollectedFiles"},
    }
    sheet = sources / "page.css"
    sheet.write_text("a { color: red }")
    return sheet


def served(name: str = "page.css") -> str:
    """Return what a process that starts now serves by this name."""
    storage = CollectedFiles()
    return Path(storage.path(storage.hashed_files[name])).read_text()


def is_collected_again(sheet: Path) -> bool:
    manifest = sheet.parents[1] / "static" / "staticfiles.json"
    os.utime(manifest, ns=(0, 0))
    collect_if_changed()
    return manifest.stat().st_mtime_ns > 0


def test_first_start_collects_and_the_second_does_not(sheet: Path) -> None:
    collect_if_changed()

    assert served() == "a { color: red }"
    assert not is_collected_again(sheet)


def test_changed_file_of_the_same_length_is_collected(sheet: Path) -> None:
    collect_if_changed()
    changed_at = sheet.stat().st_mtime_ns + MINUTE_NS

    sheet.write_text("b { color: red }")
    os.utime(sheet, ns=(changed_at, changed_at))

    assert is_collected_again(sheet)
    assert served() == "b { color: red }"


def test_added_file_is_collected(sheet: Path) -> None:
    collect_if_changed()

    sheet.with_name("print.css").write_text("c {}")

    assert is_collected_again(sheet)
    assert served("print.css") == "c {}"


def test_update_of_a_package_collects_again(sheet: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    collect_if_changed()

    monkeypatch.setattr(collecting, "version", lambda package: "99.0")

    assert is_collected_again(sheet)


@pytest.mark.parametrize("manifest", ["", '{"paths": {"page'])
def test_manifest_that_was_cut_is_written_again(sheet: Path, manifest: str) -> None:
    collect_if_changed()
    (sheet.parents[1] / "static" / "staticfiles.json").write_text(manifest)

    collect_if_changed()

    assert served() == "a { color: red }"


def test_collection_that_did_not_end_begins_again(
    sheet: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    collect_if_changed()
    broken = sheet.with_name("broken.css")
    broken.write_text("a { background: url(nowhere.png) }")
    with pytest.raises(Exception, match="nowhere"):
        collect_if_changed()

    broken.unlink()

    assert is_collected_again(sheet)


@pytest.mark.django_db
def test_start_collects_and_prints_the_code_that_the_first_manager_needs(
    sheet: Path, capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest
) -> None:
    call_command("prepare")
    of_a_new_installation = capsys.readouterr().out
    request.getfixturevalue("marc")
    call_command("prepare")

    assert served() == "a { color: red }"
    assert f"/start, setup code {setup_code()}\n" in of_a_new_installation
    assert "setup code" not in capsys.readouterr().out
