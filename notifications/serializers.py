"""The JSON shapes of notifications."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.models import User
from core.serializers import PersonSerializer, Shape, UtcField
from core.web.text_field import TextField
from notifications.models import (
    ENDPOINT_LENGTH,
    EmailMode,
    Mute,
    Preference,
    PushSubscription,
    RefusedAddress,
)

# Messages whose deliveries may be asked for at once.
SPAN_MAX = 200


class KeysSerializer(serializers.Serializer[Any]):
    p256dh = serializers.CharField(max_length=100)
    auth = serializers.CharField(max_length=40)


class NewDeviceSerializer(serializers.Serializer[Any]):
    """The JSON of a browser's `PushSubscription`, and a name for the device."""

    endpoint = serializers.URLField(max_length=ENDPOINT_LENGTH)
    keys = KeysSerializer()

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # Not declared in the class: `label` is also an attribute of every serializer.
        label = TextField(max_length=100, required=False, allow_blank=True, default="")
        return {**super().get_fields(), "label": label}


class RenewedDeviceSerializer(serializers.Serializer[Any]):
    """A browser changed its subscription. Only that browser and we know the old endpoint."""

    old_endpoint = serializers.CharField(max_length=ENDPOINT_LENGTH)
    endpoint = serializers.URLField(max_length=ENDPOINT_LENGTH)
    keys = KeysSerializer()


class DeviceSerializer(Shape[PushSubscription]):
    """A device of the reader. `is_silent`: it accepts pushes and displays none."""

    is_silent = serializers.BooleanField(read_only=True)

    class Meta:
        model = PushSubscription
        fields = (
            "id", "endpoint", "label", "is_silent", "displayed_at", "created_at", "registered_at",
        )  # fmt: skip
        read_only_fields = fields


class TokenSerializer(serializers.Serializer[Any]):
    token = serializers.CharField(max_length=300)


class KeySerializer(serializers.Serializer[Any]):
    key = serializers.CharField(read_only=True, allow_null=True)


class MutedConversationSerializer(Shape[Mute]):
    id = serializers.UUIDField(source="conversation_id", read_only=True)
    subject = serializers.CharField(source="conversation.subject", read_only=True)

    class Meta:
        model = Mute
        fields = ("id", "subject", "created_at")
        read_only_fields = fields


class RefusedAddressSerializer(Shape[RefusedAddress]):
    class Meta:
        model = RefusedAddress
        fields = ("address", "cause", "reason", "created_at")
        read_only_fields = fields


class PreferenceSerializer(serializers.ModelSerializer[Preference]):
    """How a person wants to be told. `email_delay_minutes` null: ten, or one without a device."""

    locale = serializers.ChoiceField(choices=User.Locale.choices, source="user.locale")
    email = serializers.ChoiceField(choices=EmailMode.choices)
    muted = serializers.SerializerMethodField()
    email_refused = serializers.SerializerMethodField()

    class Meta:
        model = Preference
        fields = (
            "push", "is_discreet", "email", "email_delay_minutes", "quiet_from", "quiet_until",
            "locale", "muted", "email_refused",
        )  # fmt: skip

    @extend_schema_field(RefusedAddressSerializer(allow_null=True))
    def get_email_refused(self, preference: Preference) -> dict[str, Any] | None:
        """Return since when and why the person's address refuses our emails, if it does."""
        mark = self.context["refused"]
        return dict(RefusedAddressSerializer(mark).data) if mark else None

    def get_muted(self, preference: Preference) -> list[dict[str, Any]]:
        return list(MutedConversationSerializer(self.context["mutes"], many=True).data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        ends = [attrs.get(name, getattr(self.instance, name, None)) for name in QUIET]
        if (ends[0] is None) != (ends[1] is None):
            raise serializers.ValidationError(
                {"quiet_until": _("Give both ends of the quiet hours, or none.")}, "incomplete"
            )
        return attrs


QUIET = ("quiet_from", "quiet_until")


class MuteSerializer(serializers.Serializer[Any]):
    muted = serializers.BooleanField(default=True)


class PresenceSerializer(serializers.Serializer[Any]):
    visible = serializers.BooleanField(default=True)


class PersonStateSerializer(serializers.Serializer[Any]):
    """How far a message has come with one person."""

    person = PersonSerializer(source="user", read_only=True)
    state = serializers.ChoiceField(
        choices=["sent", "received", "emailed", "read", "undelivered"], read_only=True
    )
    at = UtcField(read_only=True, allow_null=True)
    reason = serializers.CharField(read_only=True)
    # Why the email was refused; empty if it was not, or for another channel.
    cause = serializers.CharField(read_only=True)


class DeliveriesSerializer(serializers.Serializer[Any]):
    results = PersonStateSerializer(many=True, read_only=True)


class MessageDeliveriesSerializer(serializers.Serializer[Any]):
    message = serializers.UUIDField(read_only=True)
    deliveries = PersonStateSerializer(many=True, read_only=True)


class SpanDeliveriesSerializer(serializers.Serializer[Any]):
    results = MessageDeliveriesSerializer(many=True, read_only=True)


class SpanSerializer(serializers.Serializer[Any]):
    """Messages of a conversation, from one seq to another."""

    first = serializers.IntegerField(min_value=1)
    last = serializers.IntegerField(min_value=1)

    def validate(self, attrs: dict[str, int]) -> dict[str, int]:
        if not 0 <= attrs["last"] - attrs["first"] < SPAN_MAX:
            raise serializers.ValidationError({"last": _("Ask for fewer messages at once.")})
        return attrs
