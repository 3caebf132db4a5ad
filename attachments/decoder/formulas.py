"""Formulas of spreadsheets that start a program or fetch from elsewhere."""

import re

from attachments.decoder.protocol import Refused

_STRING = re.compile(r'"[^"]*"')
_QUOTED_NAME = re.compile(r"'[^']*'|\[[^\]]*\]")
_DDE_FUNCTION = re.compile(r"(?<![\w.])DDE\s*\(", re.I)
# `1+cmd|'/C calc'!A0`: a program, a bar, its argument, an exclamation mark.
_DDE_LINK = re.compile(r"[A-Za-z_][\w.]*'?\s*\|")


def judge(formula: str) -> None:
    """Raise Refused for a formula of Excel that asks another program (DDE)."""
    code = _QUOTED_NAME.sub("", _STRING.sub("", formula))
    if _DDE_LINK.search(code) or _DDE_FUNCTION.search(code):
        raise Refused("active", "DDE formula")


def judge_open_formula(formula: str) -> None:
    """Raise Refused for DDE in a formula of OpenDocument, whose bar parts the rows of an array."""
    if formula.startswith("msoxl:"):
        judge(formula)
    elif _DDE_FUNCTION.search(_STRING.sub("", formula)):
        raise Refused("active", "DDE formula")
