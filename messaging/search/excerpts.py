"""Cut the part of a text around what was looked for."""

from dataclasses import dataclass

from messaging.search.marks import hits_of
from messaging.search.terms import Term

# Three lines of a phone.
LENGTH = 160
# What is shown before the first hit, so that it stands on the first line.
BEFORE = 40


@dataclass(frozen=True)
class Excerpt:
    """A part of a text on one line, and where the hits are in it: start and end, in code points."""

    text: str
    hits: list[tuple[int, int]]


def excerpt_of(text: str, wanted: list[Term]) -> Excerpt:
    """Return the part of a text that begins shortly before the first hit; "…" marks a cut."""
    line = " ".join(text.split())
    hits = hits_of(line, wanted)
    start = _start(line, hits[0][0] if hits else 0)
    end = _end(line, start + LENGTH)
    before, after = "…" if start else "", "…" if end < len(line) else ""
    shift = len(before) - start
    kept = [(first + shift, last + shift) for first, last in hits if first >= start and last <= end]
    return Excerpt(before + line[start:end] + after, kept)


def _start(line: str, hit: int) -> int:
    """Return the beginning of a word before a hit; 0 if it is near the beginning or fits."""
    if hit <= BEFORE or len(line) <= LENGTH:
        return 0
    space = line.find(" ", hit - BEFORE, hit)
    return space + 1 if space >= 0 else hit


def _end(line: str, end: int) -> int:
    if end >= len(line):
        return len(line)
    space = line.rfind(" ", end - BEFORE, end)
    return space if space > 0 else end
