"""Devices, preferences, deliveries; and the emails of `email_models`.

A `Delivery` tells one person of one message by one channel. Deliveries that leave together, as one
push or one email, are a batch: they share the id in the column `envelope`. A `DevicePush` is the
push of a batch to one device.
"""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from core.jobs.lease import LeasedJob
from core.models import User
from messaging.models import Conversation, Message
from notifications.email_models import (
    EmailFault,
    ForwardedEmail,
    InboundEmail,
    MailboxEmail,
    MailboxState,
    RefusedAddress,
    ReplyAddress,
    SentEmail,
)
from notifications.webhook_models import WebhookDelivery, WebhookEndpoint

# Those of emails and of webhooks are in modules of their own.
__all__ = [
    "Channel", "Delivery", "DevicePush", "EmailFault", "EmailMode", "ForwardedEmail",
    "GoneEndpoint", "InboundEmail", "LastSeen", "MailboxEmail", "MailboxState", "Mute",
    "Preference", "PushFailureHour", "PushSubscription", "RefusedAddress", "ReplyAddress",
    "SentEmail", "WebhookDelivery", "WebhookEndpoint",
]  # fmt: skip

# A PostgreSQL index takes texts of up to about 2,700 bytes. Real endpoints have up to 600.
ENDPOINT_LENGTH = 1_000
# A failure as rows keep it (`push_failures`).
FAILURE_LENGTH = 300
# Pushes in a row that were accepted and never displayed: after three, a device counts as silent.
SILENT_AFTER = 3


class Channel(models.TextChoices):
    PUSH = "push", _("push")
    EMAIL = "email", _("email")


class EmailMode(models.TextChoices):
    UNREAD = "unread", _("What nothing else has shown")
    ALWAYS = "always", _("Everything unread")
    NEVER = "never", _("Never")


class PushSubscription(models.Model):
    """A browser that may be pushed to, of the last person who registered it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="push_subscriptions")
    endpoint = models.CharField(max_length=ENDPOINT_LENGTH, unique=True)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    label = models.CharField(_("device"), max_length=100, blank=True)
    # Logging out of this session deletes the device. Empty for a registration by bearer token.
    session_key = models.CharField(max_length=40, blank=True, db_index=True)
    # The push service asked us to wait (429, 503) until then.
    paused_until = models.DateTimeField(null=True, blank=True)
    # When it refused our key (401, 403). Cleared once it accepts a push again.
    key_refused_at = models.DateTimeField(null=True, blank=True)
    # When the last push failed, and how (`push_failures`). Cleared once one is accepted.
    failed_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=FAILURE_LENGTH, blank=True, default="", db_default="")
    undisplayed_count = models.PositiveSmallIntegerField(default=0)
    displayed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    registered_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-registered_at", "id")
        verbose_name = _("device")
        verbose_name_plural = _("devices")

    def __str__(self) -> str:
        return f"{self.label or self.pk} of {self.user_id}"

    @property
    def is_silent(self) -> bool:
        """Tell if pushes to this device are accepted but no longer displayed."""
        return self.undisplayed_count >= SILENT_AFTER


class GoneEndpoint(models.Model):
    """An endpoint that its push service declared gone: it can never be registered again.

    A browser may keep such a subscription, and would register it at each start.
    """

    # SHA-256, since endpoints are secrets and long.
    digest = models.BinaryField(primary_key=True, max_length=32)
    gone_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("endpoint that is gone")
        verbose_name_plural = _("endpoints that are gone")

    def __str__(self) -> str:
        return f"gone since {self.gone_at:%Y-%m-%d}"


class PushFailureHour(models.Model):
    """How many pushes failed in one hour with one answer of a push service."""

    hour = models.DateTimeField()
    # The HTTP status, or the name of the error if there was no answer.
    status = models.CharField(max_length=40)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("hour of failed pushes")
        verbose_name_plural = _("hours of failed pushes")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["hour", "status"], name="push_failure_hour_once")
        ]

    def __str__(self) -> str:
        return f"{self.count} times {self.status} at {self.hour:%Y-%m-%d %H}h"


class Preference(models.Model):
    """How one person wants to be told. There is no row before the person changes something."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="preference"
    )
    push = models.BooleanField(default=True)
    is_discreet = models.BooleanField(default=False)
    email = models.CharField(max_length=10, choices=EmailMode.choices, default=EmailMode.UNREAD)
    # None: `rules.email_delay` decides.
    email_delay_minutes = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(2), MaxValueValidator(24 * 60)]
    )
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("preference")
        verbose_name_plural = _("preferences")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="quiet_hours_have_both_ends",
                condition=Q(quiet_from__isnull=True, quiet_until__isnull=True)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"preference of {self.user_id}"

    @classmethod
    def of(cls, user: User) -> Preference:
        """Return a person's preferences: the row, or an unsaved one with the defaults.

        The row is read once for each instance of the person.
        """
        try:
            return user.preference
        except cls.DoesNotExist:
            return cls(user=user)


