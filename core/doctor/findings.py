"""What an examination finds, and how one is run."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from django.db import connections


class Level(StrEnum):
    OK = "ok"
    # Works, but not as it should; or it could not be asked.
    WARNING = "warning"
    # Something that people need does not work.
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """One sentence about this installation. `advice` says what to do; empty when all is well."""

    level: Level
    says: str
    advice: str = ""


Examination = Callable[[], Iterator[Finding]]


def well(says: str) -> Finding:
    return Finding(Level.OK, says)


def warning(says: str, advice: str) -> Finding:
    return Finding(Level.WARNING, says, advice)


def error(says: str, advice: str) -> Finding:
    return Finding(Level.ERROR, says, advice)


def words_of(failure: BaseException) -> str:
    """Return the first line of an exception, with its class if the line alone says little."""
    line = next(iter(str(failure).strip().splitlines()), "")
    return line if " " in line else f"{type(failure).__name__} {line}".strip()


def run(examination: Examination) -> list[Finding]:
    """Return all findings. An examination that fails is a finding too, after those before it."""
    findings: list[Finding] = []
    try:
        findings.extend(_each(examination, findings))
    finally:
        connections.close_all()
    return findings


def _each(examination: Examination, before: list[Finding]) -> Iterator[Finding]:
    try:
        yield from examination()
    except Exception as failure:  # Each library has errors of its own: all are shown.
        yield error(words_of(failure), advice="")
