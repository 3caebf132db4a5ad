"""Count how many mails of each program and language became the right message."""

from collections import Counter
from collections.abc import Iterable
from typing import Protocol


class Report(Protocol):
    passed: bool
    user_properties: list[tuple[str, object]]


def table(reports: Iterable[Report]) -> str:
    """Return a line for each program: its score, and what its languages have."""
    scores: Counter[tuple[str, str]] = Counter()
    totals: Counter[tuple[str, str]] = Counter()
    for report in reports:
        given = dict(report.user_properties)
        if "program" not in given:
            continue
        key = (str(given["program"]), str(given["language"]))
        totals[key] += 1
        scores[key] += report.passed
    if not totals:
        return ""
    programs = sorted({program for program, _ in totals})
    lines = [_line(program, scores, totals) for program in programs]
    return "\n".join([*lines, f"{'all':<24} {scores.total():>3} of {totals.total():>3}"])


def _line(program: str, scores: Counter[tuple[str, str]], totals: Counter[tuple[str, str]]) -> str:
    keys = sorted(key for key in totals if key[0] == program)
    by_language = " ".join(f"{key[1]} {scores[key]}/{totals[key]}" for key in keys)
    right, total = sum(scores[key] for key in keys), sum(totals[key] for key in keys)
    return f"{program:<24} {right:>3} of {total:>3}   {by_language}"
