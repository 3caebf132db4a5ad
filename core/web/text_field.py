"""The field for what people type: it cleans their text and refuses only an empty one."""

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.text import cleaned, is_blank, one_line


class TextField(serializers.CharField):
    """A CharField that gives cleaned text, on one line unless it is `multiline`.

    A text of which nobody would see anything is blank. Lengths are those of the cleaned text.
    """

    default_error_messages: ClassVar = {"blank": _("Write something.")}

    def __init__(self, *, multiline: bool = False, **options: Any) -> None:
        self.multiline = multiline
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        text = cleaned(super().to_internal_value(data))
        if is_blank(text):
            text = ""
        if not text and not self.allow_blank:
            self.fail("blank")
        return text if self.multiline else one_line(text)
