"""Runs the policy rules, which are in `policy.yar`, by YARA-X."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import yara_x

RULES = Path(__file__).with_name("policy.yar")
SECONDS = 5  # for one scan
# A rule asks whether a pattern occurs, not how often. Without an end, a file of nothing but
# matches costs ten times as much (measured: 0.8 s of processor for 32 MB, 0.1 s with it).
MATCHES = 1_000


@dataclass(frozen=True)
class Match:
    rule: str
    reason: str


def broken_rule(content: IO[bytes], *, family: str, view: str) -> Match | None:
    """Return the first rule that matches, or None. `view` is "file" or "contents", as there.

    A file that the rules do not finish in SECONDS breaks one more: it is `too_complex`. A second
    try would take as long.
    """
    # It takes 5 MB, and the web process that knows the attachments never runs the rules.
    import yara_x

    scanner = yara_x.Scanner(_rules())
    scanner.set_timeout(SECONDS)
    scanner.max_matches_per_pattern(MATCHES)
    scanner.set_global("family", family)
    scanner.set_global("view", view)
    content.flush()
    try:
        # By its path: YARA-X maps the file, where `read` would hold up to 200 MB of it.
        found = scanner.scan_file(f"/proc/self/fd/{content.fileno()}").matching_rules
    except yara_x.TimeoutError:
        return Match("slow_rule", "too_complex")
    for rule in found:
        return Match(rule.identifier, str(dict(rule.metadata)["reason"]))
    return None


@cache
def _rules() -> "yara_x.Rules":
    import yara_x

    compiler = yara_x.Compiler()
    compiler.define_global("family", "")
    compiler.define_global("view", "")
    compiler.add_source(RULES.read_text())
    return compiler.build()
