"""Addresses of other software that are told of events, and each telling."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from core.jobs.lease import LeasedJob
from core.models import OutgoingEvent, User

URL_LENGTH = 500
DESCRIPTION_LENGTH = 200
ANSWER_LENGTH = 300


class WebhookEndpoint(LeasedJob):
    """An address that gets the events. It is due while the managers are to be told of its pause."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    url = models.CharField(_("address"), max_length=URL_LENGTH)
    description = models.CharField(_("description"), max_length=DESCRIPTION_LENGTH, blank=True)
    # Empty: all of them.
    kinds = ArrayField(
        models.CharField(max_length=30, choices=OutgoingEvent.Kind.choices),
        default=list, blank=True, verbose_name=_("events"),
    )  # fmt: skip
    # Sealed for `webhooks.signing`: it signs, so it cannot be a digest.
    secret = models.BinaryField()
    # Signs as well until then, while the receiver changes its own.
    previous_secret = models.BinaryField(null=True, blank=True)
    previous_until = models.DateTimeField(null=True, blank=True)
    # Up to which events have a delivery.
    position = models.BigIntegerField(default=0)
    # When it began to fail without a success in between.
    failing_since = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    # Why Liaison paused it: what it answered last. Empty if a person did.
    paused_because = models.CharField(max_length=ANSWER_LENGTH, blank=True)
    # When the managers were told of that pause.
    told_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, blank=True, default=None)

    class Meta:
        ordering = ("created_at", "id")
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")

    def __str__(self) -> str:
        return self.url

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None


class WebhookDelivery(LeasedJob):
    """One event for one address.

    Deliveries of one `lane` leave one after the other, in order of `position`: the first of them is
    pending, the others are held. One without `due_at` that is pending was given up.
    """

    class State(models.TextChoices):
        HELD = "held", _("Waits for an earlier one")
        PENDING = "pending", _("To be sent")
        SENT = "sent", _("Sent")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    event = models.ForeignKey(OutgoingEvent, on_delete=models.CASCADE, related_name="+")
    position = models.BigIntegerField()
    # The conversation; or the person, the client or the chantier.
    lane = models.UUIDField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.HELD)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    # Of the last attempt: the status of HTTP, None without an answer, and how its text begins.
    answer_status = models.PositiveSmallIntegerField(null=True, blank=True)
    answer = models.CharField(max_length=ANSWER_LENGTH, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, default=None)

    class Meta:
        verbose_name = _("delivery to a webhook")
        verbose_name_plural = _("deliveries to webhooks")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["endpoint", "event"], name="webhook_delivery_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["endpoint", "lane", "position"],
                name="webhook_delivery_open",
                condition=~Q(state="sent"),
            ),
            models.Index(
                fields=["due_at"], name="webhook_delivery_owed", condition=Q(due_at__isnull=False)
            ),
            models.Index(fields=["endpoint", "-position"], name="webhook_delivery_latest"),
        ]

    def __str__(self) -> str:
        return short_moment(self.created_at)


def short_moment(moment: datetime) -> str:
    """Return a moment for people, in their language and the time of the company."""
    return str(date_format(timezone.localtime(moment), "SHORT_DATETIME_FORMAT"))
