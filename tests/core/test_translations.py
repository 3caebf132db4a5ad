"""Every text of an app has its French in the app's own catalog, and the catalogs are up to date."""

import ast
import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

from deploy import messages

ROOT = Path(__file__).resolve().parent.parent.parent
CATALOGS = sorted(ROOT.glob("*/locale/fr/LC_MESSAGES/django.po"))
APPS = sorted(app.parent.name for app in ROOT.glob("*/apps.py"))
TRANSLATE = re.compile(r'{%\s*translate "([^"]+)"(?:\s+context "([^"]+)")?')
BLOCK = re.compile(r"{%\s*blocktranslate\b[^%]*%}(.*?){%\s*endblocktranslate\s*%}", re.DOTALL)
PLURAL = re.compile(r"{%\s*plural\s*%}")
VARIABLE = re.compile(r"{{ (\w+) }}")
GETTEXT = {"_", "gettext", "gettext_lazy"}
# French puts a space that does not break before these signs: U+00A0 before a colon and inside the
# quotation marks, U+202F before ; ! ?
BREAKING = re.compile(r"(?<!\u00a0):|«(?!\u00a0)|(?<!\u00a0)»|(?<!\u202f)[;!?]")

every_app = pytest.mark.parametrize("app", APPS)


@pytest.fixture(scope="module")
def french() -> dict[str, dict[str, str]]:
    """Return the French texts by app, each by its English text."""
    return {catalog.parts[-5]: written_in(catalog) for catalog in CATALOGS}


@every_app
def test_every_text_has_its_french(app: str, french: dict[str, dict[str, str]]) -> None:
    """It is in the catalog of the app, or in core's if core says the text too."""
    of_core = french["core"] if app != "core" else {}

    assert {t for t in said_by(app) if not french[app].get(t) and not of_core.get(t)} == set()


@every_app
def test_no_french_is_left_over(app: str, french: dict[str, dict[str, str]]) -> None:
    of_core = set(said_by("core")) if app != "core" else set()

    assert french[app].keys() - (set(said_by(app)) - of_core) == set()


def test_text_of_two_apps_has_one_french(french: dict[str, dict[str, str]]) -> None:
    """Django merges the catalogs: of two translations, one would be shown in both apps."""
    said: dict[str, set[str]] = {}
    for texts in french.values():
        for text, translation in texts.items():
            said.setdefault(text, set()).add(translation)

    assert {text: both for text, both in said.items() if len(both) > 1} == {}


@every_app
def test_french_signs_stay_on_the_line_of_their_word(
    app: str, french: dict[str, dict[str, str]]
) -> None:
    assert [said for said in french[app].values() if BREAKING.search(said)] == []


@every_app
def test_catalog_is_as_make_messages_writes_it(app: str) -> None:
    text = messages.written(app, messages.refreshed(app, "fr"))

    assert messages.catalog_path(app, "fr").read_text() == text


@pytest.mark.parametrize("catalog", CATALOGS, ids=lambda path: path.parts[-5])
def test_compiled_catalog_holds_the_texts_of_the_written_one(catalog: Path) -> None:
    """If this fails, run `make messages`."""
    with catalog.with_suffix(".mo").open("rb") as file:
        compiled = said_in(read_mo(file))
    assert compiled == written_in(catalog)


def written_in(catalog: Path) -> dict[str, str]:
    return said_in(read_po(BytesIO(catalog.read_bytes())))


def said_in(catalog: Catalog) -> dict[str, str]:
    """Return the texts by their English ones; of a plural, each form by its own."""
    said: dict[str, str] = {}
    for message in catalog:
        if message.id:
            english = [in_context(message.context, form) for form in forms(message.id)]
            said.update(zip(english, forms(message.string), strict=True))
    return said


def in_context(context: str | bytes | None, text: str) -> str:
    # Babel reads those of a compiled catalog as bytes.
    words = context.decode() if isinstance(context, bytes) else context
    return f"{words}: {text}" if words else text


def forms(text: object) -> list[str]:
    return [str(form) for form in text] if isinstance(text, list | tuple) else [str(text)]


def said_by(app: str) -> Iterator[str]:
    for template in (ROOT / app).glob("templates/**/*.*"):
        text = template.read_text()
        yield from (in_context(context or None, said) for said, context in TRANSLATE.findall(text))
        for block in BLOCK.findall(text):
            yield from (VARIABLE.sub(r"%(\1)s", form) for form in PLURAL.split(block))
    for module in (ROOT / app).rglob("*.py"):
        yield from gettext_calls(ast.parse(module.read_text()))


def gettext_calls(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name), args=[ast.Constant(value=str(text)), *_]) if (
                name in GETTEXT
            ):
                yield text
            case ast.Call(
                func=ast.Name(id="pgettext" | "pgettext_lazy"),
                args=[ast.Constant(value=str(context)), ast.Constant(value=str(text)), *_],
            ):
                yield in_context(context, text)
            case ast.Call(
                func=ast.Name(id="ngettext"),
                args=[ast.Constant(value=str(one)), ast.Constant(value=str(many)), *_],
            ):
                yield from (one, many)
