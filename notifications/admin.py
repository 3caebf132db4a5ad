"""Deliveries, devices and received emails in the admin, read-only."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from notifications.models import Delivery, InboundEmail, PushSubscription, RefusedAddress
from notifications.webhook_admin import WebhookAdmin

# Registered by being imported, as Django looks in this module alone.
__all__ = [
    "DeliveryAdmin", "InboundEmailAdmin", "PushSubscriptionAdmin", "RefusedAddressAdmin",
    "WebhookAdmin",
]  # fmt: skip


class ReadOnly(admin.ModelAdmin[Any]):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Delivery)
class DeliveryAdmin(ReadOnly):
    list_display = ("message", "recipient", "channel", "status", "reason", "attempts", "due_at")
    list_filter = ("channel", "status", "reason")
    list_select_related = ("message", "recipient")


@admin.register(PushSubscription)
class PushSubscriptionAdmin(ReadOnly):
    list_display = ("user", "label", "undisplayed_count", "displayed_at", "registered_at")
    list_select_related = ("user",)
    # Secrets: `push/renewed` takes the old endpoint as proof.
    exclude = ("endpoint", "p256dh", "auth", "session_key")


@admin.register(InboundEmail)
class InboundEmailAdmin(ReadOnly):
    list_display = ("received_at", "sender", "verdict", "answered_at")
    list_filter = ("verdict",)


@admin.register(RefusedAddress)
class RefusedAddressAdmin(ReadOnly):
    """Deleting one sends emails to the address again."""

    list_display = ("address", "cause", "reason", "created_at")
    list_filter = ("cause",)
    search_fields = ("address",)
