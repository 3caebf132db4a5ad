"""The translated texts of Python and of the templates: refresh the catalogs from the sources.

`python -m deploy.messages` writes `locale/<language>/LC_MESSAGES/django.po` of each app, sorted,
and its compiled `django.mo`. Running it again changes nothing. A new language starts with an empty
folder beside `core/locale/fr`.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

REPOSITORY = Path(__file__).resolve().parent.parent
# The bottom of the stack first.
APPS = ("core", "attachments", "messaging", "notifications", "workers")
_LINE_WIDTH = 100
_KEYWORDS = {
    **DEFAULT_KEYWORDS,
    **{f"{name}_lazy": spec for name, spec in DEFAULT_KEYWORDS.items() if name.endswith("gettext")},
}
_HEADER = """\
# The texts of {app}. Refresh and compile with `make messages`.
msgid ""
msgstr ""
"Language: {language}\\n"
"Plural-Forms: {plural_forms}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""
# A text, or with its plural.
_Text = str | tuple[str, ...]
# The compiled header has a date. Today's would change the file at each run.
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)


def main() -> int:
    """Write the catalogs. Name the texts without a translation, and fail when there is one."""
    missing = 0
    for language in languages():
        # All of them before the first is written: a text may have moved from one to another.
        for app, catalog in [(app, refreshed(app, language)) for app in APPS]:
            path = catalog_path(app, language)
            path.parent.mkdir(parents=True, exist_ok=True)
            text = written(app, catalog)
            path.write_text(text)
            path.with_suffix(".mo").write_bytes(compiled(text))
            for message in untranslated(catalog):
                missing += 1
                print(f"{path.relative_to(REPOSITORY)}: {message.id!r} has no translation")
    return 1 if missing else 0


def languages() -> list[str]:
    return sorted(path.name for path in (REPOSITORY / "core" / "locale").iterdir())


def catalog_path(app: str, language: str) -> Path:
    return REPOSITORY / app / "locale" / language / "LC_MESSAGES" / "django.po"


def refreshed(app: str, language: str) -> Catalog:
    """Return the catalog of an app: the texts that it uses, sorted, with their translations.

    A text that moved to another app keeps its translation.
    """
    catalog = _read(app, language)
    catalog.update(_template(app), no_fuzzy_matching=True)
    elsewhere = [_read(other, language) for other in APPS if other != app]
    for message in untranslated(catalog):
        found = (other.get(message.id, message.context) for other in elsewhere)
        message.string = next((same.string for same in found if same), message.string)
    return catalog


def untranslated(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id and not _said(message)]


def _said(message: Message) -> bool:
    """Return True for a text that is translated, in all its plurals."""
    strings = message.string or ""
    return bool(strings) and all([strings] if isinstance(strings, str) else strings)


def written(app: str, catalog: Catalog) -> str:
    """Return a catalog as its file has it."""
    file = BytesIO()
    write_po(
        file, catalog, width=_LINE_WIDTH, no_location=True, omit_header=True, ignore_obsolete=True
    )
    header = _HEADER.format(
        app=app, language=catalog.locale_identifier, plural_forms=catalog.plural_forms
    )
    return header + file.getvalue().decode().strip() + "\n"


def compiled(text: str) -> bytes:
    """Return what gettext loads, from the text of a catalog."""
    catalog = read_po(BytesIO(text.encode()))
    catalog.creation_date = _NO_DATE
    file = BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def _read(app: str, language: str) -> Catalog:
    path = catalog_path(app, language)
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def _template(app: str) -> Catalog:
    """Return the texts of an app without translations. Those that core says too are core's."""
    said_by_core = _template("core") if app != "core" else Catalog()
    template = Catalog()
    for text, context in sorted(set(_texts(app)), key=_alphabetically):
        if not said_by_core.get(text, context):
            template.add(text, context=context)
    return template


def _alphabetically(found: tuple[_Text, str | None]) -> tuple[str, str, str]:
    text, context = str(found[0]), found[1] or ""
    return text.casefold(), text.swapcase(), context


def _texts(app: str) -> Iterator[tuple[_Text, str | None]]:
    """Find the texts of the calls of gettext and of the `translate` tags, with their contexts."""
    for path in (REPOSITORY / app).rglob("*.py"):
        with path.open("rb") as file:
            found = list(extract("python", file, keywords=_KEYWORDS))
        yield from ((text, context) for _, text, _, context in found)
    for path in (REPOSITORY / app / "templates").rglob("*.*"):
        # Django turns the tags into calls, and everything else into words of X. Babel's reader of
        # JavaScript takes that, where the one of Python stops at the indentation.
        source = BytesIO(templatize(path.read_text()).encode())
        found = list(extract("javascript", source, keywords=_KEYWORDS))
        yield from ((text, context) for _, text, _, context in found)


if __name__ == "__main__":
    sys.exit(main())
