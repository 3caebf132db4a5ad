"""Bytes of an email become the letters that were written, whatever charset it says."""

import pytest

from notifications.inbound_email.reading.charset import decode

FRENCH = "L’été à l’étage : 1 200 € – cœur"


class TestLabel:
    @pytest.mark.parametrize(
        ("label", "codec"),
        [
            ("utf-8", "utf-8"), ("utf8", "utf-8"), ("UTF_8", "utf-8"), ('"utf-8"', "utf-8"),
            ("unicode-1-1-utf-7", "utf-7"), ("utf-16", "utf-16"), ("utf-16le", "utf-16-le"),
            ("iso-8859-1", "cp1252"), ("latin-1", "cp1252"), ("latin1", "cp1252"),
            ("us-ascii", "cp1252"), ("ascii", "cp1252"), ("ISO8859-1", "cp1252"),
            ("windows-1252", "cp1252"), ("cp1252", "cp1252"), ("ansi", "cp1252"),
        ],
    )  # fmt: skip
    def test_text_is_read_by_its_label(self, label: str, codec: str) -> None:
        assert decode(FRENCH.encode(codec), label) == FRENCH

    @pytest.mark.parametrize(
        ("label", "codec", "text"),
        [
            ("cp-850", "cp850", "déjà"), ("ibm850", "cp850", "déjà"),
            ("macintosh", "mac-roman", "é"),
            ("iso-8859-15", "iso-8859-15", "12 €"), ("koi8-r", "koi8-r", "Привет"),
            ("windows-1251", "cp1251", "Привет"), ("gb2312", "gb18030", "镕基"),
            ("ks_c_5601-1987", "cp949", "안녕"), ("shift_jis", "cp932", "①日本"),
            ("iso-2022-jp", "iso-2022-jp", "日本"), ("big5", "big5", "你好"),
        ],
    )  # fmt: skip
    def test_other_alphabets_are_read_by_their_labels(
        self, label: str, codec: str, text: str
    ) -> None:
        assert decode(text.encode(codec), label) == text


class TestWithoutRightLabel:
    @pytest.mark.parametrize("label", ["", "x-unknown", "utf-8", "default", "rot13", "base64"])
    @pytest.mark.parametrize("codec", ["utf-8", "cp1252"])
    def test_bytes_decide_when_the_label_is_missing_or_wrong(self, label: str, codec: str) -> None:
        assert decode(FRENCH.encode(codec), label) == FRENCH

    @pytest.mark.parametrize("label", ["iso-8859-1", "us-ascii", "windows-1252", "iso-8859-15"])
    def test_utf_8_that_is_called_latin_is_utf_8(self, label: str) -> None:
        assert decode(FRENCH.encode(), label) == FRENCH

    def test_utf_8_that_was_encoded_twice_is_mended(self) -> None:
        assert decode(FRENCH.encode().decode("cp1252").encode(), "utf-8") == FRENCH

    def test_one_wrong_byte_costs_no_other_letter(self) -> None:
        assert decode("été ".encode() + b"\xe9t\xe9", "utf-8") == "été été"

    @pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-32"])
    def test_byte_order_mark_counts_more_than_the_label(self, codec: str) -> None:
        assert decode(FRENCH.encode(codec), "iso-8859-1") == FRENCH

    def test_utf_16_without_mark_and_japanese_without_label_are_found(self) -> None:
        assert decode("Oui, jeudi".encode("utf-16-le")) == "Oui, jeudi"
        assert decode("日本語".encode("iso-2022-jp")) == "日本語"

    def test_every_byte_is_read_as_something(self) -> None:
        assert len(decode(bytes(range(128, 256)), "windows-1252")) == 128
