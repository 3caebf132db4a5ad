"""The JSON shapes of the photo of a person of the company."""

import base64
import binascii
from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from attachments.portraits import MAX_BYTES, key_of
from core.models import User
from core.serializers import InputSerializer


class Base64Field(serializers.CharField):
    """Bytes, as base64."""

    default_error_messages: ClassVar = {
        "base64": _("Give the bytes of the file as base64."),
        "too_large": _("Give a photo of at most {kb} KB."),
    }

    def to_internal_value(self, data: Any) -> Any:
        text = super().to_internal_value(data)
        try:
            content = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError):
            self.fail("base64")
        if len(content) > MAX_BYTES:
            self.fail("too_large", kb=MAX_BYTES // 1024)
        return content


class PhotoSerializer(InputSerializer):
    image = Base64Field(help_text="A JPEG, PNG, WebP… as base64, at most 500 KB.")


class PortraitSerializer(serializers.Serializer[Any]):
    photo = serializers.CharField(
        read_only=True, allow_null=True, help_text="Its path on this server. It needs no token."
    )


def portrait_of(person: User) -> str | None:
    """Return the path of a person's photo, if there is one."""
    key = key_of(person)
    return reverse("portrait", args=[key]) if key else None
