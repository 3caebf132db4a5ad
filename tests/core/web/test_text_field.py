"""The field for what people type gives cleaned text, and refuses only an empty one."""

import pytest
from django.utils.translation import override
from rest_framework.exceptions import ValidationError

from core.web.text_field import TextField


class TestTheField:
    def test_field_puts_a_text_on_one_line(self) -> None:
        assert TextField().run_validation("  Devis\n\t  salle\vde bain ") == "Devis salle de bain"

    def test_multiline_field_keeps_lines(self) -> None:
        assert TextField(multiline=True).run_validation("un\r\ndeux\ftrois") == "un\ndeux\ntrois"

    def test_field_counts_letters_after_cleaning(self) -> None:
        decomposed = "e\u0301" * 10 + "\x00" * 10

        assert TextField(max_length=10).run_validation(decomposed) == "é" * 10

    def test_field_counts_an_emoji_as_one_character(self) -> None:
        assert TextField(max_length=10).run_validation("😀" * 10) == "😀" * 10
        with pytest.raises(ValidationError):
            TextField(max_length=10).run_validation("😀" * 11)

    @pytest.mark.parametrize("empty", ["", " ", "\n\u00a0\t", "\u2003", "\u200b\ufeff", "\x00"])
    def test_field_of_nothing_that_shows_is_blank(self, empty: str) -> None:
        with override("fr"), pytest.raises(ValidationError) as refusal:
            TextField(multiline=True, trim_whitespace=False).run_validation(empty)

        assert refusal.value.detail == ["Écrivez quelque chose."]

    def test_field_that_may_be_blank_keeps_nothing_of_what_nobody_sees(self) -> None:
        assert TextField(allow_blank=True).run_validation("\u3164") == ""
