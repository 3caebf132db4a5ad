"""Unicode text: cleaned, compared and shortened."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import text

any_text = st.text()
# Signs that nobody sees among some that everybody sees: `st.text()` has them too seldom.
text_with_hidden_signs = st.text(
    "aZ9.é\u0301👷🏽ﬁ \u00a0\n\t\r\x00\x07\x1b\x85\u200b\u200d\u200f\u202e\u2028\u2069\ud800\ue000"
)


class TestControlCharacters:
    @pytest.mark.parametrize("character", ["\n", "\t", "é", " ", "\u200d", "\u200f", "👷"])
    def test_text_is_no_control_character(self, character: str) -> None:
        assert not text.is_control(character)

    @pytest.mark.parametrize("character", ["\x00", "\r", "\x1b", "\x85", "\u202e", "\u2066"])
    def test_control_or_direction_override_is_a_control_character(self, character: str) -> None:
        assert text.is_control(character)

    @given(text_with_hidden_signs)
    def test_text_without_controls_holds_none(self, given_text: str) -> None:
        kept = text.without_controls(given_text)

        assert not any(map(text.is_control, kept))
        assert kept == kept.strip()
        kept.encode()  # raises on the half of a surrogate pair

    def test_text_without_controls_keeps_its_lines(self) -> None:
        assert text.without_controls(" un\x00\n\tdeux\u202e ") == "un\n\tdeux"

    @given(text_with_hidden_signs)
    def test_control_character_is_invisible_unless_it_is_space(self, given_text: str) -> None:
        """So a file name is never less clean than a message."""
        controls = [letter for letter in given_text if text.is_control(letter)]

        assert all(text.is_invisible(letter) or letter.isspace() for letter in controls)


class TestVisibleLine:
    @given(text_with_hidden_signs)
    def test_visible_line_has_only_signs_that_show_and_single_spaces(self, given_text: str) -> None:
        line = text.visible_line(given_text)

        assert not any(map(text.is_invisible, line))
        assert line == " ".join(line.split(" "))
        assert all(letter == " " or not letter.isspace() for letter in line)

    @pytest.mark.parametrize(
        ("given_text", "line"),
        [
            ("a\tb\n c ", "a b c"),
            ("a\x00b", "ab"),
            ("a\u2028b", "a b"),
            ("fac\u202etxt.exe", "factxt.exe"),
            ("\u200f\u2066\ue000", ""),
            ("e\u0301te\u0301", "été"),
        ],
    )
    def test_visible_line_of_a_text(self, given_text: str, line: str) -> None:
        assert text.visible_line(given_text) == line


class TestOneLine:
    @given(any_text)
    def test_one_line_has_no_line_end_and_every_word(self, given_text: str) -> None:
        line = text.one_line(given_text)

        assert len(line.splitlines()) <= 1
        assert line.split() == given_text.split()

    @given(any_text)
    def test_one_line_done_twice_changes_nothing_more(self, given_text: str) -> None:
        line = text.one_line(given_text)

        assert text.one_line(line) == line


class TestShortened:
    @given(any_text, st.integers(1, 20))
    def test_shortened_text_fits_and_says_when_it_was_cut(
        self, given_text: str, length: int
    ) -> None:
        whole, short = text.one_line(given_text), text.shortened(given_text, length)

        assert len(short) <= length
        if len(whole) <= length:
            assert short == whole
        else:
            assert short.endswith("…")
            assert whole.startswith(short[:-1])

    def test_shortened_text_has_no_space_before_its_mark(self) -> None:
        assert text.shortened("Le devis est prêt", 9) == "Le devis…"
        assert text.shortened("Le devis est prêt", 10) == "Le devis…"


class TestAccents:
    @pytest.mark.parametrize("form", ["NFD", "NFKD"])
    def test_text_without_accents_keeps_its_letters(self, form: text.Form) -> None:
        accented = "Élodie à Noël, çà et là : œuf"

        assert text.without_accents(accented, form) == "Elodie a Noel, ca et la : œuf"

    def test_compatibility_form_alone_replaces_a_ligature(self) -> None:
        assert text.without_accents("ﬁn", "NFKD") == "fin"
        assert text.without_accents("ﬁn", "NFD") == "ﬁn"

    @given(any_text, st.sampled_from(["NFD", "NFKD"]))
    def test_text_without_accents_holds_no_combining_mark(
        self, given_text: str, form: text.Form
    ) -> None:
        plain = text.without_accents(given_text, form)

        assert not any(map(unicodedata.combining, plain))

    @given(any_text, st.sampled_from(["NFD", "NFKD"]))
    def test_both_ways_to_write_an_accent_are_one_without_it(
        self, given_text: str, form: text.Form
    ) -> None:
        decomposed = unicodedata.normalize("NFD", given_text)

        assert text.without_accents(decomposed, form) == text.without_accents(given_text, form)

    @given(any_text)
    def test_text_in_ascii_is_ascii(self, given_text: str) -> None:
        assert text.in_ascii(given_text).isascii()

    def test_text_in_ascii_keeps_what_ascii_can_write(self) -> None:
        assert text.in_ascii("Été n° 3 – 日本.pdf") == "Ete n 3  .pdf"
