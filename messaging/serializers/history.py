"""The JSON shape of the lines of a conversation's history."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.serializers import PersonSerializer, Shape
from messaging.models import HistoryLine

NAMED: dict[str, Any] = {
    "type": ["object", "null"],
    "properties": {"id": {"type": "string", "format": "uuid"}, "name": {"type": "string"}},
}
# What `details` may have. Each kind has its own keys.
DETAILS: dict[str, Any] = {
    "type": "object",
    "description": "By kind. Names are as they were then.",
    "properties": {
        "to": {
            **NAMED,
            "description": "assigned, taken_over: the person. moved: the chantier. Null: nobody.",
        },
        "from": {**NAMED, "description": "As `to`, before. merged, split: from where."},
        "chantier": {
            **NAMED,
            "description": "closed: the archived chantier that closed it, if it was that.",
        },
        "subject": {"type": "string", "description": "renamed: the new one."},
        "former_subject": {"type": "string", "description": "renamed: the earlier one."},
        "into": {**NAMED, "description": "merged, split: the conversation with its subject."},
        "count": {"type": "integer", "description": "merged, split: how many messages."},
        "step": {"type": "integer", "description": "escalated: 1 to the deputy, 2 to managers."},
        "waiting_since": {
            "type": ["string", "null"],
            "format": "date-time",
            "description": "escalated: since when the client waited.",
        },
        "until": {"type": "string", "format": "date-time", "description": "snoozed: until when."},
        "address": {"type": "string", "description": "forwarded: to whom."},
        "reason": {
            "type": "string",
            "description": "Why a rule did it; README of messaging, «Lines of the history».",
        },
    },
}


class LineSerializer(Shape[HistoryLine]):
    """A line of the history. It stands after the message `after_seq`; 0 is before the first.

    `by` is null for what Liaison did itself, by a rule or a clock. A client's user gets the kinds
    opened, closed, reopened, renamed, moved, merged and split, the company all.
    """

    by = PersonSerializer(read_only=True, allow_null=True)
    details = serializers.SerializerMethodField()

    class Meta:
        model = HistoryLine
        fields = ("id", "conversation", "version", "after_seq", "kind", "by", "at", "details")
        read_only_fields = fields

    @extend_schema_field(DETAILS)
    def get_details(self, line: HistoryLine) -> dict[str, Any]:
        return dict(line.details)
