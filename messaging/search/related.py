"""Read what a person types, and add the other forms and spellings of its words that exist."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.db import connection

from messaging.search.parser import apart, terms_of
from messaging.search.terms import Phrase, Term
from messaging.search.typos import is_near

# Of a word that has no other: shorter ones are other words more often than errors.
TYPO_LENGTH = 5
STEM_LENGTH = 4
# Shorter words are not kept.
BEGUN_LENGTH = 3

# The words that begin as a typed word does. PostgreSQL's own prefixes read everything that holds
# one of them, which for a frequent word costs more than all else: they are for more than these,
# of which each costs at each row that is looked at.
BEGUN_WORDS = 8
_BEGUN = """
    SELECT typed.word, begun.word
    FROM unnest(%(words)s::text[]) AS typed (word), LATERAL (
        SELECT known.word FROM messaging_searchword known
        WHERE known.word ~>=~ typed.word AND known.word ~<~ (typed.word || '~')
        LIMIT %(limit)s
    ) begun
"""
# Forms have the stem of a typed word. Neighbours may be one letter away: `is_near` knows.
_RELATED = """
    SELECT typed.word, known.word, true
    FROM unnest(%(words)s::text[]) AS typed (word)
    JOIN messaging_searchword known ON known.stem = search_stem(typed.word)
    UNION ALL
    SELECT typed.word, known.word, false
    FROM unnest(%(typos)s::text[]) AS typed (word)
    JOIN messaging_searchword known ON known.near && search_near(typed.word)
"""


def terms(text: str) -> list[Term]:
    """Return what a person looks for, with the other forms of each word; empty without a word."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT fold_text(%s)", [text])
        folded: str = cursor.fetchone()[0]
    wanted = terms_of(folded)
    wanted = _spelled_out(wanted)
    forms = _related(words=_plain_words(wanted, STEM_LENGTH))
    return [_with(term, forms.get(term.plain, ())) for term in wanted]


def with_typos(wanted: list[Term]) -> list[Term]:
    """Return what a person looks for, with the words that are one typing error away.

    Without the last word if it is only begun, with one letter: «salle de b».
    """
    neighbours = _related(typos=_plain_words(wanted, TYPO_LENGTH))
    # Each with its own forms: who typed «carelages» means «carrelage» too.
    forms = _related(words=list({word for found in neighbours.values() for word in found}))
    near = {
        typed: [form for word in found for form in (word, *forms.get(word, ()))]
        for typed, found in neighbours.items()
    }
    kept = wanted[:-1] if len(wanted) > 1 and len(wanted[-1].plain) == 1 else wanted
    return [_with(term, near.get(term.plain, ())) for term in kept]


def _spelled_out(wanted: list[Term]) -> list[Term]:
    """Replace the beginnings of words by the words that begin so, unless they are many."""
    typed = _plain_words(wanted, BEGUN_LENGTH)
    names = {word: way for word in typed if (way := apart(word))}
    rests = [way.words[-1] for way in names.values()]
    asked: dict[str, Any] = {"words": [*typed, *rests], "limit": BEGUN_WORDS + 1}
    begun: dict[str, list[str]] = {}
    if asked["words"]:
        with connection.cursor() as cursor:
            cursor.execute(_BEGUN, asked)
            for beginning, word in cursor.fetchall():
                begun.setdefault(beginning, []).append(word)
    few = {word: found for word, found in begun.items() if len(found) <= BEGUN_WORDS}
    # A name of which the rest begins no word is left out: phrases are slow to find.
    wanted = [
        replace(term, ways=(*term.ways, names[term.plain]))
        if term.plain in names and names[term.plain].words[-1] in begun
        else term
        for term in wanted
    ]
    known = {*typed} - begun.keys() | few.keys()
    return [
        _with(replace(term, ways=_closed(term)), few.get(term.plain, ()))
        if term.plain in known
        else term
        for term in wanted
    ]


def _closed(term: Term) -> tuple[Phrase, ...]:
    return tuple(replace(way, is_open=way.is_open and len(way.words) > 1) for way in term.ways)


def _plain_words(wanted: list[Term], length: int) -> list[str]:
    return [term.plain for term in wanted if len(term.plain) >= length]


def _related(words: Iterable[str] = (), typos: Iterable[str] = ()) -> dict[str, list[str]]:
    """Return the forms of words, and what words with an error may have been, by word."""
    asked = {"words": list(words), "typos": list(typos)}
    found: dict[str, list[str]] = {}
    if any(asked.values()):
        with connection.cursor() as cursor:
            cursor.execute(_RELATED, asked)
            for typed, known, is_form in cursor.fetchall():
                if is_form or is_near(typed, known):
                    found.setdefault(typed, []).append(known)
    return found


def _with(term: Term, words: Iterable[str]) -> Term:
    """Add words to the ways in which a term may be written."""
    others = (Phrase((word,), is_open=False) for word in words)
    return replace(term, ways=(*term.ways, *others))
