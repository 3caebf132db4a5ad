"""Every mail of the corpus becomes its message. `pytest tests/mails -q` prints the score."""

from collections.abc import Callable

import pytest

from tests.mails.case import Case
from tests.mails.checking import problems, read
from tests.mails.corpus import CASES
from tests.mails.letter import Letter

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_mail_becomes_its_message(
    case: Case, letters: dict[str, Letter], record_property: Callable[[str, object], None]
) -> None:
    record_property("program", case.program)
    record_property("language", case.language)
    letter = letters[case.letter]

    got = read(case.build(letter))

    assert not (wrong := problems(case, letter, got)), "\n".join(wrong)
