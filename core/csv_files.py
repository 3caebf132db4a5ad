"""Write CSV files that the Excel of a language opens as they are, and files that are sent as made.

In French: semicolons, decimal commas, days before months, and the time of Paris.
"""

import csv
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils import timezone, translation

# A spreadsheet takes a text with such a beginning for a formula.
FORMULAS = ("=", "+", "-", "@", "\t", "\r")
# Without it Excel reads UTF-8 as the code page of Windows.
BYTE_ORDER_MARK = "\ufeff"

Pieces = Iterator[str | bytes]


class CsvLines:
    """Make lines in the active language."""

    def __init__(self) -> None:
        self.written = ""
        self.writer = csv.writer(self, delimiter=";" if _is_french() else ",")

    def write(self, text: str) -> None:
        self.written = text

    def line(self, cells: list[str]) -> str:
        self.writer.writerow(cells)
        return self.written


def cell(value: Any) -> str:
    """Return a value as a spreadsheet reads it."""
    if isinstance(value, datetime):
        form = "%d/%m/%Y %H:%M:%S" if _is_french() else "%Y-%m-%d %H:%M:%S"
        return timezone.localtime(value, timezone.get_default_timezone()).strftime(form)
    if isinstance(value, float):
        text = f"{value:.3f}"
        return text.replace(".", ",") if _is_french() else text
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULAS) and not isinstance(value, int) else text


def in_language(pieces: Pieces, language: str) -> Pieces:
    """Make each piece in the reader's language: the middlewares have ended by then."""
    while True:
        with translation.override(language):
            piece = next(pieces, None)
        if piece is None:
            return
        yield piece


def _is_french() -> bool:
    return translation.get_language().startswith("fr")
