"""All mails of the corpus."""

from tests.mails import cases_programs
from tests.mails.case import Case
from tests.mails.kinds import (
    attributions,
    calendars,
    charsets,
    files,
    html,
    inside,
    places,
    words,
)

KINDS = [places, words, attributions, charsets, files, html, calendars, inside]
CASES: list[Case] = [*cases_programs.CASES, *[case for kind in KINDS for case in kind.CASES]]
