"""Find the people whom a text names with an @."""

import re
from collections.abc import Iterable

from core.models import User
from core.text import without_accents


def mentions(body: str, name: str) -> bool:
    """Tell if a text has "@Odile" or "@Odile Perrin" in it. Case and accents do not count."""
    first = name.split(" ")[0]
    return any(_has_mention(body, spoken) for spoken in dict.fromkeys((name, first)) if spoken)


def mentioned_in(body: str, people: Iterable[User]) -> list[User]:
    """Return those of these people whom a text names.

    A whole name wins: "@Odile Perrin" does not name another Odile.
    """
    if "@" not in body:
        return []
    everyone = list(people)
    named = [each for each in everyone if _has_mention(body, each.name)]
    rest = body
    for each in named:
        rest = re.sub(rf"@{re.escape(_folded(each.name))}(?!\w)", " ", _folded(rest))
    by_first = [each for each in everyone if _has_mention(rest, each.name.split(" ")[0])]
    return list(dict.fromkeys([*named, *by_first]))


def _has_mention(body: str, name: str) -> bool:
    return re.search(rf"(?<!\w)@{re.escape(_folded(name))}(?!\w)", _folded(body)) is not None


def _folded(text: str) -> str:
    return without_accents(text.casefold(), "NFD")
