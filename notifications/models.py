"""Who wants to be told how, on which devices, and the ledger of what was told.

A `Delivery` is one person to be told of one message by one channel. Several leave together as one
envelope: one push, or one email. What each device was sent of it is a `DevicePush`.
"""

from __future__ import annotations

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from core.jobs.lease import LeasedJob
from core.models import User
from messaging.models import Conversation, Message

# PostgreSQL indexes no longer text than about 2,700 bytes; the longest real endpoints have 600.
ENDPOINT_LENGTH = 1_000
# Accepted and never displayed: the third one in a row means that nothing is shown there.
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
    # Logging out of this session drops the device. Empty for whoever came with a bearer.
    session_key = models.CharField(max_length=40, blank=True, db_index=True)
    # The push service asked for patience (429, 503) until then.
    paused_until = models.DateTimeField(null=True, blank=True)
    # It refused our key (401, 403) then, and has accepted nothing since.
    key_refused_at = models.DateTimeField(null=True, blank=True)
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
        """Whether pushes are accepted there and none is displayed any more."""
        return self.undisplayed_count >= SILENT_AFTER


class Preference(models.Model):
    """How one person wants to be told. Nobody has a row before changing something."""

    user = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="preference"
    )
    push = models.BooleanField(default=True)
    is_discreet = models.BooleanField(default=False)
    email = models.CharField(max_length=10, choices=EmailMode.choices, default=EmailMode.UNREAD)
    # None: ten minutes, one without a device that shows anything.
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


class Mute(models.Model):
    """A conversation that a person does not want to be told of."""

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


class Delivery(LeasedJob):
    """One person to be told of one message by one channel."""

    class Status(models.TextChoices):
        PENDING = "pending", _("pending")
        SENDING = "sending", _("sending")
        SENT = "sent", _("sent")
        DISPLAYED = "displayed", _("displayed")
        SKIPPED = "skipped", _("skipped")
        # Refused for good: every device is gone, the address does not exist.
        FAILED = "failed", _("failed")
        # Every attempt was made.
        DEAD = "dead", _("dead")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    message = models.ForeignKey(
        Message, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    recipient = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="deliveries", db_index=False
    )
    channel = models.CharField(max_length=10, choices=Channel.choices)
    # Of the message, beside it: envelopes are made and counted by these two.
    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    seq = models.PositiveBigIntegerField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    # Why it was skipped: a value of `rules.Skip`.
    reason = models.CharField(max_length=20, blank=True)
    is_mention = models.BooleanField(default=False)
    # The person had a screen open and visible when the message came, or since.
    was_present = models.BooleanField(default=False)
    # Held back by quiet hours, to be told together at their end.
    is_digest = models.BooleanField(default=False)
    # The author asked for it once more: neither back-off nor an earlier display holds it.
    is_resent = models.BooleanField(default=False)
    # What left together, under the same tag and Message-ID at each attempt.
    envelope = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    displayed_at = models.DateTimeField(null=True, blank=True)

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
        ]

    def __str__(self) -> str:
        return f"{self.channel} of {self.message_id} to {self.recipient_id}: {self.status}"


class DevicePush(models.Model):
    """An envelope on its way to one device."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    envelope = models.UUIDField()
    subscription = models.ForeignKey(
        PushSubscription, on_delete=models.CASCADE, related_name="pushes"
    )
    # Requests that the device may have got, counted before each one: more than one is a repeat.
    sends = models.PositiveSmallIntegerField(default=0)
    accepted_at = models.DateTimeField(null=True, blank=True)
    # No further attempt can help.
    refused_at = models.DateTimeField(null=True, blank=True)
    displayed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("push to a device")
        verbose_name_plural = _("pushes to devices")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["envelope", "subscription"], name="device_push_once")
        ]

    def __str__(self) -> str:
        return f"{self.envelope} to {self.subscription_id}"


class ReplyAddress(models.Model):
    """Where a person answers a conversation by email: `reply+TOKEN@domain`."""

    token = models.CharField(primary_key=True, max_length=26)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = _("reply address")
        verbose_name_plural = _("reply addresses")
        indexes: ClassVar = [
            models.Index(fields=["user", "conversation", "-expires_at"], name="reply_address_of")
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} for {self.user_id}"


class InboundEmail(models.Model):
    """An email that came in, known by its Message-ID, and what became of it."""

    # SHA-256 of the Message-ID, which others choose.
    digest = models.BinaryField(primary_key=True, max_length=32)
    sender = models.CharField(max_length=320, blank=True)
    verdict = models.CharField(max_length=20)
    message = models.ForeignKey(
        Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    received_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("email received")
        verbose_name_plural = _("emails received")
        indexes: ClassVar = [
            models.Index(fields=["sender", "-answered_at"], name="inbound_answers")
        ]

    def __str__(self) -> str:
        return f"{self.sender}: {self.verdict}"
