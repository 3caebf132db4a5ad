"""Python and the templates say everything in French too, and the compiled file is up to date."""

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGS = sorted(ROOT.glob("*/locale/fr/LC_MESSAGES/django.po"))
APPS = [app.parent for app in ROOT.glob("*/apps.py")]
TRANSLATE = re.compile(r'{%\s*translate "([^"]+)"')
GETTEXT = {"_", "gettext", "gettext_lazy"}


@pytest.fixture(scope="module")
def french() -> dict[str, str]:
    return {text: said for catalog in CATALOGS for text, said in written_in(catalog).items()}


def test_every_text_has_its_french(french: dict[str, str]) -> None:
    assert {text for text in written() if not french.get(text)} == set()


def test_no_french_is_left_over(french: dict[str, str]) -> None:
    assert french.keys() - set(written()) == set()


def test_french_signs_stay_on_the_line_of_their_word(french: dict[str, str]) -> None:
    """A space that does not break: U+00A0 before a colon and inside « », U+202F before ; ! ?"""
    assert [said for said in french.values() if re.search(r" [:;!?»]|« ", said)] == []


@pytest.mark.parametrize("catalog", CATALOGS, ids=lambda path: path.parts[-5])
def test_the_compiled_file_is_the_written_one(catalog: Path) -> None:
    """Otherwise: `pybabel compile -D django -d APP/locale`."""
    with catalog.with_suffix(".mo").open("rb") as file:
        compiled = {str(m.id): str(m.string) for m in read_mo(file) if m.id}
    assert compiled == written_in(catalog)


def written_in(catalog: Path) -> dict[str, str]:
    return {str(m.id): str(m.string) for m in read_po(BytesIO(catalog.read_bytes())) if m.id}


def written() -> Iterator[str]:
    for app in APPS:
        for template in app.glob("templates/**/*.html"):
            yield from TRANSLATE.findall(template.read_text())
        for module in app.rglob("*.py"):
            yield from gettext_calls(ast.parse(module.read_text()))


def gettext_calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(text)), *_]) if (
                name in GETTEXT
            ):
                yield text
