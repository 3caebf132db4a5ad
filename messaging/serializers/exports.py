"""The JSON shapes of exports."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.serializers import InputSerializer, Shape, UtcField
from core.web.fields import IdField
from messaging.models import Export

PHASES = {
    "pages": _("writing the pages to read"),
    "pdf": _("writing the PDF"),
    "data": _("writing the data"),
    "files": _("copying the files"),
    "proofs": _("collecting the proofs"),
}


class ExportSerializer(Shape[Export]):
    """A ZIP that was asked for: how far it is, and until when it can be downloaded."""

    status = serializers.SerializerMethodField()
    phase = serializers.SerializerMethodField(help_text="What is done now, in words.")
    sums_sha256 = serializers.SerializerMethodField(
        help_text="Of the list SHA256SUMS in the ZIP, in hex. Null until it is ready."
    )
    created_at = UtcField(read_only=True)
    finished_at = UtcField(read_only=True, allow_null=True)
    expires_at = UtcField(read_only=True, allow_null=True)

    class Meta:
        model = Export
        fields = (
            "id", "kind", "subject", "label", "with_notes", "with_files", "status", "phase",
            "done", "total", "size", "sums_sha256", "created_at", "finished_at", "expires_at",
        )  # fmt: skip
        read_only_fields = fields

    def get_status(self, export: Export) -> Export.Status:
        is_over = export.expires_at is not None and export.expires_at <= timezone.now()
        if export.status == Export.Status.READY and is_over:
            return Export.Status.EXPIRED
        return Export.Status(export.status)

    def get_phase(self, export: Export) -> str:
        return str(PHASES.get(export.phase, "")) if export.is_under_way else ""

    def get_sums_sha256(self, export: Export) -> str | None:
        return bytes(export.sums_sha256).hex() if export.sums_sha256 else None


class ExportDraftSerializer(InputSerializer):
    kind = serializers.ChoiceField(choices=Export.Kind.choices)
    subject = IdField(help_text="The id of the conversation, chantier, client or person.")
    with_notes = serializers.BooleanField(
        required=False, default=False, help_text="Internal notes: for the company alone."
    )
    with_files = serializers.BooleanField(required=False, default=True)


class ExportChoicesQuerySerializer(InputSerializer):
    conversation = IdField(required=False, help_text="Also what it is about.")


class ExportChoiceSerializer(serializers.Serializer[Any]):
    """Something that the person may export."""

    kind = serializers.ChoiceField(choices=Export.Kind.choices, read_only=True)
    subject = serializers.UUIDField(read_only=True)
    label = serializers.CharField(read_only=True)  # type: ignore[assignment]  # a field of its own
    conversations = serializers.IntegerField(read_only=True)
    messages = serializers.IntegerField(read_only=True)
    files = serializers.IntegerField(read_only=True)
    bytes = serializers.IntegerField(read_only=True, help_text="Of all files together.")
