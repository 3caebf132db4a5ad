"""Read what a person types into a search: words, quoted phrases, numbers, phones and dates.

The words are looked for in any order, each as the beginning of a word. «B12» is also found as
«B-12», 0612345678 as 06 12 34 56 78, 12/11 as 12 novembre. What is read is folded before.
"""

import re
from collections.abc import Callable
from itertools import pairwise

from messaging.search.dates import DATES
from messaging.search.terms import WORDS, Phrase, Term

# The closing quote is missing while a person types.
QUOTED = re.compile(r"[\"«“]([^\"«»“”]+)([\"»”]|$)")
PHONE = re.compile(
    r"(?<![\w+])(?:(?:\+|00)33[ .-]*(?:\(0\))?|0)[ .-]*(\d(?:[ ./-]?\d{2}){4})(?!\w)"
)
# The beginning of one: 01 42 68.
PHONE_BEGUN = re.compile(r"(?<![\w+])(0\d(?:[ .-]\d{2}){1,3})(?![\w,])")
THOUSANDS = re.compile(r"(?<![\w,.])(\d{1,3}(?:[ .]\d{3})+(?:,\d{1,2})?)(?!\w)")
# Of a bank account; it is written in groups of four.
IBAN = re.compile(r"(?<!\w)([a-z]{2}\d{2}(?: ?\d{4}){3,7}(?: ?[0-9a-z]{1,3})?)(?!\w)")
# «CH 2078» and «12 mm» are one thing each.
PAIR = re.compile(
    r"(?<![\w-])(?:(?!(?:le|la|de|du|au|et|en|un|ce|is|at|in|on|no|of|to) )[a-z]{2} \d{2,}"
    r"|\d+ (?:[mcdk]?m[23]?|ml|kg|kwh?|dn|cl))(?![\w-])"
)
NUMERO = re.compile(r"(?<!\w)n° ?")
ELISION = re.compile(r"\b(?:[cdjlmnst]|qu|jusqu|lorsqu|puisqu)'(?=\w)")
# A letter beside a digit: the reference B12 is also written B-12.
BORDER = re.compile(r"(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])")
# «legoff» is Le Goff.
PARTICLE = re.compile(r"(le|la|de|du|des|van|von|ben|el)([a-z]{3,})")
# Left out of what is typed, if anything else is.
_SMALL = """
le la les un une des du de au aux a et ou ce ces cet cette en dans sur sous par pour avec son sa ses
mon ma mes notre nos votre vos leur leurs il elle ils on que qui qu est sont je tu ne pas se
the of and or to in on at for is are no
"""
SMALL_WORDS = frozenset(_SMALL.split())
# Of which the beginning of a word is worth looking for.
OPEN_LETTERS, OPEN_DIGITS = 2, 3
# Of a sentence that was pasted: as many find it, and each costs at each row.
MOST_TERMS = 12


def terms_of(text: str) -> list[Term]:
    """Return what a person looks for in a folded text."""
    found: list[Term] = []

    def take(pattern: re.Pattern[str], read: Callable[[re.Match[str]], Term | None]) -> None:
        nonlocal text
        for match in pattern.finditer(text):
            found.extend(filter(None, [read(match)]))
        text = pattern.sub(" ", text)

    take(QUOTED, _quoted)
    take(PHONE, lambda match: _phone(match[1]))
    for pattern, read in DATES:
        take(pattern, read)
    take(IBAN, lambda match: _iban(match[1]))
    take(PHONE_BEGUN, lambda match: _phone_begun(match[1]))
    take(THOUSANDS, lambda match: _thousands(match[1]))
    take(PAIR, lambda match: _chunk(tuple(match[0].split())))
    text = NUMERO.sub(" ", text)
    chunks = [tuple(WORDS.findall(chunk)) for chunk in ELISION.sub("", text).split()]
    kept = [chunk for chunk in chunks if chunk]
    telling = [chunk for chunk in kept if len(chunk) > 1 or chunk[0] not in SMALL_WORDS]
    # «bâtiment A»
    if kept and telling and kept[-1] == ("a",):
        telling.append(kept[-1])
    if not found:
        telling = telling or kept
    return [*dict.fromkeys([*found, *map(_chunk, telling)])][:MOST_TERMS]


def _quoted(match: re.Match[str]) -> Term | None:
    words = tuple(WORDS.findall(match[1]))
    return Term((Phrase(words, is_open=not match[2]),)) if words else None


def _chunk(words: tuple[str, ...]) -> Term:
    """Return the term of what stands between two spaces."""
    last = words[-1]
    is_open = len(last) >= (OPEN_DIGITS if last.isdecimal() else OPEN_LETTERS)
    ways = [Phrase(words, is_open)]
    if len(words) > 1:
        ways.append(Phrase(("".join(words),), is_open))
    ways += [Phrase((*way.words, *words[1:]), is_open) for way in _split(words[0])]
    return Term(tuple(ways))


def apart(word: str) -> Phrase | None:
    """Return a name with its particle apart, if the word may be one: «legoff» as Le Goff."""
    name = PARTICLE.fullmatch(word)
    return Phrase((name[1], name[2])) if name else None


def _split(word: str) -> list[Phrase]:
    """Return other ways to write a number or a reference: 1250 as 1 250, B12 as B 12."""
    if len(word) == 2 and word.isdecimal() and word[0] == "0":
        return [Phrase((word[1],), is_open=False)]
    if word.isdecimal():
        return [Phrase(_by_thousands(word), is_open=False)] if 4 <= len(word) <= 7 else []
    parts = tuple(BORDER.split(word))
    ways = {parts, (parts[0], "".join(parts[1:]))} if len(parts) > 1 else ()
    return [Phrase(way, is_open=False) for way in sorted(ways)]


def _by_thousands(digits: str) -> tuple[str, ...]:
    cuts = [0, *range(len(digits) % 3 or 3, len(digits), 3), len(digits)]
    return tuple(digits[start:end] for start, end in pairwise(cuts))


def _thousands(number: str) -> Term:
    parts = tuple(re.split(r"[ .]", number.partition(",")[0]))
    cents = tuple(filter(None, [number.partition(",")[2]]))
    ways = (("".join(parts), *cents), (*parts, *cents))
    return Term(tuple(Phrase(way, is_open=False) for way in ways))


def _iban(number: str) -> Term:
    joined = number.replace(" ", "")
    groups = tuple(joined[n : n + 4] for n in range(0, len(joined), 4))
    return Term((Phrase(groups), Phrase((joined,))))


def _phone(national: str) -> Term:
    """Return a phone number as it is written in France, without its 0."""
    digits = re.sub(r"\D", "", national)
    pairs = tuple(digits[n : n + 2] for n in range(1, 9, 2))
    ways = (("0" + digits,), ("0" + digits[0], *pairs), ("33" + digits,), (digits[0], *pairs))
    # `search_words` writes it so, however it is written in the text.
    return Term(tuple(Phrase(way, is_open=False) for way in ways), written=f"'0{digits}'")


def _phone_begun(typed: str) -> Term:
    pairs = tuple(re.split(r"[ .-]", typed))
    return Term((Phrase(pairs, is_open=False), Phrase(("".join(pairs),))))
