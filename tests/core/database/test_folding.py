"""Text is folded the same way wherever it is compared."""

from hypothesis import given
from hypothesis import strategies as st

from core.database.folding import LETTERS, fold


class TestFold:
    @given(st.text(alphabet=sorted(LETTERS)))
    def test_folded_text_stays_as_it_is(self, text: str) -> None:
        assert fold(fold(text)) == fold(text)

    def test_letters_of_french_become_those_of_a_keyboard(self) -> None:
        assert fold("ÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆ d’été") == "aaaceeeeiioouuuyoeae d'ete"
