"""The lines between which a letter of ours stands, so that it is recognised when it comes back.

Mail programs wrap a letter again, quote it, make text of its HTML, change its spaces and dashes or
write it in capitals. The letters of a line stay, and by them alone a line is compared.
"""

import re
from functools import cache

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

DASHES = "– –"


def start() -> str:
    """Return the first line of a letter, in the active language."""
    return _between_dashes(_("Please write your answer above this line"))


def end() -> str:
    """Return the last line of a letter: some people answer below it."""
    return _between_dashes(_("End of the email from Liaison"))


@cache
def all_starts() -> tuple[str, ...]:
    """Return the first line in each language: a person may have changed theirs since."""
    return tuple(_in_each_language("start"))


@cache
def all_ends() -> tuple[str, ...]:
    return tuple(_in_each_language("end"))


@cache
def fixed_lines() -> tuple[str, ...]:
    """Return the lines that every letter has, in each language, besides the markers."""
    lines = ["Liaison"]
    for language, _name in settings.LANGUAGES:
        with override(language):
            lines += [
                _("Read and answer"),
                _(
                    "You can also answer this email: what you write above the quoted text joins the"
                    " conversation."
                ),
                _("Choose how you are notified"),
                _("No more emails"),
            ]
    return tuple(lines)


@cache
def between_dashes() -> re.Pattern[str]:
    """Return what finds a marker inside a line, where a program joined the lines of a letter."""
    words = "|".join(_loose(line) for line in (*all_starts(), *all_ends()))
    dash = "[-\u2010-\u2015\u2212*_]"
    return re.compile(rf"{dash}\s?{dash}\s?(?:{words})\s?{dash}\s?{dash}", re.IGNORECASE)


def _between_dashes(words: str) -> str:
    return f"{DASHES} {words} {DASHES}"


def _in_each_language(which: str) -> list[str]:
    lines = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            lines.append(start() if which == "start" else end())
    return lines


def _loose(line: str) -> str:
    words = line.removeprefix(DASHES).removesuffix(DASHES).split()
    return r"\s+".join(re.escape(word) for word in words)
