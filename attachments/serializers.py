"""The JSON shapes of files. A file has the same shape alone, in a message and in an event."""

import base64
import binascii
from dataclasses import asdict
from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from attachments.models import Attachment
from attachments.scanning import reasons
from attachments.uploads.transfer import Upload
from core.serializers import InputSerializer, Shape
from core.web.fields import IdField, NumberField

SHA256_BYTES = 32
PARTS_AT_ONCE = 100


# --- Output ---


class AttachmentSerializer(Shape[Attachment]):
    """A file and its state. `position` is its place in its message, null before it has one."""

    position = serializers.IntegerField(read_only=True, allow_null=True)
    # Empty until the file is checked, which the column's choices do not say.
    verdict = serializers.ChoiceField(choices=["", *Attachment.Verdict.values], read_only=True)
    reason = serializers.SerializerMethodField()

    class Meta:
        model = Attachment
        fields: ClassVar[tuple[str, ...]] = (
            "id", "name", "size", "content_type", "kind", "status", "verdict", "reason",
            "reason_code", "width", "height", "placeholder", "has_preview", "location",
            "shared_size", "position", "created_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(serializers.CharField)
    def get_reason(self, attachment: Attachment) -> str:
        return reasons.sentence(
            attachment.reason_code, attachment.verdict, is_withdrawn=attachment.is_withdrawn
        )


class UploadSerializer(serializers.Serializer[Any]):
    """How to send a file: `PUT` its bytes to `url` with `headers`, or ask for parts."""

    method = serializers.ChoiceField(choices=["PUT", "multipart"], read_only=True)
    url = serializers.CharField(read_only=True, allow_null=True)
    headers = serializers.DictField(child=serializers.CharField(), read_only=True)
    expires_at = serializers.DateTimeField(read_only=True, allow_null=True)
    part_size = serializers.IntegerField(read_only=True, allow_null=True)
    part_count = serializers.IntegerField(read_only=True, allow_null=True)


class LinkSerializer(serializers.Serializer[Any]):
    """An address that opens without a login until `expires_at`."""

    url = serializers.CharField(read_only=True)
    expires_at = serializers.DateTimeField(read_only=True)


class LinksSerializer(serializers.Serializer[Any]):
    """The addresses of a file. `original` is a photo with its location, for its sender."""

    content = LinkSerializer(read_only=True)
    original = LinkSerializer(read_only=True, allow_null=True)
    preview_320 = LinkSerializer(read_only=True, allow_null=True)
    preview_1280 = LinkSerializer(read_only=True, allow_null=True)


class AnnouncedSerializer(AttachmentSerializer):
    """A file with how to send it; `upload` is null once it has been received."""

    upload = UploadSerializer(read_only=True, allow_null=True)

    class Meta(AttachmentSerializer.Meta):
        fields = (*AttachmentSerializer.Meta.fields, "upload")
        read_only_fields = fields


class SignedPartSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField(read_only=True)
    size = serializers.IntegerField(read_only=True)
    url = serializers.CharField(read_only=True)
    headers = serializers.DictField(child=serializers.CharField(), read_only=True)


class SignedPartsSerializer(serializers.Serializer[Any]):
    parts = SignedPartSerializer(many=True, read_only=True)


class ReceivedPartSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField(read_only=True)
    size = serializers.IntegerField(read_only=True)


class ReceivedPartsSerializer(serializers.Serializer[Any]):
    """The parts that have arrived in full: the others are to be sent."""

    part_size = serializers.IntegerField(read_only=True)
    part_count = serializers.IntegerField(read_only=True)
    parts = ReceivedPartSerializer(many=True, read_only=True)


def announced(attachment: Attachment, upload: Upload | None) -> dict[str, Any]:
    """Return the JSON of `AnnouncedSerializer`; `upload` is None once the bytes have arrived."""
    shown: dict[str, Any] = AttachmentSerializer(attachment).data
    return {**shown, "upload": UploadSerializer(asdict(upload)).data if upload else None}


# --- Input ---


class Sha256Field(serializers.CharField):
    """A SHA-256 in base64 (as S3 writes it) or in hexadecimal."""

    default_error_messages: ClassVar = {"sha256": _("Give a SHA-256 in base64 or hexadecimal.")}

    def to_internal_value(self, data: Any) -> bytes:  # type: ignore[override]  # what is kept
        text = super().to_internal_value(data)
        try:
            digest = bytes.fromhex(text) if len(text) == 2 * SHA256_BYTES else _base64(text)
        except ValueError:
            self.fail("sha256")
        if len(digest) != SHA256_BYTES:
            self.fail("sha256")
        return digest


class AnnouncementSerializer(InputSerializer):
    """A file to send. `id` is made by the caller and makes a second try harmless.

    `keeps_location`: the other side gets a photo with the place where it was taken (evidence).
    """

    id = IdField(required=False)
    # Cleaned by `uploads.announce`, which accepts any name and keeps what can be read of it.
    name = serializers.CharField(max_length=1000, trim_whitespace=False)
    size = NumberField()
    # Ignored: it is the browser's guess. We serve the type that the decoder confirmed.
    content_type = serializers.CharField(required=False, allow_blank=True, max_length=200)
    sha256 = Sha256Field()
    keeps_location = serializers.BooleanField(required=False, default=False)


class VersionSerializer(InputSerializer):
    """Which version of a file to download."""

    original = serializers.BooleanField(required=False, default=False)


class WantedPartSerializer(InputSerializer):
    number = NumberField(min_value=1)
    sha256 = Sha256Field()


class WantedPartsSerializer(InputSerializer):
    parts = serializers.ListField(
        child=WantedPartSerializer(), allow_empty=False, max_length=PARTS_AT_ONCE
    )


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(text) from error
