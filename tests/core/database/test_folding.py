"""Text is folded the same way wherever it is compared."""

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from core.database.folding import fold

# All of Latin, Greek, Cyrillic, typography, symbols and print forms, and emoji.
LETTERS = [*range(0x20, 0x3000), *range(0xF900, 0xFFFE), *range(0x1F300, 0x1FAFF)]


class TestFold:
    @given(st.text(alphabet=sorted(map(chr, LETTERS))))
    def test_folded_text_stays_as_it_is(self, text: str) -> None:
        assert fold(fold(text)) == fold(text)

    def test_letters_of_french_become_those_of_a_keyboard(self) -> None:
        assert fold("ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ d’été") == "aaaceeeeiioouuuyoeae d'ete"

    @pytest.mark.django_db
    def test_each_letter_is_folded_the_same_in_python_and_in_the_database(self) -> None:
        with connection.cursor() as cursor:
            sql = "SELECT n, fold_text('x' || chr(n) || 'x') FROM unnest(%s::int[]) n"
            cursor.execute(sql, [LETTERS])
            folded = dict(cursor.fetchall())

        wrong = {hex(n): (folded[n], fold(f"x{chr(n)}x")) for n in LETTERS
                 if folded[n] != fold(f"x{chr(n)}x")}  # fmt: skip

        assert wrong == {}
