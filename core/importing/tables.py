"""Read the first sheet of a spreadsheet, CSV or XLSX, as lines of texts."""

import csv
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from io import BytesIO, StringIO
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

MAX_LINES = 10_000
# Of an XLSX, which is a ZIP: some kilobytes can unpack to gigabytes.
MAX_UNPACKED_BYTES = 100_000_000
MAX_COLUMNS = 100
SEPARATORS = ";,\t"
# The errors that a formula can have.
CELL_ERRORS = frozenset(
    {"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#NOM?", "#VALEUR!"}
)


class UnreadableFile(Exception):
    """The file is no spreadsheet that can be read. Its text is for the person who sends it."""


class Line(NamedTuple):
    """`number` is the one that a spreadsheet program shows; a blank cell is ""."""

    number: int
    cells: list[str]


def lines_of(content: bytes) -> list[Line]:
    """Return the lines that are not blank. What the file is, its first bytes say, not its name.

    Raises UnreadableFile.
    """
    rows = _of_xlsx(content) if content.startswith(b"PK") else _of_csv(content)
    lines = []
    for number, cells in enumerate(rows, start=1):
        if any(cells):
            lines.append(Line(number, cells))
        if len(lines) > MAX_LINES + 1:
            raise UnreadableFile(
                _("The file has more than %(lines)d lines. Split it.") % {"lines": MAX_LINES}
            )
    return lines


def _of_csv(content: bytes) -> Iterator[list[str]]:
    text = _decoded(content)
    if "\0" in text:
        raise UnreadableFile(_("This is neither CSV nor XLSX. Save it as one of the two."))
    first = text.lstrip().partition("\n")[0]
    separator = max(SEPARATORS, key=first.count)
    try:
        for row in csv.reader(StringIO(text, newline=""), delimiter=separator):
            yield [cell.strip() for cell in row[:MAX_COLUMNS]]
    except csv.Error as error:
        raise UnreadableFile(_("The CSV cannot be read: %(why)s") % {"why": error}) from error


def _decoded(content: bytes) -> str:
    """Decode UTF-8, with or without a mark, what Excel calls Unicode text, or Windows-1252."""
    encodings = (
        ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "cp1252")
    )
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableFile(_("This is neither CSV nor XLSX. Save it as one of the two."))


def _of_xlsx(content: bytes) -> Iterable[list[str]]:
    # Not imported with the module: 7 MB in every process, for a page that is seldom opened.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    unreadable = UnreadableFile(_("The XLSX cannot be read. Open it, save it again and retry."))
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            unpacked_bytes = sum(entry.file_size for entry in archive.infolist())
        if unpacked_bytes > MAX_UNPACKED_BYTES:
            raise UnreadableFile(_("The XLSX is too large once it is unpacked."))
        book = load_workbook(BytesIO(content), read_only=True, data_only=True)
        if not book.worksheets:
            raise unreadable
        sheet = book.worksheets[0]
        # The size that the file gives may be wrong.
        sheet.reset_dimensions()
        rows = sheet.iter_rows(max_col=MAX_COLUMNS, max_row=MAX_LINES * 2, values_only=True)
        return [[_written(value) for value in row] for row in rows]
    except UnreadableFile:
        raise
    # openpyxl raises what its parsers raise.
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, SyntaxError,
            AttributeError, IndexError, NotImplementedError, OSError) as error:  # fmt: skip
        raise unreadable from error


def _written(value: Any) -> str:
    """Return a cell as a person reads it: no `.0` after a number, no time after a day."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()
