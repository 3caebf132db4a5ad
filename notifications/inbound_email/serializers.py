"""The JSON shapes of emails that came in."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.serializers import (
    ChantierReferenceSerializer,
    ClientSerializer,
    InputSerializer,
    PersonSerializer,
    Shape,
    UtcField,
)
from core.web.fields import IdField
from core.web.text_field import TextField
from messaging.models import SUBJECT_LENGTH, Conversation
from notifications.inbound_email import to_sort
from notifications.models import InboundEmail


class PlaceSerializer(InputSerializer):
    conversation = IdField()


class OpenSerializer(InputSerializer):
    """A conversation to open. Without a client: the sender's. Without a subject: the email's."""

    client = IdField(required=False)
    subject = TextField(max_length=SUBJECT_LENGTH, required=False)


class EmailCountsSerializer(serializers.Serializer[Any]):
    """How many emails of people wait, and how many of programs."""

    waiting = serializers.IntegerField(read_only=True)
    automatic = serializers.IntegerField(read_only=True)


# Under a name of its own in the OpenAPI document.
class EmailConversationSerializer(Shape[Conversation]):
    client = ClientSerializer(read_only=True)
    chantier = ChantierReferenceSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Conversation
        fields = ("id", "subject", "client", "chantier", "status", "last_activity_at")
        read_only_fields = fields


class SuggestionSerializer(serializers.Serializer[Any]):
    """A conversation where an email may belong.

    `is_named`: the email answers to it. `author`: in whose name it would be there; null: in the
    reader's, who says whose email it is.
    """

    conversation = EmailConversationSerializer(read_only=True)
    is_named = serializers.BooleanField(read_only=True)
    author = PersonSerializer(read_only=True, allow_null=True)


class EmailSerializer(Shape[InboundEmail]):
    """An email that is no message. `state`: `waiting`, `placed` or `set_aside`.

    `author`: who wrote it, as far as it is known. `conversation`: where it was placed.
    """

    id = serializers.UUIDField(source="key", read_only=True)
    reason = serializers.SerializerMethodField()
    is_automatic = serializers.SerializerMethodField()
    file_names = serializers.ListField(child=serializers.CharField(), read_only=True)
    author = PersonSerializer(read_only=True, allow_null=True)
    client = ClientSerializer(source="author.client", read_only=True, allow_null=True, default=None)
    conversation = serializers.SerializerMethodField()
    handled_by = PersonSerializer(read_only=True, allow_null=True)
    is_kept = serializers.SerializerMethodField()
    suggestions = serializers.SerializerMethodField()

    # The context holds the `suggestions` of all rows by their keys.
    class Meta:
        model = InboundEmail
        fields: ClassVar[tuple[str, ...]] = (
            "id", "sender", "sender_name", "subject", "excerpt", "file_names", "received_at",
            "verdict", "reason", "is_automatic", "is_cut", "is_kept", "state", "author", "client",
            "suggestions", "handled_by", "handled_at", "message", "conversation",
        )  # fmt: skip
        read_only_fields: ClassVar[tuple[str, ...]] = fields

    def get_reason(self, email: InboundEmail) -> str:
        """Why it is no message, in words."""
        return to_sort.reason_of(email)

    def get_is_automatic(self, email: InboundEmail) -> bool:
        return email.nature in to_sort.AUTOMATIC

    def get_is_kept(self, email: InboundEmail) -> bool:
        return email.original_bytes is not None

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_conversation(self, email: InboundEmail) -> Any:
        return email.message.conversation_id if email.message is not None else None

    @extend_schema_field(SuggestionSerializer(many=True))
    def get_suggestions(self, email: InboundEmail) -> Any:
        found = self.context["suggestions"].get(email.key, [])
        return SuggestionSerializer(found, many=True).data


class OriginalSerializer(serializers.Serializer[Any]):
    """An email as it came, as text. `left_out`: in words, what is not shown of it."""

    sender = serializers.CharField(read_only=True)
    to = serializers.CharField(read_only=True)
    subject = serializers.CharField(read_only=True)
    sent_at = UtcField(read_only=True, allow_null=True)
    text = serializers.CharField(read_only=True)
    files = serializers.ListField(child=serializers.CharField(), read_only=True)
    is_cut = serializers.BooleanField(read_only=True)

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        left_out = serializers.SerializerMethodField()
        return {**super().get_fields(), "left_out": left_out}

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_left_out(self, original: Any) -> list[str]:
        return list(original.left_out)


class EmailDetailSerializer(EmailSerializer):
    """An email that is no message, with its text. `original` is null once it is not kept."""

    original = serializers.SerializerMethodField()

    class Meta(EmailSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (*EmailSerializer.Meta.fields, "original")
        read_only_fields: ClassVar[tuple[str, ...]] = fields

    @extend_schema_field(OriginalSerializer(allow_null=True))
    def get_original(self, email: InboundEmail) -> Any:
        original = self.context["original"]
        return OriginalSerializer(original).data if original else None
