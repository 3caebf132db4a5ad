"""Read the dates that a person types, in French and English.

A date is found where a text says it, in any writing. One with a month in words or a year is also
found by the day on which a message was sent, after those that say it. «3/4» is also a pipe's size,
so it is no such day.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

from django.utils import timezone

from messaging.search.terms import Phrase, Term

MONTHS = (
    ("janvier", "janv", "jan", "january"), ("fevrier", "fev", "feb", "february"),
    ("mars", "march"), ("avril", "avr", "apr", "april"), ("mai", "may"), ("juin", "june"),
    ("juillet", "juil", "july"), ("aout", "aug", "august"),
    ("septembre", "sept", "sep", "september"), ("octobre", "oct", "october"),
    ("novembre", "nov", "november"), ("decembre", "dec", "december"),
)  # fmt: skip
_NUMBER = {name: number for number, names in enumerate(MONTHS, 1) for name in names}
_ANY = "|".join(sorted(_NUMBER, key=len, reverse=True))
# Words that are months whatever is beside them. "may" and "march" are verbs too.
_ALONE = "|".join(
    name for names in MONTHS for name in (names[0], names[-1]) if name not in ("may", "march")
)
_DAY = r"([1-9]|0[1-9]|[12]\d|3[01])"
_YEAR = r"(20\d\d)"
# Figures of years that a date without one may be of.
YEARS_BEFORE, YEARS_AFTER = 9, 1

Read = Callable[[re.Match[str]], Term]


def period_of(day: str) -> tuple[datetime, datetime]:
    """Return the beginning of a day or month of `Term.days`, and the end, for entries' times."""
    # As `messaging.search.index` writes it.
    paris = ZoneInfo("Europe/Paris")
    year, month = int(day[:4]), int(day[4:6])
    if len(day) == 8:
        start = datetime(year, month, int(day[6:]), tzinfo=paris)
        return start, start + timedelta(days=1)
    end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=paris)
    return datetime(year, month, 1, tzinfo=paris), end


def _years() -> range:
    now = timezone.localdate().year
    return range(now - YEARS_BEFORE, now + YEARS_AFTER + 1)


def _day(day: int, month: int, year: str | None, *, is_figures: bool = False) -> Term:
    """Return a day as it may be written; the year may have two figures."""
    years = ((),) if year is None else ((year,), (year[-2:],), (f"20{year[-2:]}",))
    days = (str(day), f"{day:02}") if day > 1 else ("1", "01", "1er")
    months = (str(month), f"{month:02}", *MONTHS[month - 1])
    ways = [(d, m, *y) for d, m, y in product(days, months, years)]
    ways += [(m, d, *y) for d, m, y in product(days, MONTHS[month - 1], years)]
    ways += [(f"20{y[-2:]}", f"{month:02}", f"{day:02}") for y in ((year,) if year else ())]
    sent: tuple[str, ...] = ()
    if year is not None:
        sent = _real(int(f"20{year[-2:]}"), month, day)
    elif not is_figures:
        sent = tuple(each for y in _years() for each in _real(y, month, day))
    names = MONTHS[month - 1]
    said = [f"{_any(days)} <-> {_any(months)}", f"{_any(names)} <-> {_any(days)}"]
    if year is not None:
        said = [f"{each} <-> {_any((year[-2:], f'20{year[-2:]}'))}" for each in said]
        said.append(f"'20{year[-2:]}' <-> '{month:02}' <-> '{day:02}'")
    written = " | ".join(f"({each})" for each in said)
    return Term(tuple(Phrase(way, is_open=False) for way in ways), sent, written)


def _real(year: int, month: int, day: int) -> tuple[str, ...]:
    """Return a day as the figures of `Term.days`; nothing for one that does not exist."""
    return (f"{year}{month:02}{day:02}",) if day <= monthrange(year, month)[1] else ()


def _any(words: Iterable[str]) -> str:
    return "(" + " | ".join(f"'{word}'" for word in words) + ")"


def _figures(match: re.Match[str]) -> Term:
    day, month, year = int(match[1]), int(match[2] or match[3]), match[4]
    if month <= 12:
        return _day(day, month, year, is_figures=True)
    written = (match[1], match[2] or match[3], *filter(None, [year]))
    return Term((Phrase(written, is_open=False),))


def _month(match: re.Match[str]) -> Term:
    number, year = _NUMBER[match[1]], match.groupdict().get("year")
    names, years = MONTHS[number - 1], ((year,),) if year else ((),)
    ways = [(name, *y) for name, y in product(names, years)]
    ways += [(f"{number:02}", year)] if year else []
    sent = tuple(f"{y}{number:02}" for y in ((year,) if year else _years()))
    return Term(tuple(Phrase(way, is_open=False) for way in ways), sent)


# In the order in which they are looked for: the longest first.
DATES: tuple[tuple[re.Pattern[str], Read], ...] = (
    (
        re.compile(rf"(?<![\w/-]){_YEAR}-(0\d|1[0-2])-([0-2]\d|3[01])(?![\w/-])"),
        lambda match: _day(int(match[3]), int(match[2]), match[1]),
    ),
    (
        re.compile(rf"(?<![\w/.-]){_DAY}(?:[/-](\d\d?)|[/.-](\d\d?)[/.-]({_YEAR[1:-1]}|\d\d))"
                   r"(?![\w/-])"),
        _figures,
    ),
    (
        re.compile(
            rf"(?<![\w/]){_DAY}(?:er|st|nd|rd|th)?(?: of)? ({_ANY})\.?(?:,? {_YEAR})?(?!\w)"
        ),
        lambda match: _day(int(match[1]), _NUMBER[match[2]], match[3]),
    ),
    (
        re.compile(rf"(?<!\w)({_ANY})\.? {_DAY}(?:st|nd|rd|th)?(?:,? {_YEAR})?(?!\w)"),
        lambda match: _day(int(match[2]), _NUMBER[match[1]], match[3]),
    ),
    (re.compile(rf"(?<!\w)({_ANY})\.? (?P<year>20\d\d)(?!\w)"), _month),
    (re.compile(rf"(?<!\w)({_ALONE})(?!\w)"), _month),
)  # fmt: skip
