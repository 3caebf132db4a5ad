"""The JSON shapes of canned replies."""

import re

from django.utils.translation import gettext as _
from rest_framework import serializers

from core.serializers import InputSerializer, PersonSerializer, Shape
from core.web.fields import IdField
from core.web.text_field import TextField
from messaging.canned_variables import VARIABLES, unknown_variables
from messaging.models import BODY_LENGTH, CannedReply
from messaging.note_models import SHORTCUT_LENGTH

# What can be typed after "/" without a space: letters of any writing, digits, hyphens.
SHORTCUT = re.compile(r"[\w-]+")


class CannedReplySerializer(Shape[CannedReply]):
    """A text to reuse, in French, in English or in both; people type "/" and `shortcut`."""

    owner = PersonSerializer(read_only=True, allow_null=True)
    use_count = serializers.IntegerField(
        read_only=True, help_text="Of messages that were sent with it, each once."
    )

    class Meta:
        model = CannedReply
        fields = (
            "id", "shortcut", "text_fr", "text_en", "is_shared", "owner", "use_count",
            "last_used_at",
        )  # fmt: skip
        read_only_fields = fields


class ReplyTextField(TextField):
    """A text with `{client}` and the like, all of which can be filled in."""

    def to_internal_value(self, data: object) -> str:
        text: str = super().to_internal_value(data)
        if unknown := unknown_variables(text):
            said = _("%(unknown)s cannot be filled in. Known are %(known)s.") % {
                "unknown": _braced(unknown),
                "known": _braced(VARIABLES),
            }
            raise serializers.ValidationError(said, "unknown_variable")
        return text


class ReplyChangeSerializer(InputSerializer):
    shortcut = TextField(max_length=SHORTCUT_LENGTH, required=False)
    text_fr = ReplyTextField(
        multiline=True, max_length=BODY_LENGTH, allow_blank=True, required=False
    )
    text_en = ReplyTextField(
        multiline=True, max_length=BODY_LENGTH, allow_blank=True, required=False
    )
    is_shared = serializers.BooleanField(required=False)

    def validate_shortcut(self, shortcut: str) -> str:
        shortcut = shortcut.removeprefix("/").lower()
        if not SHORTCUT.fullmatch(shortcut):
            raise serializers.ValidationError(
                _("Write one word of letters, digits and hyphens, such as relance-devis.")
            )
        return shortcut


class ReplyDraftSerializer(ReplyChangeSerializer):
    id = IdField(required=False)
    shortcut = TextField(max_length=SHORTCUT_LENGTH)


def _braced(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in names)
