"""The JSON shapes of what a search finds."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.serializers import (
    ChantierReferenceSerializer,
    ClientSerializer,
    PersonSerializer,
    Shape,
    UtcField,
)
from messaging.models import Conversation

HITS: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "array",
        "items": {"type": "integer"},
        "minItems": 2,
        "maxItems": 2,
        "description": "Start and end, in characters (code points).",
    },
}


class FoundInSerializer(Shape[Conversation]):
    """The conversation of what was found."""

    client = ClientSerializer(read_only=True)
    chantier = ChantierReferenceSerializer(read_only=True, allow_null=True)

    class Meta:
        model = Conversation
        fields = ("id", "subject", "status", "client", "chantier")
        read_only_fields = fields


class HitSerializer(serializers.Serializer[Any]):
    """Something that was found, where it is, and the part of its text around the first hit."""

    kind = serializers.CharField(help_text="`message`, `file`, `note` or `conversation`.")
    id = serializers.UUIDField(help_text="Of the message, file, note or conversation.")
    conversation = FoundInSerializer()
    message = serializers.UUIDField(
        allow_null=True, help_text="The message, or the one that shows the file."
    )
    seq = serializers.IntegerField(allow_null=True, help_text="Of that message.")
    note = serializers.UUIDField(
        allow_null=True,
        help_text="The note, or the one that shows the file. Null for a client's user.",
    )
    author = PersonSerializer(allow_null=True)
    created_at = UtcField()
    excerpt = serializers.CharField()
    hits = serializers.SerializerMethodField()

    @extend_schema_field(HITS)
    def get_hits(self, hit: Any) -> list[tuple[int, int]]:
        hits: list[tuple[int, int]] = hit.hits
        return hits


class FoundCountSerializer(serializers.Serializer[Any]):
    found = serializers.IntegerField()
    closed = serializers.IntegerField(help_text="Of these, in closed conversations.")
    is_more = serializers.BooleanField(help_text="There are more than were counted.")


class FacetSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    count = serializers.IntegerField()


class FacetsSerializer(serializers.Serializer[Any]):
    """Where and by whom most of it was written, to narrow the search."""

    clients = FacetSerializer(many=True)
    chantiers = FacetSerializer(many=True)
    authors = FacetSerializer(many=True)


class FoundEverywhereSerializer(serializers.Serializer[Any]):
    """A page of what was found, the newest first."""

    results = HitSerializer(many=True)
    next = serializers.URLField(allow_null=True)
    # Of all pages; only on the first.
    count = FoundCountSerializer(allow_null=True)
    facets = FacetsSerializer(allow_null=True)
    is_complete = serializers.BooleanField(
        help_text="False if something was left out: it took too long, or was written just now."
    )