class LastSeen(models.Model):
    """When a page of a person was last on screen. At most a minute older than the truth."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="last_seen"
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("last visit")
        verbose_name_plural = _("last visits")

    def __str__(self) -> str:
        return f"{self.user_id} at {self.at:%Y-%m-%d %H:%M}"


class Mute(models.Model):
    """A conversation that a person muted."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="mutes")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("muted conversation")
        verbose_name_plural = _("muted conversations")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["user", "conversation"], name="mute_once")
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} for {self.user_id}"


# Deliveries whose status the chain has to tell of, since it is a fact: not of a wait, and not that
# nothing was sent.
UNCHAINED = (
    Q(status__in=["sent", "displayed", "failed", "dead"])
    & Q(chained_status__isnull=False)
    & ~Q(chained_status=F("status"))
)


class Delivery(LeasedJob):
    """One person who is told of one message by one channel."""

    class Status(models.TextChoices):
        PENDING = "pending", _("pending")
        SENDING = "sending", _("sending")
        SENT = "sent", _("sent")
        DISPLAYED = "displayed", _("displayed")
        SKIPPED = "skipped", _("skipped")
        # Refused for good: for example, the address does not exist.
        FAILED = "failed", _("failed")
        # All attempts failed.
        DEAD = "dead", _("dead")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    recipient = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    channel = models.CharField(max_length=10, choices=Channel.choices)
    # Copied from the message: batches are made and counted by these two columns.
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    seq = models.PositiveBigIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    # Why it was skipped (`rules.Skip`), or why an email was refused (`refusal.Cause`).
    reason = models.CharField(max_length=20, blank=True)
    is_mention = models.BooleanField(default=False)
    # The person had a page open when the message came, or opened one later.
    was_present = models.BooleanField(default=False)
    # Held back by quiet hours: such deliveries leave together at their end.
    is_digest = models.BooleanField(default=False)
    # The author asked to send it again: neither back-off nor an earlier display holds it back.
    is_resent = models.BooleanField(default=False)
    # The id of the batch. Each attempt sends it under the same tag and Message-ID.
    envelope = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    displayed_at = models.DateTimeField(null=True, blank=True)
    # When a mail server or a provider reported that the email did not arrive.
    bounced_at = models.DateTimeField(null=True, blank=True)
    # The status that the chain of the conversation tells of last; empty as long as it tells of
    # none. NULL: from before the chain, of which it never tells.
    chained_status = models.CharField(  # noqa: DJ001
        max_length=10, null=True, blank=True, default="", db_default=""
    )

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["message", "recipient", "channel"], name="delivery_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"],
                name="delivery_owed",
                condition=Q(status__in=["pending", "sending", "dead"]),
            ),
            models.Index(
                fields=["recipient", "conversation", "channel", "seq"], name="delivery_thread"
            ),
            models.Index(fields=["envelope"], name="delivery_envelope"),
            models.Index(fields=["conversation"], name="delivery_unchained", condition=UNCHAINED),
        ]

    def __str__(self) -> str:
        return f"{self.channel} of {self.message_id} to {self.recipient_id}: {self.status}"


class DevicePush(models.Model):
    """The push of a batch to one device."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    envelope = models.UUIDField()
    subscription = models.ForeignKey(
        PushSubscription, on_delete=models.CASCADE, related_name="pushes"
    )
    # The last seq that it tells of in each conversation, by tag (32 hex digits). Empty for a test.
    tells = models.JSONField(default=dict, db_default={}, blank=True)
    # How many requests the device may have got, counted before each one.
    sends = models.PositiveSmallIntegerField(default=0)
    # How the last request failed. Empty while one is made, and for one that its worker did not
    # survive: the device may have that one.
    failure = models.CharField(max_length=FAILURE_LENGTH, blank=True, default="", db_default="")
    created_at = models.DateTimeField(default=timezone.now, db_default=Now())
    accepted_at = models.DateTimeField(null=True, blank=True)
    # When it was refused for good.
    refused_at = models.DateTimeField(null=True, blank=True)
    displayed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("push to a device")
        verbose_name_plural = _("pushes to devices")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["envelope", "subscription"], name="device_push_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["subscription", "-created_at"], name="device_push_recent")
        ]

    def __str__(self) -> str:
        return f"{self.envelope} to {self.subscription_id}"
