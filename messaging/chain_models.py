"""The chain of each conversation, and the daily roots over all of them. In `models` by name.

The database refuses every change of these rows (migration 0021): see "The chain" in the README.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class ChainEntry(models.Model):
    """One thing that happened in a conversation, hashed together with all that came before.

    `content` is JSON of what no other row keeps (`chain.contents`), NULL if there is nothing. A
    purge sets it and `salt` to NULL, so that nobody can guess what was hashed; the entry stays.
    """

    class Kind(models.TextChoices):
        MESSAGE = "message", _("Message")
        EDIT = "edit", _("Edit")
        DELETE = "delete", _("Deletion")
        MOVE = "move", _("Move")
        NOTE = "note", _("Internal note")
        READ = "read", _("Reading")
        DELIVERY = "delivery", _("Delivery")
        FILE = "file", _("File")
        MERGE = "merge", _("Two people joined")
        PURGE = "purge", _("Purge")
        # Of a conversation that is older than its chain.
        START = "start", _("Beginning of the chain")

    pk = models.CompositePrimaryKey("conversation_id", "position")
    # No constraint, whose check each message would pay: the lock of the conversation is held.
    conversation = models.ForeignKey(
        "messaging.Conversation", on_delete=models.DO_NOTHING, related_name="+",
        db_index=False, db_constraint=False,
    )  # fmt: skip
    position = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # The message, note, file or delivery.
    subject = models.UUIDField(null=True)
    # Its author, reader or recipient, and who deleted.
    person = models.UUIDField(null=True)
    # The seq of the message; of a reading, up to which.
    number = models.PositiveBigIntegerField(null=True)
    recorded_at = models.DateTimeField()
    salt = models.BinaryField(max_length=16, null=True)
    content = models.TextField(null=True)  # noqa: DJ001 - NULL takes no room
    content_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("entry of the chain")
        verbose_name_plural = _("entries of the chain")

    def __str__(self) -> str:
        return f"{self.kind} {self.position} of {self.conversation_id}"


class ChainRoot(models.Model):
    """The one hash over all conversations at the end of a UTC day, and its time stamp.

    `stamp_due_at` is when an authority is asked next; NULL if none has to be.
    """

    day = models.DateField(unique=True)
    tree_hash = models.BinaryField(max_length=32)
    # Of how many conversations.
    leaves = models.PositiveBigIntegerField()
    previous_hash = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)
    made_at = models.DateTimeField(default=timezone.now)
    # The answer of the authority (RFC 3161), DER, and the time that it gives.
    stamp = models.BinaryField(null=True)
    stamped_at = models.DateTimeField(null=True)
    stamp_due_at = models.DateTimeField(null=True)
    stamp_attempts = models.PositiveIntegerField(default=0)
    # Why the last attempt failed.
    stamp_error = models.TextField(default="")

    class Meta:
        ordering = ("day",)
        verbose_name = _("daily root of the chains")
        verbose_name_plural = _("daily roots of the chains")
        indexes: ClassVar = [
            models.Index(
                fields=["stamp_due_at"],
                name="chain_root_unstamped",
                condition=Q(stamp_due_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"root of {self.day}"


class ChainLeaf(models.Model):
    """A conversation in a daily root, if it had changed since the root before."""

    pk = models.CompositePrimaryKey("conversation_id", "root_id")
    root = models.ForeignKey(ChainRoot, on_delete=models.DO_NOTHING, related_name="+")
    conversation = models.ForeignKey(
        "messaging.Conversation", on_delete=models.DO_NOTHING, related_name="+",
        db_index=False, db_constraint=False,
    )  # fmt: skip
    length = models.PositiveBigIntegerField()
    head = models.BinaryField(max_length=32)

    class Meta:
        verbose_name = _("conversation in a daily root")
        verbose_name_plural = _("conversations in daily roots")

    def __str__(self) -> str:
        return f"{self.conversation_id} in root {self.root_id}"
