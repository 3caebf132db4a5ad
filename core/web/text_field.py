"""Clean what people type, so that it can be stored and compared."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.text import composed, is_control, one_line


def clean(text: str) -> str:
    """Return the text in NFC, stripped, with `\\n` as its only line end.

    Raises Django's ValidationError (code `control_characters`) if it holds a control character.
    """
    text = composed(text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if any(map(is_control, text)):
        raise ValidationError(
            _(
                "This text holds invisible control characters. "
                "Type it again, or paste it as plain text."
            ),
            code="control_characters",
        )
    return text


class TextField(serializers.CharField):
    """A CharField that gives cleaned text, on one line unless it is `multiline`."""

    def __init__(self, *, multiline: bool = False, **options: Any) -> None:
        self.multiline = multiline
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        text = clean(super().to_internal_value(data))
        if not text and not self.allow_blank:
            self.fail("blank")
        return text if self.multiline else one_line(text)
