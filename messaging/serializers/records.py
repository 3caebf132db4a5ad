"""The JSON shapes of what programs read: as `messaging.outgoing_shapes` writes them."""

from typing import Any

from rest_framework import serializers

from attachments.models import Attachment
from core.models import User
from core.provisioning.serializers import ExternalIdField
from core.serializers import InputSerializer, UtcField
from core.web.fields import IdField, NumberField
from messaging.models import Conversation

FEWEST, USUAL, MOST = 1, 100, 200


class RecordsQuerySerializer(InputSerializer):
    limit = NumberField(required=False, min_value=FEWEST, max_value=MOST, default=USUAL)


class ConversationRecordsQuerySerializer(RecordsQuerySerializer):
    after = IdField(required=False, help_text="The `next` of the page before.")
    client = ExternalIdField(required=False, help_text="Of this client, by external id.")
    chantier = ExternalIdField(required=False, help_text="Of this chantier, by external id.")


class MessageRecordsQuerySerializer(RecordsQuerySerializer):
    after = NumberField(
        required=False, default=0, help_text="The `next` of the page before: a `seq`."
    )


class RecordedPersonSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(read_only=True)
    external_id = serializers.CharField(read_only=True, allow_null=True)
    name = serializers.CharField(read_only=True)
    role = serializers.ChoiceField(choices=User.Role.choices, read_only=True)


class RecordedPlaceSerializer(serializers.Serializer[Any]):
    """A client or a chantier."""

    id = serializers.UUIDField(read_only=True)
    external_id = serializers.CharField(read_only=True, allow_null=True)
    name = serializers.CharField(read_only=True)


class RecordedFileSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(read_only=True)
    size = serializers.IntegerField(read_only=True, help_text="Bytes.")
    content_type = serializers.CharField(read_only=True)
    status = serializers.ChoiceField(choices=Attachment.Status.choices, read_only=True)
    reason_code = serializers.CharField(read_only=True)


class RecordedConversationSerializer(serializers.Serializer[Any]):
    """A conversation, as its events have it."""

    id = serializers.UUIDField(read_only=True)
    subject = serializers.CharField(read_only=True)
    status = serializers.ChoiceField(choices=Conversation.Status.choices, read_only=True)
    version = serializers.IntegerField(read_only=True)
    last_seq = serializers.IntegerField(read_only=True)
    assigned_to = RecordedPersonSerializer(read_only=True, allow_null=True)
    awaiting_reply_since = UtcField(read_only=True, allow_null=True)
    created_at = UtcField(read_only=True)
    archived_at = UtcField(read_only=True, allow_null=True)
    client = RecordedPlaceSerializer(read_only=True)
    chantier = RecordedPlaceSerializer(read_only=True, allow_null=True)


class RecordedMessageSerializer(serializers.Serializer[Any]):
    """A message, as its events have it. A deleted one keeps its `seq`, without text and files."""

    id = serializers.UUIDField(read_only=True)
    seq = serializers.IntegerField(read_only=True)
    version = serializers.IntegerField(read_only=True)
    author = RecordedPersonSerializer(read_only=True)
    body = serializers.CharField(read_only=True)
    reply_to = serializers.UUIDField(read_only=True, allow_null=True)
    by_email = serializers.BooleanField(read_only=True)
    created_at = UtcField(read_only=True)
    edited_at = UtcField(read_only=True, allow_null=True)
    deleted_at = UtcField(read_only=True, allow_null=True)
    attachments = RecordedFileSerializer(many=True, read_only=True)


class ConversationRecordsSerializer(serializers.Serializer[Any]):
    """Conversations in the order of their ids. `next` is the `after` of the next request."""

    results = RecordedConversationSerializer(many=True, read_only=True)
    next = serializers.UUIDField(read_only=True, allow_null=True, help_text="Null: no more.")


class MessageRecordsSerializer(serializers.Serializer[Any]):
    """Messages in the order of their `seq`. `next` is the `after` of the next request."""

    results = RecordedMessageSerializer(many=True, read_only=True)
    next = serializers.IntegerField(read_only=True, allow_null=True, help_text="Null: no more.")
