"""The JSON shapes of saved filters."""

from rest_framework import serializers

from core.serializers import InputSerializer, PersonSerializer, Shape
from core.web.fields import IdField
from core.web.text_field import TextField
from messaging.models import SavedFilter

VALUE_LENGTH = 500


class SavedFilterSerializer(Shape[SavedFilter]):
    """Parameters of `GET /conversations` under a name."""

    owner = PersonSerializer(read_only=True)
    query = serializers.DictField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = SavedFilter
        fields = ("id", "name", "query", "is_shared", "owner")
        read_only_fields = fields


class FilterChangeSerializer(InputSerializer):
    name = TextField(max_length=80, required=False)
    query = serializers.DictField(
        child=serializers.CharField(max_length=VALUE_LENGTH, allow_blank=True), required=False
    )
    is_shared = serializers.BooleanField(required=False)


class FilterDraftSerializer(FilterChangeSerializer):
    id = IdField(required=False)
    name = TextField(max_length=80)
    query = serializers.DictField(
        child=serializers.CharField(max_length=VALUE_LENGTH, allow_blank=True)
    )
    is_shared = serializers.BooleanField(required=False, default=False)
