"""What people type, made safe to store and to compare."""

import unicodedata
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

# A bidirectional override can make «facture.exe» read as something else; tabs and line ends are
# text.
BIDI_CONTROLS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
ALLOWED_CONTROLS = frozenset("\n\t")


def clean(text: str) -> str:
    """Return the text with one kind of line end, in NFC, without space around it.

    Raises ValidationError when it holds control characters.
    """
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if any(_is_control(character) for character in text):
        raise ValidationError(
            _(
                "This text holds invisible control characters. "
                "Type it again, or paste it as plain text."
            ),
            code="control_characters",
        )
    return text


def _is_control(character: str) -> bool:
    if character in ALLOWED_CONTROLS:
        return False
    return character in BIDI_CONTROLS or unicodedata.category(character) in ("Cc", "Cs")


class TextField(serializers.CharField):
    """A CharField whose value has been through `clean`; a single line unless told otherwise."""

    def __init__(self, *, multiline: bool = False, **options: Any) -> None:
        self.multiline = multiline
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        text = clean(super().to_internal_value(data))
        if not text and not self.allow_blank:
            self.fail("blank")
        return text if self.multiline else " ".join(text.split())
