"""One number says which version runs, and the commit beside it says which build."""

import json
from pathlib import Path

import pytest
from django.test import Client

from core.models import User
from core.version import BUILD, COMMIT, VERSION, commit_in, version_in
from tests.cast import Call
from tests.commands import ROOT, git, python

TOLD = "import django; django.setup(); from core import version as v; print(v.COMMIT, v.BUILD)"


@pytest.fixture
def working_copy(tmp_path: Path) -> Path:
    git(tmp_path, "init")
    git(tmp_path, "commit", "--allow-empty", "--message", "Begin")
    return tmp_path


class TestTheVersion:
    def test_is_the_one_of_pyproject(self, tmp_path: Path) -> None:
        (tmp_path / "pyproject.toml").write_text('[project]\nname = "liaison"\nversion = "7.1.2"\n')

        assert version_in(tmp_path) == "7.1.2"
        assert version_in(ROOT) == VERSION

    def test_has_no_second_copy_in_package_json(self) -> None:
        assert "version" not in json.loads((ROOT / "package.json").read_text())

    @pytest.mark.django_db
    def test_is_told_to_who_asks_who_they_are(self, api: Call, camille: User) -> None:
        assert api(camille).get("/api/v1/me").json()["version"] == VERSION

    @pytest.mark.django_db
    def test_is_in_the_metrics_beside_the_commit(self, client: Client) -> None:
        text = client.get("/metrics").content.decode()

        assert f'liaison_build_info{{commit="{COMMIT}",version="{VERSION}"}} 1.0' in text


class TestTheCommit:
    def test_is_that_of_the_branch(self, working_copy: Path) -> None:
        assert commit_in(working_copy) == git(working_copy, "rev-parse", "HEAD")[:10]

    def test_is_found_after_git_has_tidied_up(self, working_copy: Path) -> None:
        git(working_copy, "pack-refs", "--all")

        assert commit_in(working_copy) == git(working_copy, "rev-parse", "HEAD")[:10]

    def test_is_found_without_a_branch(self, working_copy: Path) -> None:
        git(working_copy, "checkout", "--detach")

        assert commit_in(working_copy) == git(working_copy, "rev-parse", "HEAD")[:10]

    def test_is_empty_outside_a_working_copy(self, tmp_path: Path) -> None:
        assert commit_in(tmp_path / "nowhere") == ""

    @pytest.mark.parametrize(
        ("given", "told"), [("v2-essai", "v2-essai"), ("0123456789" * 4, "0123456789")]
    )
    def test_is_what_liaison_version_says_first(self, given: str, told: str) -> None:
        ran = python("-c", TOLD, LIAISON_VERSION=given)

        assert ran.stdout.split() == [told, f"{VERSION}+{told}"], ran.stderr


def test_build_is_the_version_and_the_commit() -> None:
    assert f"{VERSION}+{COMMIT}".rstrip("+") == BUILD
