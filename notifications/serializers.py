"""The JSON shapes of notifications."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.models import User
from core.serializers import InputSerializer, KnownFields, PersonSerializer, Shape, UtcField
from core.web.fields import FiniteField, LocalTimeField, NumberField
from core.web.text_field import TextField
from notifications import push_failures
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


class KeysSerializer(InputSerializer):
    p256dh = serializers.CharField(max_length=100)
    auth = serializers.CharField(max_length=40)


class NewDeviceSerializer(InputSerializer):
    """The JSON of a browser's `PushSubscription`, and a name for the device."""

    endpoint = serializers.URLField(max_length=ENDPOINT_LENGTH)
    keys = KeysSerializer()
    application_server_key = serializers.CharField(
        max_length=100,
        required=False,
        allow_blank=True,
        default="",
        help_text="The key that the subscription was made with, base64url.",
    )

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        # Not declared in the class: `label` is also an attribute of every serializer.
        label = TextField(max_length=100, required=False, allow_blank=True, default="")
        # Browsers send it, always null today. Ignored: the push service says when it is over.
        expiration = FiniteField(required=False, allow_null=True, help_text="Ignored.")
        return {**super().get_fields(), "label": label, "expirationTime": expiration}


class RenewedDeviceSerializer(InputSerializer):
    """A browser changed its subscription. Only that browser and we know the old keys."""

    old_endpoint = serializers.CharField(max_length=ENDPOINT_LENGTH)
    old_keys = KeysSerializer()
    endpoint = serializers.URLField(max_length=ENDPOINT_LENGTH)
    keys = KeysSerializer()


class PushFailureSerializer(serializers.Serializer[Any]):
    """How the last push to a device failed. `status` null: its push service did not answer."""

    at = UtcField(read_only=True)
    status = serializers.IntegerField(read_only=True, allow_null=True)
    detail = serializers.CharField(read_only=True)


class DeviceSerializer(Shape[PushSubscription]):
    """A device of the reader. `is_silent`: it accepts pushes and displays none.

    `last_failure` is null once a push is accepted again.
    """

    is_silent = serializers.BooleanField(read_only=True)
    last_failure = serializers.SerializerMethodField()

    class Meta:
        model = PushSubscription
        fields = (
            "id", "endpoint", "label", "is_silent", "last_failure", "displayed_at", "created_at",
            "registered_at",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field(PushFailureSerializer(allow_null=True))
    def get_last_failure(self, device: PushSubscription) -> dict[str, Any] | None:
        if not device.failure:
            return None
        failure = {
            "at": device.failed_at,
            "status": push_failures.status_of(device.failure),
            "detail": push_failures.advice_of(device.failure),
        }
        return PushFailureSerializer(failure).data


class TokenSerializer(InputSerializer):
    token = serializers.CharField(max_length=300)


class StillUnreadSerializer(serializers.Serializer[Any]):
    """What is still unread. A notification of anything else that is older than `at` is closed."""

    # Milliseconds, as JavaScript counts them.
    at = serializers.IntegerField(read_only=True)
    unread = serializers.DictField(
        child=serializers.IntegerField(),
        read_only=True,
        allow_null=True,
        help_text="The last unread seq of each conversation, by tag. Null: too many to list.",
    )


class PushKeySerializer(serializers.Serializer[Any]):
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


class PreferenceSerializer(KnownFields, serializers.ModelSerializer[Preference]):
    """How a person wants to be told. `email_delay_minutes` null: ten, or one without a device."""

    locale = serializers.ChoiceField(choices=User.Locale.choices, source="user.locale")
    email = serializers.ChoiceField(choices=EmailMode.choices)
    quiet_from = LocalTimeField(allow_null=True, required=False)
    quiet_until = LocalTimeField(allow_null=True, required=False)
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


class MuteSerializer(InputSerializer):
    muted = serializers.BooleanField(default=True)


class PresenceSerializer(InputSerializer):
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


class SpanSerializer(InputSerializer):
    """Messages of a conversation, from one seq to another."""

    first = NumberField(min_value=1)
    last = NumberField(min_value=1)

    def validate(self, attrs: dict[str, int]) -> dict[str, int]:
        if not 0 <= attrs["last"] - attrs["first"] < SPAN_MAX:
            raise serializers.ValidationError({"last": _("Ask for fewer messages at once.")})
        return attrs
