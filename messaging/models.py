"""Conversations, their messages, who takes part and how far each has read.

Two numbers are handed out under the conversation's row lock, hence in commit order: `seq` counts
its messages without a gap, `version` counts everything that anyone can see change. A cursor on a
serial id would skip rows, since those are given before the commit.
"""

from __future__ import annotations

from typing import ClassVar, TypedDict

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from attachments.models import Attachment
from core.ids import new_id
from core.jobs.lease import LeasedJob
from core.models import Chantier, Client, User
from messaging.search import words_of

SUBJECT_LENGTH = 150
BODY_LENGTH = 10_000


class PersonRow(TypedDict):
    """A participant as `queries.conversations.with_details` reads it: one JSON object a person."""

    id: str
    name: str
    role: str
    last_read_seq: int
    read_version: int
    unread_count: int
    unread_from_seq: int | None


class Conversation(models.Model):
    """One thread between a client and the company, about a chantier or a free subject."""

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        CLOSED = "closed", _("Closed")

    id = models.UUIDField(primary_key=True, default=new_id)
    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, related_name="conversations", db_index=False
    )
    # The migration adds a foreign key on (chantier, client): never another client's chantier.
    chantier = models.ForeignKey(
        Chantier, on_delete=models.PROTECT, null=True, blank=True, related_name="conversations"
    )
    subject = models.CharField(_("subject"), max_length=SUBJECT_LENGTH)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    archived_at = models.DateTimeField(null=True, blank=True)
    assigned_to = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField(default=timezone.now)
    # SHA-256 of what was asked when it was opened: the same id again must ask for the same.
    draft_digest = models.BinaryField(max_length=32)

    version = models.PositiveBigIntegerField(default=0)
    last_seq = models.PositiveBigIntegerField(default=0)
    last_message = models.ForeignKey(
        "Message",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    last_activity_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    # The team's «à répondre»: since when a client waits for an answer.
    awaiting_reply_since = models.DateTimeField(null=True, blank=True)

    # Who takes part, by name. Not a column: only `queries.conversations.with_details` sets it.
    people: list[PersonRow]

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="conversation_version_covers_seq",
                condition=Q(last_seq__lte=F("version")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["client", "-last_activity_at", "-id"], name="conversation_of_client"
            ),
            models.Index(fields=["-last_activity_at", "-id"], name="conversation_newest"),
            models.Index(fields=["changed_at"], name="conversation_changed"),
            models.Index(
                fields=["awaiting_reply_since"],
                name="conversation_awaiting_reply",
                condition=Q(awaiting_reply_since__isnull=False),
            ),
            GinIndex(words_of("subject"), name="conversation_words"),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def accepts_messages(self) -> bool:
        """Whether one may write: closed reopens, archived does not."""
        return self.archived_at is None and not (self.chantier and self.chantier.is_archived)


class Participant(models.Model):
    """A person who is counted and told, and how far that person has read.

    `last_read_seq` never goes back: it is what the other side sees as «lu». «Marquer comme non
    lu» is the reader's own affair and sits in `unread_from_seq`.
    """

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="participants", db_index=False
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="participations")
    last_read_seq = models.PositiveBigIntegerField(default=0)
    unread_from_seq = models.PositiveBigIntegerField(null=True, blank=True)
    unread_count = models.PositiveIntegerField(default=0)
    # The version that last moved `last_read_seq`.
    read_version = models.PositiveBigIntegerField(default=0)
    # A person of the company who wrote here stays a participant.
    has_written = models.BooleanField(default=False)
    # Set when the person is no longer counted nor told (moved to another client, another
    # person took the conversation); the read mark stays.
    left_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "user"], name="participant_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["user", "conversation"],
                name="participant_unread",
                condition=Q(unread_count__gt=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.conversation_id}"

    @property
    def unread_after_seq(self) -> int:
        """The seq after which messages of others are unread for this person."""
        if self.unread_from_seq is None:
            return self.last_read_seq
        return min(self.last_read_seq, self.unread_from_seq - 1)


class Message(LeasedJob):
    """What one person wrote. Its id was made by that person's device, before it was sent.

    `fanned_out_at IS NULL` is the order to count and tell: a worker takes it when `due_at` has
    come. Without a `due_at` as well, every attempt has failed: the order is dead (`last_error`).
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, related_name="messages", db_index=False
    )
    seq = models.PositiveBigIntegerField()
    version = models.PositiveBigIntegerField()
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    body = models.TextField(blank=True)
    reply_to = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    # Written as an answer to an email; shown as such.
    by_email = models.BooleanField(default=False)
    # So that a text alone, which most messages are, never asks for its files.
    attachment_count = models.PositiveSmallIntegerField(default=0)
    # SHA-256 of what was sent first: sent again under this id it must be the same, even after an
    # edit.
    draft_digest = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    fanned_out_at = models.DateTimeField(null=True, blank=True)

    # Its files, once they were fetched. Not a column.
    files: list[Attachment] | None = None

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["conversation", "seq"], name="message_seq_once"),
            models.UniqueConstraint(fields=["author", "id"], name="message_id_once_per_author"),
            models.CheckConstraint(name="message_seq_from_one", condition=Q(seq__gte=1)),
        ]
        indexes: ClassVar = [
            models.Index(fields=["conversation", "version"], name="message_changes"),
            models.Index(
                fields=["due_at"], name="message_owed", condition=Q(fanned_out_at__isnull=True)
            ),
            GinIndex(words_of("body"), name="message_words"),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} #{self.seq}"

    @property
    def attachments(self) -> list[Attachment]:
        """Its files, in order, each with its `position`; none once it is deleted."""
        if self.attachment_count == 0 or self.deleted_at is not None:
            return []
        if self.files is None:
            self.files = [link.placed for link in self.attachment_links.all()]
        return self.files


class _WithFiles(models.Manager["MessageAttachment"]):
    """Nobody wants the place without the file."""

    def get_queryset(self) -> models.QuerySet[MessageAttachment]:
        return super().get_queryset().select_related("attachment")


class MessageAttachment(models.Model):
    """The place of a file in the one message that shows it.

    Here and not in `attachments`, which knows no conversation. `conversation` is the message's,
    for the gallery.
    """

    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, related_name="attachment_links", db_index=False
    )
    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="+")
    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    position = models.PositiveSmallIntegerField()

    objects = _WithFiles()

    class Meta:
        ordering = ("position",)
        verbose_name = _("file of a message")
        verbose_name_plural = _("files of messages")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["message", "position"], name="message_attachment_in_order"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["conversation", "-id"], name="message_attachment_gallery"),
        ]

    def __str__(self) -> str:
        return f"{self.attachment_id} in {self.message_id}"

    @property
    def placed(self) -> Attachment:
        """The file, knowing its position."""
        self.attachment.position = self.position
        return self.attachment


class MessageRevision(models.Model):
    """A text that a message had before it was edited or deleted."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="revisions")
    body = models.TextField(blank=True)
    replaced_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)
        verbose_name = _("earlier text")
        verbose_name_plural = _("earlier texts")

    def __str__(self) -> str:
        return f"{self.message_id} until {self.replaced_at}"


class Note(models.Model):
    """A remark of the company beside a conversation.

    Its own table, so that no query on messages can ever show one to a client.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="notes")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("internal note")
        verbose_name_plural = _("internal notes")
        indexes: ClassVar = [
            models.Index(fields=["conversation", "created_at"], name="note_of_conversation")
        ]

    def __str__(self) -> str:
        return f"note {self.id}"
