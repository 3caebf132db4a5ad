"""Unicode text: cleaned, compared and shortened."""

import json
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import text
from core.text import cleaned, is_blank

any_text = st.text()
# Signs that nobody sees among some that everybody sees: `st.text()` has them too seldom.
text_with_hidden_signs = st.text(
    "aZ9.é\u0301👷🏽ﬁ \u00a0\n\t\r\x00\x07\x1b\x85\x92\u05d0\u200b\u200d\u200f\u202e\u2028\u2069"
    "\ud800\ue000\ufeff"
)


CASES = json.loads((Path(__file__).parent / "texts.json").read_text())


def cases(kind: str, *fields: str) -> pytest.MarkDecorator:
    rows = [[case[field] for field in fields] for case in CASES[kind]]
    names = [case["name"] for case in CASES[kind]]
    return pytest.mark.parametrize(fields, rows, ids=names)


class TestCleaned:
    """`tests/js/core/text.test.js` reads the same cases."""

    @cases("cleaned", "given", "cleaned")
    def test_text_is_cleaned_without_losing_a_letter(self, given: str, cleaned: str) -> None:
        assert text.cleaned(given) == cleaned
        assert text.cleaned(cleaned) == cleaned

    @given(text_with_hidden_signs)
    def test_cleaned_text_can_be_stored_and_has_one_kind_of_line_end(self, given_text: str) -> None:
        cleaned = text.cleaned(given_text)

        assert not any(
            unicodedata.category(sign) in ("Cc", "Cs") for sign in set(cleaned) - {*"\n\t"}
        )
        assert not set(cleaned) & {*"\u2028\u2029\ufeff\u202d\u202e"}
        assert cleaned == cleaned.strip() == unicodedata.normalize("NFC", cleaned)
        cleaned.encode()  # raises on the half of a surrogate pair

    @given(text_with_hidden_signs)
    def test_cleaning_twice_changes_nothing_more(self, given_text: str) -> None:
        assert text.cleaned(text.cleaned(given_text)) == text.cleaned(given_text)

    @given(st.text("aZ9.é👷ﬁ \u05d0\u0647\u202a\u202b\u202c\u202e\u2066\u2067\u2069\n"))
    def test_cleaned_text_has_as_many_marks_that_open_as_marks_that_close(
        self, given_text: str
    ) -> None:
        for line in text.cleaned(given_text).split("\n"):
            assert sum(map(line.count, "\u202a\u202b")) == line.count("\u202c")
            assert sum(map(line.count, "\u2066\u2067")) == line.count("\u2069")

    def test_cleaning_the_longest_text_of_marks_takes_no_time(self) -> None:
        """Once quadratic code would take minutes here."""
        marks = "\u05d0" + "\u202a" * 50_000 + "\u2069" * 50_000

        started = time.process_time()
        assert text.cleaned(marks) == "\u05d0"
        assert time.process_time() - started < 2


class TestIsBlank:
    @cases("blank", "text")
    def test_text_that_nobody_sees_is_blank(self, text: str) -> None:
        assert is_blank(text)
        assert is_blank(cleaned(text))

    @cases("seen", "text")
    def test_text_that_somebody_sees_is_not_blank(self, text: str) -> None:
        assert not is_blank(cleaned(text))


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
