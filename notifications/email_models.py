"""Reply addresses, emails received and sent, addresses that refuse them, mailboxes.

Django finds them in `models`, which imports them.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.database.email_field import OneSpellingEmailField
from core.ids import new_id
from core.jobs.lease import LeasedJob
from core.models import User
from messaging.models import Conversation, Message


class ReplyAddress(models.Model):
    """The address `reply+TOKEN@domain`, at which a person answers a conversation by email."""

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
    """An email that came in, and what became of it (`InboundStatus`, in `verdict`).

    One that is no message waits for the company's people (`state`). Its original is in the bucket
    while `original_bytes` is set: the other columns that show it are emptied with it.
    """

    class State(models.TextChoices):
        # It needs nobody.
        DONE = "done", _("done")
        WAITING = "waiting", _("waiting")
        PLACED = "placed", _("placed")
        SET_ASIDE = "set_aside", _("set aside")

    # SHA-256 of the Message-ID, whose length others choose; of the whole email if it has none.
    digest = models.BinaryField(primary_key=True, max_length=32)
    # Made from the digest: the id that addresses hold, and the name of the original in the bucket.
    key = models.UUIDField(unique=True, null=True, editable=False)
    sender = models.CharField(max_length=320, blank=True)
    sender_name = models.CharField(max_length=150, blank=True, db_default="")
    subject = models.CharField(max_length=300, blank=True, db_default="")
    # The beginning of what its author wrote.
    excerpt = models.CharField(max_length=300, blank=True, db_default="")
    file_names = models.JSONField(
        default=list, blank=True, db_default=models.Value([], output_field=models.JSONField())
    )
    verdict = models.CharField(max_length=20)
    state = models.CharField(
        max_length=10, choices=State.choices, default=State.DONE, db_default="done"
    )
    # What sent it (`inbound_email.automatic.Nature`).
    nature = models.CharField(max_length=12, default="person", db_default="person")
    # Who wrote it: the holder of its reply address, else the person whose address sent it.
    author = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    # The conversation of its reply address, which may be too old.
    conversation = models.ForeignKey(
        Conversation,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    message = models.ForeignKey(
        Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # The size of the original as it is kept; None once it is not. `is_cut`: only its beginning is.
    original_bytes = models.PositiveIntegerField(null=True, blank=True)
    is_cut = models.BooleanField(default=False, db_default=False)
    # The encrypted original, while the bucket is away.
    sealed = models.BinaryField(null=True, blank=True)
    received_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    # Who put it in a conversation or set it aside.
    handled_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    handled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("email received")
        verbose_name_plural = _("emails received")
        indexes: ClassVar = [
            models.Index(fields=["sender", "-answered_at"], name="inbound_answers"),
            models.Index(
                fields=["state", "-received_at"],
                name="inbound_to_sort",
                condition=~Q(state="done"),
            ),
            models.Index(
                fields=["received_at"],
                name="inbound_originals",
                condition=Q(original_bytes__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sender}: {self.verdict}"


class SentEmail(models.Model):
    """The email of a batch: where it went, and how a provider names it."""

    envelope = models.UUIDField(primary_key=True)
    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    # The person's address at that time.
    address = models.CharField(max_length=320)
    provider_id = models.CharField(max_length=200, blank=True, db_index=True)
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("email sent")
        verbose_name_plural = _("emails sent")

    def __str__(self) -> str:
        return f"{self.envelope} to {self.recipient_id}"


class RefusedAddress(models.Model):
    """An address that refuses our emails for good. Nothing is sent there while the row exists."""

    # As `core.text.email_spelling` writes it.
    address = models.CharField(_("address"), primary_key=True, max_length=320)
    # `outbound_email.refusal.Cause`.
    cause = models.CharField(_("cause"), max_length=20)
    # What the mail server said.
    reason = models.TextField(_("reason"), blank=True)
    created_at = models.DateTimeField(_("since"), default=timezone.now)

    class Meta:
        ordering = ("-created_at", "address")
        verbose_name = _("address that refuses emails")
        verbose_name_plural = _("addresses that refuse emails")

    def __str__(self) -> str:
        return self.address


class MailboxState(models.Model):
    """How far a mailbox was read by IMAP: the emails above `last_uid` are new, seen or not."""

    # `name@host:port/folder`.
    mailbox = models.CharField(primary_key=True, max_length=500)
    # With another UIDVALIDITY, UIDs mean other emails (RFC 3501, 2.3.1.1).
    uid_validity = models.BigIntegerField()
    last_uid = models.BigIntegerField()
    polled_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("mailbox")
        verbose_name_plural = _("mailboxes")

    def __str__(self) -> str:
        return f"{self.mailbox} up to {self.last_uid}"


class MailboxEmail(LeasedJob):
    """An email of a mailbox that is still to be received. The row is deleted once it is."""

    mailbox = models.ForeignKey(MailboxState, on_delete=models.CASCADE, related_name="emails")
    uid = models.BigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("email to receive")
        verbose_name_plural = _("emails to receive")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["mailbox", "uid"], name="mailbox_email_once")
        ]

    def __str__(self) -> str:
        return f"{self.uid} of {self.mailbox_id}"


class ForwardedEmail(LeasedJob):
    """Messages that a person of the company sends on by email, to anybody.

    `ended_at IS NULL` means that it is pending.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    address = OneSpellingEmailField()
    comment = models.TextField(blank=True)
    # Ids of the messages, in their order. The texts are read when it is sent.
    messages: models.JSONField[list[str], list[str]] = models.JSONField(default=list)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    # Why the mail server refused it for good; empty if it was sent.
    refusal = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("forwarded email")
        verbose_name_plural = _("forwarded emails")
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], name="forwarded_owed", condition=Q(ended_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} to {self.address}"


class EmailFault(models.Model):
    """The emails in a row that our mail server did not take. No row once it takes one."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    since = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)
    count = models.PositiveIntegerField(default=1)
    # The first three addresses that they were for: one mailbox alone is no fault of the server.
    addresses = ArrayField(models.CharField(max_length=320), default=list)
    # What the server said last, or the error without an answer.
    detail = models.TextField(blank=True)

    class Meta:
        verbose_name = _("fault of the mail server")
        verbose_name_plural = _("faults of the mail server")

    def __str__(self) -> str:
        return f"{self.count} since {self.since}: {self.detail}"
