"""Formulas in tables of text (CSV, TSV), which a spreadsheet computes when it opens them.

Refused are those that start a program, or send cells to an address. Sums and links stay: nothing
leaves the computer before a click, and negative numbers, phone numbers and lists begin alike.
"""

import re

from attachments.decoder import office_links
from attachments.decoder.protocol import Refused

# What begins a formula, with the wide forms that spreadsheets take for the same. A cell begins
# after a separator or a quote; spaces before the sign are passed over.
_FORMULA_START = re.compile(r"(?:^|[;,\t|\"'])[\s\"']*[=+\-@\uff1d\uff0b\uff0d\uff20]")
# A program, a bar, a topic, an exclamation mark and an item: `cmd|'/C calc'!A0`.
_DDE_LINK = re.compile(
    r"(?<![\w.])[A-Za-z_][\w.]{0,60}'?[ ]?\|[ ]?"
    r"(?:'[^'\r\n]{0,4000}'|\"\"[^\"\r\n]{0,4000}\"\"|[^\s'\"!|;,]{1,4000})![A-Za-z_$'\"\d]"
)
_DDE_FUNCTION = re.compile(r"(?<![\w.])DDE(?:AUTO)?\s{0,9}\(", re.I)
_FETCHING = re.compile(
    r"(?<![\w.])(?:WEBSERVICE|SERVICEWEB|FILTERXML\s{0,9}\(\s{0,9}WEBSERVICE"
    r"|IMPORTXML|IMPORTDATA|IMPORTHTML|IMPORTFEED|IMPORTRANGE"
    r"|(?:CALL|FONCTION\.APPELANTE|EXEC|REGISTER(?:\.ID)?|RTD)(?=\s{0,9}\(\s{0,9}[\"']))\s{0,9}\(",
    re.I,
)
_HYPERLINK = re.compile(r"(?<![\w.])(?:HYPERLINK|LIEN_HYPERTEXTE|IMAGE)\s{0,9}\(([^\r\n]*)", re.I)
_JOINED = re.compile(
    r"&\s*\$?[A-Z]{1,3}\$?\d|\b(?:CONCAT|CONCATENATE|CONCATENER|TEXTJOIN)\s*\(", re.I
)
_ADDRESS = re.compile(r"[\s\"]*([^\";,]+)")


def require_harmless(text: str) -> None:
    """Raise Refused when a cell starts a program or sends cells away."""
    # Most tables have neither sign, and a large one takes seconds to search.
    for pattern in (_DDE_LINK,) * ("|" in text) + (_DDE_FUNCTION, _FETCHING) * ("(" in text):
        for found in pattern.finditer(text):
            if _is_in_a_formula(text, found.start()):
                raise Refused("active", f"formula: {found[0][:40]}")
    for found in _HYPERLINK.finditer(text):
        if _is_in_a_formula(text, found.start()):
            _judge_link(found[1])


def _is_in_a_formula(text: str, position: int) -> bool:
    start = max(text.rfind("\n", 0, position), text.rfind("\r", 0, position)) + 1
    return _FORMULA_START.search(text[max(start, position - 10_000) : position]) is not None


def _judge_link(arguments: str) -> None:
    if _JOINED.search(arguments):
        raise Refused("active", "a link that takes cells along")
    if address := _ADDRESS.match(arguments):
        office_links.require_no_program(address[1], "link")
