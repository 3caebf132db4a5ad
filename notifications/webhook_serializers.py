"""The JSON shapes of webhooks."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.models import OutgoingEvent
from core.serializers import InputSerializer, PersonSerializer, Shape, UtcField
from core.web.text_field import TextField
from notifications.webhook_models import (
    DESCRIPTION_LENGTH,
    URL_LENGTH,
    WebhookDelivery,
    WebhookEndpoint,
)

LATEST = 20


class KindsField(serializers.ListField):
    def __init__(self, **options: Any) -> None:
        child = serializers.ChoiceField(choices=OutgoingEvent.Kind.choices)
        super().__init__(child=child, max_length=len(OutgoingEvent.Kind), **options)

    def to_internal_value(self, data: Any) -> list[str]:
        return sorted(set(super().to_internal_value(data)))


class NewWebhookSerializer(InputSerializer):
    """An https address, and the types of events that it gets; without them all."""

    url = serializers.CharField(max_length=URL_LENGTH)
    description = TextField(
        max_length=DESCRIPTION_LENGTH, required=False, allow_blank=True, default=""
    )
    types = KindsField(source="kinds", required=False, default=list)


class WebhookChangeSerializer(InputSerializer):
    """What changes; the rest stays. One that is no longer paused gets what happened since."""

    url = serializers.CharField(max_length=URL_LENGTH, required=False)
    description = TextField(max_length=DESCRIPTION_LENGTH, required=False, allow_blank=True)
    types = KindsField(source="kinds", required=False)
    is_paused = serializers.BooleanField(required=False)


class ReplaySerializer(InputSerializer):
    """`after`: a cursor of `GET /events`. Without it, what was given up is sent again."""

    after = serializers.CharField(required=False, max_length=300)


class WebhookSerializer(Shape[WebhookEndpoint]):
    """A webhook, without its secret. `waiting` and `failed` count deliveries."""

    types = serializers.ListField(
        child=serializers.ChoiceField(choices=OutgoingEvent.Kind.choices),
        source="kinds",
        read_only=True,
        help_text="Empty: all of them.",
    )
    is_paused = serializers.BooleanField(read_only=True)
    created_by = PersonSerializer(read_only=True, allow_null=True)
    waiting = serializers.SerializerMethodField(help_text="Not sent yet, also while it is paused.")
    failed = serializers.SerializerMethodField(
        help_text="Given up after a day of attempts: they wait for a replay."
    )

    class Meta:
        model = WebhookEndpoint
        fields: ClassVar[tuple[str, ...]] = (
            "id", "url", "description", "types", "is_paused", "paused_at", "paused_because",
            "failing_since", "previous_until", "created_by", "created_at", "waiting", "failed",
        )  # fmt: skip
        read_only_fields: ClassVar[tuple[str, ...]] = fields

    def get_waiting(self, endpoint: WebhookEndpoint) -> int:
        held = endpoint.deliveries.filter(state=WebhookDelivery.State.HELD)
        pending = endpoint.deliveries.filter(
            state=WebhookDelivery.State.PENDING, due_at__isnull=False
        )
        return held.count() + pending.count()

    def get_failed(self, endpoint: WebhookEndpoint) -> int:
        return endpoint.deliveries.filter(state=WebhookDelivery.State.PENDING, due_at=None).count()


class WebhookDeliverySerializer(Shape[WebhookDelivery]):
    """How far an event has come: the last answer, and when the next attempt is."""

    event = serializers.UUIDField(source="event.uid", read_only=True)
    type = serializers.ChoiceField(
        choices=OutgoingEvent.Kind.choices, source="event.kind", read_only=True
    )
    status = serializers.SerializerMethodField()
    next_attempt_at = UtcField(source="due_at", read_only=True, allow_null=True)

    class Meta:
        model = WebhookDelivery
        fields: ClassVar[tuple[str, ...]] = (
            "id", "event", "type", "position", "status", "attempts", "answer_status", "answer",
            "next_attempt_at", "sent_at",
        )  # fmt: skip
        read_only_fields: ClassVar[tuple[str, ...]] = fields

    @extend_schema_field(serializers.ChoiceField(choices=["waiting", "sent", "failed"]))
    def get_status(self, delivery: WebhookDelivery) -> str:
        if delivery.state == WebhookDelivery.State.SENT:
            return "sent"
        is_given_up = delivery.state == WebhookDelivery.State.PENDING and delivery.due_at is None
        return "failed" if is_given_up else "waiting"


class WebhookDetailSerializer(WebhookSerializer):
    """A webhook with its latest deliveries, the newest first."""

    latest = serializers.SerializerMethodField()

    class Meta(WebhookSerializer.Meta):
        fields: ClassVar[tuple[str, ...]] = (*WebhookSerializer.Meta.fields, "latest")
        read_only_fields: ClassVar[tuple[str, ...]] = fields

    @extend_schema_field(WebhookDeliverySerializer(many=True))
    def get_latest(self, endpoint: WebhookEndpoint) -> Any:
        rows = endpoint.deliveries.select_related("event").order_by("-position")[:LATEST]
        return WebhookDeliverySerializer(rows, many=True).data


class WebhookSecretSerializer(serializers.Serializer[Any]):
    """A webhook with its secret, `whsec_…`, which is never shown again."""

    secret = serializers.CharField(read_only=True)
    webhook = WebhookSerializer(read_only=True, source="endpoint")


class ReplayedSerializer(serializers.Serializer[Any]):
    count = serializers.IntegerField(read_only=True, help_text="Events that are sent again.")


class TriedSerializer(serializers.Serializer[Any]):
    """What the address answered to `webhook.test`."""

    is_success = serializers.BooleanField(read_only=True)
    status = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="Of HTTP; null without an answer."
    )
    answer = serializers.CharField(
        source="text", read_only=True, help_text="How a refusal begins, or why there is no answer."
    )
