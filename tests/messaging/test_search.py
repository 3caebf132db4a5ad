"""Words are found whatever their accents and capitals."""

import pytest

from core.models import Chantier, Client
from messaging.search import ACCENTED, PLAIN, matching, words_of


def is_found(typed: str) -> bool:
    query = matching(typed)
    assert query is not None
    return Chantier.objects.annotate(words=words_of("name")).filter(words=query).exists()


@pytest.mark.parametrize(("accented", "plain"), [*zip(ACCENTED, PLAIN, strict=True)])
def test_word_is_found_with_or_without_its_accent(accented: str, plain: str, morel: Client) -> None:
    """PostgreSQL folds what is stored and Python what is typed; both must give the same word."""
    for stored in (f"xy{accented}z", f"XY{accented.upper()}Z", f"xy{plain}z"):
        Chantier.objects.create(client=morel, name=stored)

        for typed in (f"xy{accented}z", f"XY{accented.upper()}Z", f"xy{plain}z"):
            assert is_found(typed), (stored, typed)
        assert not is_found(f"xy{plain}zz")

        Chantier.objects.all().delete()


def test_text_without_a_word_finds_nothing_to_look_for() -> None:
    assert matching(" …!? ") is None
