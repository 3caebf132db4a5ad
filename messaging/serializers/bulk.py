"""The JSON shapes of a change of many conversations."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.serializers import InputSerializer, UtcField
from core.web.fields import IdField
from messaging.models import Conversation
from messaging.serializers.input import LaterField
from messaging.serializers.output import ConversationSerializer

# More than a person selects by hand. Each is a transaction of some 20 ms.
AT_ONCE = 200
OUTCOMES = [(outcome, outcome) for outcome in ("changed", "unchanged", "refused")]


class BulkSerializer(InputSerializer):
    """One change of up to 200 conversations: `status`, `assigned_to` or `snoozed_until`."""

    conversations = serializers.ListField(child=IdField(), min_length=1, max_length=AT_ONCE)
    status = serializers.ChoiceField(choices=Conversation.Status.choices, required=False)
    assigned_to = IdField(required=False, allow_null=True)
    snoozed_until = LaterField(required=False, allow_null=True, help_text="Null: back now.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs.keys() & {"status", "assigned_to", "snoozed_until"}) != 1:
            said = _("Give one of status, assigned_to and snoozed_until.")
            raise serializers.ValidationError(said, "one_change")
        return attrs


class WereSerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=Conversation.Status.choices, read_only=True)
    assigned_to = serializers.UUIDField(read_only=True, allow_null=True)
    snoozed_until = UtcField(read_only=True, allow_null=True)


class ChangedSerializer(serializers.Serializer[Any]):
    """What became of one conversation."""

    id = serializers.UUIDField(read_only=True)
    outcome = serializers.ChoiceField(choices=OUTCOMES, read_only=True)
    was = WereSerializer(
        read_only=True, allow_null=True, help_text="Before: to undo it. Null if it was refused."
    )
    code = serializers.CharField(read_only=True, help_text="Of the refusal; else empty.")
    detail = serializers.CharField(read_only=True, help_text="Why, in words; else empty.")


class BulkAnswerSerializer(serializers.Serializer[Any]):
    """One result for each id, in the order given, and the conversations as they are now."""

    results = ChangedSerializer(many=True, read_only=True)
    conversations = ConversationSerializer(many=True, read_only=True)
