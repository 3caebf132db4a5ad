"""Find the places in a text of what was looked for."""

from collections.abc import Iterator
from functools import lru_cache

from core.database.folding import fold
from messaging.search.terms import WORDS, Term

# Of single letters, of which texts have few.
_folded = lru_cache(1_000)(fold)


def hits_of(text: str, wanted: list[Term]) -> list[tuple[int, int]]:
    """Return the places of what was looked for in a text: start and end, in order."""
    pieces = list(_pieces(text))
    words = [word for word, _start, _end in pieces]
    hits = {
        (pieces[place][1], pieces[place + len(way.words) - 1][2])
        for term in wanted
        for way in term.ways
        for place in range(len(words))
        if way.is_at(words, place)
    }
    return _apart(sorted(hits))


def _pieces(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the folded words of a text with their places in it."""
    folded, places = "", []
    for place, letter in enumerate(text):
        plain = _folded(letter)
        folded += plain
        places += [place] * len(plain)
    for match in WORDS.finditer(folded):
        yield match[0], places[match.start()], places[match.end() - 1] + 1


def _apart(hits: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Join hits that overlap."""
    apart: list[tuple[int, int]] = []
    for start, end in hits:
        if apart and start < apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        else:
            apart.append((start, end))
    return apart
