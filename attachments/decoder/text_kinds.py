"""Tells texts from other bytes, and one kind of text from another."""

import re
from typing import IO

from attachments.decoder.protocol import DecodeRequest, Refused
from attachments.decoder.text import text_of

# Remarks (group 999) may stand before the first section (AutoCAD 2018 DXF reference).
_END = r"[ \t]*(?:\r\n|\r|\n)"
DXF = re.compile(rf"\s*(?:999{_END}[^\r\n]*[\r\n]\s*)*0{_END}\s*SECTION{_END}")
# What may stand before the first element of a page or of XML.
_PROLOG = r"\s*(?:(?><\?.{0,1000}?\?>|<!--.{0,10000}?-->|<!doctype[^>]{0,1000}>)\s*)*+"
# The patterns of a format's first characters. The first that matches wins.
BEGINNINGS = (
    ("dxf", DXF),
    ("step", re.compile(r"\s*(?:/\*.{0,2000}?\*/\s*)?ISO-10303-21\s*;", re.DOTALL)),
    ("rtf", re.compile(r"\s*\{\\rt(?:f\d|f?\d*\s*[\\{])")),
    ("drawing", re.compile(
        _PROLOG + r"<(?:\w+:)?svg\s[^>]{0,2000}xmlns", re.IGNORECASE | re.DOTALL
    )),
    ("ics", re.compile(r"\s*BEGIN:VCALENDAR\b", re.IGNORECASE)),
    ("vcf", re.compile(r"\s*BEGIN:VCARD\b", re.IGNORECASE)),
    ("page", re.compile(
        r"\s*<!doctype\s+(?:html|svg)\b|" + _PROLOG + r"<(?:\w+:)?(?:html|head|body|svg|frameset|"
        r"script|table|style|meta|center|font|div)\b",
        re.IGNORECASE | re.DOTALL,
    )),
    ("xml", re.compile(
        r"\s*<\?xml\s|" + _PROLOG + r"<\w[\w:.-]*(?:\s[^<]{0,2000})?/?>\s*<", re.DOTALL
    )),
)  # fmt: skip
# "<html> est une balise" is a sentence: a page closes what it opens.
CLOSED = re.compile(
    r"</(?:\w+:)?(?:html|head|body|svg|frameset|script|table|style|div|font)\s*>", re.IGNORECASE
)
# Excel and Word of 2003 in XML. A program that exports them calls them `.xls` and `.doc`.
OFFICE_2003 = (
    ("xls_text", re.compile(r"urn:schemas-microsoft-com:office:spreadsheet|Excel\.Sheet")),
    ("doc_text", re.compile(r"/office/word/2003/wordml|Word\.Document")),
)
# SYLK: Excel runs its formulas, whatever the file is called. The second line tells it from a table
# with the columns «ID;Prénom».
SYLK = re.compile(r"\s*ID;P[^\r\n]*[\r\n]+(?:P|B|C|F|O|E|W|NN|NU|NL);")

# What an ending of these families announces, when the bytes are a page or a table in plain text.
MARKUP_OF = {
    "xls": "xls_text", "xlsx": "xls_text", "ods": "xls_text",
    "doc": "doc_text", "docx": "doc_text", "odt": "doc_text",
}  # fmt: skip
# Formats that nothing in a text shows: the name says which one it is.
BY_NAME = ("txt", "csv", "tsv")
# Formats that need more than a name.
SHOWN_BY_BEGINNING = ("ics", "vcf", "xml", "step")
BEGINNING_CHARACTERS = 100_000
PROBE_LINES = 20
DELIMITERS = ((";", "csv"), (",", "csv"), ("\t", "txt"))


def is_text(file: IO[bytes], head: bytes) -> bool:
    """Tell whether a person can read these bytes as a text."""
    if text_of(head, is_cut=True) is None:
        return False
    file.seek(0)
    return text_of(file.read()) is not None


def format_of(file: IO[bytes], request: DecodeRequest) -> str:
    """Return the format of a text. Raises Refused for a page that no text's name announces."""
    file.seek(0)
    return format_of_text(text_of(file.read()) or "", request.format)


def format_of_text(text: str, announced: str) -> str:
    """Return the format of a text that is announced as a format (empty: as none that is known).

    A text under a text's name stays one, whatever it speaks of. Raises Refused.
    """
    found = _beginning(text)
    if found in ("dxf", "step", "rtf"):
        return found
    if announced in BY_NAME:
        return announced
    if found in ("page", "drawing"):
        return _page(announced)
    if found == "xml":
        return _office_2003(text) or "xml"
    if found:
        return found
    return _table(text) if MARKUP_OF.get(announced) == "xls_text" else "txt"


def _beginning(text: str) -> str:
    beginning = text[:BEGINNING_CHARACTERS]
    for name, pattern in BEGINNINGS:
        if pattern.match(beginning) and (name != "page" or CLOSED.search(text)):
            return name
    return ""


def _page(announced: str) -> str:
    """Return the format of a page. Office opens one that is called `.xls` or `.doc`."""
    if name := MARKUP_OF.get(announced):
        return name
    raise Refused("web_page", "html or svg")


def _office_2003(text: str) -> str:
    return next((name for name, sign in OFFICE_2003 if sign.search(text[:10_000])), "")


def _table(text: str) -> str:
    """Return the format of a table that was exported as plain text under the name of a workbook."""
    lines = [line for line in text[:100_000].splitlines() if line.strip()][:PROBE_LINES]
    if SYLK.match(text) or not lines:
        return "txt"
    for delimiter, name in DELIMITERS:
        if all(delimiter in line for line in lines):
            return name
    return "txt"
