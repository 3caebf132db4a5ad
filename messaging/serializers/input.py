"""The JSON shapes that callers send."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.web.text_field import TextField
from messaging.models import BODY_LENGTH, SUBJECT_LENGTH, Conversation
from messaging.queries.history import PAGE_LIMIT, PAGE_LIMIT_MAX, Window


class BodySerializer(serializers.Serializer[Any]):
    body = TextField(multiline=True, max_length=BODY_LENGTH, trim_whitespace=False)


class FirstMessageSerializer(serializers.Serializer[Any]):
    """A message to send. The caller makes its `id`, so that sending it twice is harmless.

    `attachments` are ids of the caller's own files, in order; their analysis may still be pending.
    With files, the body may be empty.
    """

    id = serializers.UUIDField(required=False)
    body = TextField(
        multiline=True,
        max_length=BODY_LENGTH,
        trim_whitespace=False,
        allow_blank=True,
        required=False,
        default="",
    )
    attachments = serializers.ListField(
        child=serializers.UUIDField(),
        required=False,
        max_length=settings.ATTACHMENTS_PER_MESSAGE,
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        files = attrs.get("attachments", [])
        if not attrs["body"] and not files:
            raise serializers.ValidationError({"body": _("Write something, or add a file.")})
        if len(set(files)) < len(files):
            raise serializers.ValidationError({"attachments": _("The same file is there twice.")})
        return attrs


class DraftSerializer(FirstMessageSerializer):
    reply_to = serializers.UUIDField(required=False, allow_null=True)


class NoteDraftSerializer(BodySerializer):
    id = serializers.UUIDField(required=False)


class OpeningSerializer(serializers.Serializer[Any]):
    """A conversation to open. Only the company chooses the `client`."""

    id = serializers.UUIDField(required=False)
    subject = TextField(max_length=SUBJECT_LENGTH)
    chantier = serializers.UUIDField(required=False, allow_null=True)
    client = serializers.UUIDField(required=False, allow_null=True)
    message = FirstMessageSerializer(required=False, allow_null=True)


class ConversationChangeSerializer(serializers.Serializer[Any]):
    subject = TextField(max_length=SUBJECT_LENGTH, required=False)
    chantier = serializers.UUIDField(required=False, allow_null=True)
    status = serializers.ChoiceField(choices=Conversation.Status.choices, required=False)
    assigned_to = serializers.UUIDField(required=False, allow_null=True)


class SeqSerializer(serializers.Serializer[Any]):
    seq = serializers.IntegerField(min_value=0)


class UnreadFromSerializer(serializers.Serializer[Any]):
    seq = serializers.IntegerField(min_value=1)


class SinceSerializer(serializers.Serializer[Any]):
    since = serializers.IntegerField(min_value=0)


class WindowSerializer(serializers.Serializer[Window]):
    """A page of history: one bound at most."""

    before = serializers.IntegerField(min_value=1, required=False)
    after = serializers.IntegerField(min_value=0, required=False)
    around = serializers.IntegerField(min_value=1, required=False)
    limit = serializers.IntegerField(
        min_value=1, max_value=PAGE_LIMIT_MAX, required=False, default=PAGE_LIMIT
    )

    def validate(self, attrs: dict[str, int]) -> dict[str, int]:
        if len(attrs.keys() & {"before", "after", "around"}) > 1:
            raise serializers.ValidationError("Give one of before, after and around.")
        return attrs
