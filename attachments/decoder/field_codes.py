"""The instructions of fields in a text (DOC, DOCX, RTF): which of them start or load something."""

import re

from attachments.decoder import office_links
from attachments.decoder.protocol import Refused

_KEYWORD = re.compile(r"[^A-Za-z\\]*([A-Za-z]+)(.*)", re.S)
_ARGUMENT = re.compile(r'["\u201c\u201d]([^"\u201c\u201d]*)["\u201c\u201d]|([^\s"\u201c\u201d]+)')
# `QUOTE 68 68 69` is «DDE», also inside another instruction.
_NUMBERS = re.compile(r"\bQUOTE((?:\s+\d{1,5})+)", re.I)
# Fields that load a file when they are updated.
LOADING = frozenset(("LINK", "INCLUDETEXT", "INCLUDE", "IMPORT", "RD", "DATABASE", "AUTOTEXT"))
# Classes of objects that are programs or pages ([MS-OE376], LINK).
ACTIVE_CLASSES = frozenset(("package", "htmlfile", "htafile", "scriptletfile", "mhtmlfile"))


def judge(instruction: str) -> None:
    """Raise Refused when a field starts a program, or loads something from elsewhere."""
    keyword, arguments = _parsed(_NUMBERS.sub(_letters, instruction))
    if keyword.startswith("DDE"):
        raise Refused("active", "DDE field")
    if keyword in LOADING:
        for argument in arguments:
            _judge_loaded(argument, keyword)
    if keyword == "INCLUDEPICTURE":
        for argument in arguments:
            office_links.require_shown(argument, keyword)
    if keyword == "HYPERLINK":
        for argument in arguments[:1]:
            office_links.require_no_program(argument, keyword)


def value_of(instruction: str, shown: str) -> str:
    """Return what a field becomes inside another one: numbers of QUOTE are letters."""
    numbers = _NUMBERS.fullmatch(instruction.strip())
    return _letters(numbers) if numbers else shown


def _letters(numbers: re.Match[str]) -> str:
    return "".join(chr(min(int(number), 0xFFFF)) for number in numbers[1].split())


def _parsed(instruction: str) -> tuple[str, list[str]]:
    found = _KEYWORD.match(instruction)
    if found is None:
        return "", []
    arguments = [quoted or bare for quoted, bare in _ARGUMENT.findall(found[2])]
    return found[1].upper(), [a for a in arguments if not re.fullmatch(r"\\.", a)]


def _judge_loaded(argument: str, keyword: str) -> None:
    if argument.casefold() in ACTIVE_CLASSES:
        raise Refused("active", f"{keyword} {argument}")
    office_links.require_local(argument, keyword)
