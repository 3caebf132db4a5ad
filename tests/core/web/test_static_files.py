"""A page never fails for a static file that was not collected, and `/readyz` tells it."""

from pathlib import Path

import pytest

from tests.commands import python

ASK = """
import re
import django; django.setup()
from django.test import Client
page = Client().get("/login")
sheets = re.findall(r'href="([^"]+[.]css)"', page.content.decode())
print("page", page.status_code, len(sheets), {Client().get(sheet).status_code for sheet in sheets})
print("name", sheets[0])
ready = Client().get("/readyz")
print("ready", ready.status_code, ready.json()["static files"])
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


def said(home: Path) -> dict[str, str]:
    """Return what a new process of production says about the page, its sheets and itself."""
    ran = python("-c", ASK, **environment(home))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    lines = [line.partition(" ") for line in ran.stdout.splitlines()]
    return {key: rest for key, _, rest in lines if key in {"page", "name", "ready"}}


def environment(home: Path) -> dict[str, str]:
    return {
        "LIAISON_HOME": str(home), "DEBUG": "false", "HTTPS": "false", "SECRET_KEY": "k" * 50,
        # The styles of the sources: those of `make bundles` have their hash already.
        "ALLOWED_HOSTS": "testserver", "JS_MODULES": "true",
    }  # fmt: skip


@pytest.mark.django_db
class TestWithoutACollection:
    @pytest.mark.parametrize("manifest", [None, "", '{"paths": {"core/to'])
    def test_page_has_its_styles_and_readyz_says_what_to_run(
        self, home: Path, manifest: str | None
    ) -> None:
        if manifest is not None:
            (home / "static").mkdir(exist_ok=True)
            (home / "static" / "staticfiles.json").write_text(manifest)

        answer = said(home)

        assert (answer["page"], answer["name"]) == ("200 5 {200}", "/static/core/tokens.css")
        assert answer["ready"].startswith("503 ")
        assert "not collected: run `manage.py collectstatic`" in answer["ready"]

    def test_collection_gives_hashed_names_and_readyz_is_content(self, home: Path) -> None:
        ran = python("manage.py", "collectstatic", "--no-input", **environment(home))
        assert ran.returncode == 0, ran.stderr

        answer = said(home)

        assert answer["page"] == "200 5 {200}"
        assert answer["name"].startswith("/static/core/tokens.")
        assert answer["name"] != "/static/core/tokens.css"
        assert answer["ready"].endswith(" ok")
