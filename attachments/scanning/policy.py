"""Runs the policy rules, which are in `policy.yar`, by YARA-X."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO

import yara_x

RULES = Path(__file__).with_name("policy.yar")
SECONDS = 10  # for one scan


@dataclass(frozen=True)
class Match:
    rule: str
    reason: str


def broken_rule(content: IO[bytes], *, family: str, view: str) -> Match | None:
    """Return the first rule that matches, or None. `view` is "file" or "contents", as there."""
    scanner = yara_x.Scanner(_rules())
    scanner.set_timeout(SECONDS)
    scanner.set_global("family", family)
    scanner.set_global("view", view)
    content.seek(0)
    for rule in scanner.scan(content.read()).matching_rules:
        return Match(rule.identifier, str(dict(rule.metadata)["reason"]))
    return None


@cache
def _rules() -> yara_x.Rules:
    compiler = yara_x.Compiler()
    compiler.define_global("family", "")
    compiler.define_global("view", "")
    compiler.add_source(RULES.read_text())
    return compiler.build()
