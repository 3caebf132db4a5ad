"""All mails of the corpus."""

from tests.mails import cases_programs
from tests.mails.case import Case

CASES: list[Case] = [*cases_programs.CASES]
