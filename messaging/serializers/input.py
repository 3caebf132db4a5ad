"""The JSON shapes that callers send."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.serializers import InputSerializer
from core.web.fields import IdField, NumberField
from core.web.text_field import TextField
from messaging.models import BODY_LENGTH, SUBJECT_LENGTH, Conversation
from messaging.queries.history import PAGE_LIMIT, PAGE_LIMIT_MAX


class BodySerializer(InputSerializer):
    body = TextField(multiline=True, max_length=BODY_LENGTH, trim_whitespace=False)


class FirstMessageSerializer(InputSerializer):
    """A message to send. The caller makes its `id`, so that sending it twice is harmless.

    `attachments` are ids of the caller's own files, in order; their analysis may still be pending.
    With files, the body may be empty.
    """

    id = IdField(required=False)
    body = TextField(
        multiline=True,
        max_length=BODY_LENGTH,
        trim_whitespace=False,
        allow_blank=True,
        required=False,
        default="",
    )
    attachments = serializers.ListField(
        child=IdField(),
        required=False,
        max_length=settings.ATTACHMENTS_PER_MESSAGE,
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        files = attrs.get("attachments", [])
        if not attrs["body"] and not files:
            raise serializers.ValidationError({"body": _("Write something, or add a file.")})
        if twice := [str(place) for place, file in enumerate(files) if file in files[:place]]:
            said = [_("The same file is there twice.")]
            raise serializers.ValidationError({"attachments": dict.fromkeys(twice, said)})
        return attrs


class DraftSerializer(FirstMessageSerializer):
    reply_to = IdField(required=False, allow_null=True)


class NoteDraftSerializer(BodySerializer):
    id = IdField(required=False)


class OpeningSerializer(InputSerializer):
    """A conversation to open. Only the company chooses the `client`."""

    id = IdField(required=False)
    subject = TextField(max_length=SUBJECT_LENGTH)
    chantier = IdField(required=False, allow_null=True)
    client = IdField(required=False, allow_null=True)
    message = FirstMessageSerializer(required=False, allow_null=True)


class ConversationChangeSerializer(InputSerializer):
    subject = TextField(max_length=SUBJECT_LENGTH, required=False)
    chantier = IdField(required=False, allow_null=True)
    status = serializers.ChoiceField(choices=Conversation.Status.choices, required=False)
    assigned_to = IdField(required=False, allow_null=True)


class SeqSerializer(InputSerializer):
    # Any number: a mark past the last message is one at the last message.
    seq = NumberField(max_value=None)


class UnreadFromSerializer(InputSerializer):
    seq = NumberField(min_value=1, max_value=None)


class SinceSerializer(InputSerializer):
    since = NumberField()


class WindowSerializer(InputSerializer):
    """A page of history: one bound at most."""

    before = NumberField(min_value=1, required=False)
    after = NumberField(required=False)
    around = NumberField(min_value=1, required=False)
    limit = NumberField(min_value=1, max_value=PAGE_LIMIT_MAX, required=False, default=PAGE_LIMIT)

    def validate(self, attrs: dict[str, int]) -> dict[str, int]:
        if len(attrs.keys() & {"before", "after", "around"}) > 1:
            raise serializers.ValidationError("Give one of before, after and around.")
        return attrs
