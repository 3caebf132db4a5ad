"""What people type is cleaned before it is stored, or refused."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ValidationError as Refusal

from core.web.text_field import TextField, clean

# Text that `clean` accepts: no control character but tab and line feed, no half of a pair.
acceptable = st.text(
    st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\u202a\u202b\u202c\u202d"
                  "\u202e\u2066\u2067\u2068\u2069", include_characters="\n\t")
)  # fmt: skip


class TestCleaning:
    def test_clean_text_writes_an_accent_in_one_way(self) -> None:
        assert clean("e\u0301cole") == clean("\u00e9cole") == "école"

    def test_clean_text_has_one_kind_of_line_end(self) -> None:
        assert clean("un\r\ndeux\rtrois\n\nquatre") == "un\ndeux\ntrois\n\nquatre"

    def test_clean_text_has_no_space_around(self) -> None:
        assert clean(" \n\u00a0Bonjour \t\n") == "Bonjour"

    @pytest.mark.parametrize(
        "kept",
        [
            "👷🏽‍♀️ sur l’échafaudage",
            "👨‍👩‍👧",
            "السلام عليكم",
            "prix : 12\u202f€",
            "a\tb",
            "‏שלום",
            "½ m²",
        ],
    )
    def test_clean_text_keeps_what_people_write(self, kept: str) -> None:
        assert clean(kept) == kept

    @pytest.mark.parametrize(
        "hidden",
        ["\x00", "\x07", "\x1b[31m", "\x7f", "\x85", "\u202e", "\u2066", "\u2069", "\ud800"],
    )
    def test_control_character_is_refused(self, hidden: str) -> None:
        with pytest.raises(ValidationError) as refusal:
            clean(f"facture{hidden}exe")

        assert refusal.value.code == "control_characters"

    @given(st.text())
    def test_any_text_is_cleaned_or_refused(self, text: str) -> None:
        try:
            cleaned = clean(text)
        except ValidationError:
            return

        assert cleaned == cleaned.strip()
        assert unicodedata.is_normalized("NFC", cleaned)
        assert not any(
            unicodedata.category(letter) == "Cc" and letter not in "\n\t" for letter in cleaned
        )
        cleaned.encode()

    @given(acceptable)
    def test_cleaning_twice_changes_nothing_more(self, text: str) -> None:
        assert clean(clean(text)) == clean(text)

    @given(acceptable)
    def test_clean_text_keeps_every_letter(self, text: str) -> None:
        def letters(of: str) -> str:
            return "".join(unicodedata.normalize("NFC", of).split())

        assert letters(clean(text)) == letters(text)


class TestTheField:
    def test_field_puts_a_text_on_one_line(self) -> None:
        assert TextField().run_validation("  Devis\n\t  salle de bain ") == "Devis salle de bain"

    def test_multiline_field_keeps_lines(self) -> None:
        assert TextField(multiline=True).run_validation("un\r\ndeux") == "un\ndeux"

    def test_field_counts_letters_after_cleaning(self) -> None:
        decomposed = "e\u0301" * 10

        assert TextField(max_length=10).run_validation(decomposed) == "é" * 10

    @pytest.mark.parametrize("empty", ["", " ", "\n\u00a0\t", "\u2003"])
    def test_field_of_space_alone_is_blank(self, empty: str) -> None:
        with pytest.raises(Refusal):
            TextField(multiline=True, trim_whitespace=False).run_validation(empty)
