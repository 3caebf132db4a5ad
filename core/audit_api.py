"""The audit over REST, for managers."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core import audit_export
from core.audit import names, search, words
from core.audit.acts import Action
from core.audit.chain import chain_facts
from core.audit.search import Filters
from core.audit_models import AuditEntry
from core.serializers import InputSerializer, UtcField
from core.web.company import IsManager
from core.web.fields import MomentField, NumberField
from core.web.pagination import LatestPlaced
from core.web.requests import person, validated
from core.web.views import AnyAccept, APIView


class AuditFiltersSerializer(InputSerializer):
    """Which entries; all given conditions hold together."""

    person = serializers.CharField(
        max_length=150, required=False, help_text="Who acted: a part of a name or email, or an id."
    )
    object = serializers.CharField(
        max_length=150, required=False, help_text="On what: a part of its name, or an id."
    )
    action = serializers.ChoiceField(choices=Action.choices, required=False)
    since = MomentField(required=False)
    until = MomentField(required=False)
    refused = serializers.BooleanField(default=False, help_text="What was refused, alone.")


class AuditQuerySerializer(AuditFiltersSerializer):
    cursor = serializers.CharField(required=False)
    limit = NumberField(min_value=1, max_value=100, default=50)


class AuditExportSerializer(AuditFiltersSerializer):
    # Not `format`, which DRF takes for a renderer.
    to = serializers.ChoiceField(choices=["csv", "json"], default="csv")


class ActorSerializer(serializers.Serializer[Any]):
    """Who acted, by the name of that time: `person`, `machine`, `stranger` or `system`."""

    kind = serializers.CharField(source="actor_kind", read_only=True)
    id = serializers.CharField(source="actor_id", read_only=True)
    name = serializers.CharField(source="actor_name", read_only=True)


class ThingSerializer(serializers.Serializer[Any]):
    """What it was done to. `kind` is empty for nothing.

    A conversation, message or note is named by its subject of now, and "" once that was purged; all
    else by the name of that time.
    """

    kind = serializers.CharField(source="object_kind", read_only=True)
    id = serializers.CharField(source="object_id", read_only=True)
    name = serializers.SerializerMethodField()

    def get_name(self, entry: AuditEntry) -> str:
        return str(self.context["labels"][entry.position])


class AuditEntrySerializer(serializers.Serializer[Any]):
    """One entry of the audit. `hash` covers all of it, and the entry before."""

    position = serializers.IntegerField(read_only=True)
    uid = serializers.UUIDField(read_only=True)
    at = UtcField(read_only=True)
    action = serializers.CharField(read_only=True)
    words = serializers.SerializerMethodField(help_text="The action, in the caller's language.")
    refused = serializers.SerializerMethodField()
    actor = ActorSerializer(source="*", read_only=True)
    object = ThingSerializer(source="*", read_only=True)
    address = serializers.CharField(read_only=True, help_text="The IP address; empty without one.")
    details = serializers.DictField(read_only=True)
    hash = serializers.SerializerMethodField(help_text="SHA-256, in hex.")

    def get_words(self, entry: AuditEntry) -> str:
        return words.action_words(entry)

    def get_refused(self, entry: AuditEntry) -> bool:
        return words.is_refused(entry)

    def get_hash(self, entry: AuditEntry) -> str:
        return bytes(entry.hash).hex()


class AuditPageSerializer(serializers.Serializer[Any]):
    results = AuditEntrySerializer(many=True, read_only=True)
    next = serializers.URLField(read_only=True, allow_null=True)


class AuditList(APIView):
    permission_classes = (IsManager,)

    @extend_schema(parameters=[AuditQuerySerializer], responses=AuditPageSerializer)
    def get(self, request: Request) -> Response:
        """Who did what, newest first."""
        asked = validated(AuditQuerySerializer, request.query_params)
        pages = LatestPlaced()
        rows = pages.paginate_queryset(_found(asked), request, view=self)
        page = {"results": rows, "next": pages.get_next_link()}
        positions = [row.position for row in rows or []]
        labels = dict(zip(positions, names.labels(rows or []), strict=True))
        return Response(AuditPageSerializer(page, context={"labels": labels}).data)


class AuditExport(APIView):
    permission_classes = (IsManager,)
    content_negotiation_class = AnyAccept

    @extend_schema(
        parameters=[AuditExportSerializer],
        responses={
            (200, "text/csv"): OpenApiTypes.STR,
            (200, "application/json"): OpenApiTypes.OBJECT,
        },
    )
    def get(self, request: Request) -> HttpResponseBase:
        """The entries that match, as a file, oldest first: a CSV is for Excel.

        The JSON holds what the hashes are made of. The export is itself in the audit.
        """
        asked = validated(AuditExportSerializer, request.query_params)
        return audit_export.file_of(person(request), filters_of(asked), asked["to"])


def filters_of(asked: dict[str, Any]) -> Filters:
    return Filters(**{name: asked[name] for name in Filters.__annotations__ if name in asked})


def _found(asked: dict[str, Any]) -> QuerySet[AuditEntry]:
    chain_facts()
    return search.entries(filters_of(asked))
