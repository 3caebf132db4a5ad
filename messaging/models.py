"""Conversations, their messages, who takes part and how far each has read.

A conversation has two numbers, given under its row lock and so in commit order: `seq` counts its
messages without a gap, `version` counts every change that anyone can see. A serial id is given
before the commit, so a cursor on it would skip rows.
"""

from __future__ import annotations

from typing import ClassVar, TypedDict

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from attachments.models import Attachment
from core.ids import new_id
from core.jobs.lease import LeasedJob
from core.models import Chantier, Client, User
from messaging.chain_models import ChainEntry, ChainLeaf, ChainRoot
from messaging.desk_models import (
    SHOWN_TO_CLIENTS,
    Escalation,
    HistoryLine,
    Notice,
    ReadTime,
    SavedFilter,
    Snooze,
)
from messaging.export_models import Export
from messaging.note_models import CannedReply, Mention, Note, NoteAttachment, NoteRevision
from messaging.retention_models import (
    DoomedObject,
    Forgetting,
    LegalHold,
    PurgeOrder,
    RetentionRule,
)
from messaging.search_models import SearchEntry, SearchOwed, SearchWord
from messaging.thanks import only_thanks

# Those of the company's daily work, the search and the chain are in modules of their own.
__all__ = [
    "SHOWN_TO_CLIENTS", "CannedReply", "ChainEntry", "ChainLeaf", "ChainRoot", "Conversation",
    "DoomedObject", "Escalation", "Export", "Forgetting", "HistoryLine", "LegalHold", "Mention",
    "Message", "MessageAttachment", "MessageRevision", "Note", "NoteAttachment", "NoteRevision",
    "Notice", "Participant", "PersonRow", "PurgeOrder", "ReadTime", "RetentionRule", "SavedFilter",
    "SearchEntry", "SearchOwed", "SearchWord", "Snooze",
]  # fmt: skip

SUBJECT_LENGTH = 150
BODY_LENGTH = 10_000


class PersonRow(TypedDict):
    """A participant as `queries.conversations.with_details` reads it: one JSON object a person."""

    id: str
    name: str
    role: str
    locale: str
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
    # Migration 0002 adds a foreign key on (chantier, client): never another client's chantier.
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
    # SHA-256 of the request that opened it: a request with the same id must be the same.
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
    # Since when a client waits for an answer (shown as "à répondre"): `conversation.awaiting`.
    awaiting_reply_since = models.DateTimeField(null=True, blank=True)
    # While it waits: when the clock of the answer turns amber and red (`conversation.clock`), in
    # working hours, and how far it was escalated: 0, 1 the deputy, 2 the managers.
    answer_amber_at = models.DateTimeField(null=True, blank=True)
    answer_due_at = models.DateTimeField(null=True, blank=True)
    escalation_step = models.PositiveSmallIntegerField(default=0, db_default=0)
    # Put off by the company until then (`Snooze`). A message of the client ends it.
    snoozed_until = models.DateTimeField(null=True, blank=True)
    # `last_seq` when it was last closed; 0 if it never was, or if the company opened it again. The
    # next message opened it again.
    closed_up_to_seq = models.PositiveBigIntegerField(default=0, db_default=0)
    # Since when its content is being deleted, or is gone: nobody is shown it any more.
    purged_at = models.DateTimeField(null=True, blank=True)
    # Its chain (`ChainEntry`): how many entries, and the hash of the last one.
    chain_length = models.PositiveBigIntegerField(default=0, db_default=0)
    chain_head = models.BinaryField(max_length=32, null=True, blank=True)
    # Up to here each message is in the chain. Smaller than `last_seq` while a worker has to look:
    # in a conversation that is older than the chain, or after an older version has written.
    chained_seq = models.PositiveBigIntegerField(default=0, db_default=0)

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
            # The folders.
            models.Index(
                fields=["assigned_to"],
                name="conversation_open_of",
                condition=Q(status="open", archived_at__isnull=True),
            ),
            models.Index(
                fields=["answer_due_at", "id"],
                name="conversation_answer_due",
                condition=Q(answer_due_at__isnull=False),
            ),
            models.Index(
                fields=["snoozed_until"],
                name="conversation_snoozed",
                condition=Q(snoozed_until__isnull=False),
            ),
            models.Index(
                fields=["id"],
                name="conversation_unchained",
                condition=Q(chained_seq__lt=F("last_seq")),
            ),
            # PostgreSQL looks for each message that a purge deletes.
            models.Index(
                fields=["last_message"],
                name="conversation_ends_with",
                condition=Q(last_message__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def accepts_messages(self) -> bool:
        """Whether messages may be sent: not if it or its chantier is archived."""
        return self.archived_at is None and not (self.chantier and self.chantier.is_archived)


class Participant(models.Model):
    """A person who has an unread counter and gets notifications, and how far they have read.

    `last_read_seq` never goes back: the other side sees it as "lu". `unread_from_seq` holds what
    the reader marked as unread, which nobody else sees.
    """

    conversation = models.ForeignKey(
        Conversation, on_delete=models.CASCADE, related_name="participants", db_index=False
    )
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="participations")
    last_read_seq = models.PositiveBigIntegerField(default=0)
    unread_from_seq = models.PositiveBigIntegerField(null=True, blank=True)
    unread_count = models.PositiveIntegerField(default=0)
    # The conversation's version when the marks last changed.
    read_version = models.PositiveBigIntegerField(default=0)
    # People of the company who have written here stay participants.
    has_written = models.BooleanField(default=False)
    # What a person of the company chose: to follow, or not to. None: the rules decide.
    follows = models.BooleanField(null=True, blank=True)
    # Set when the person stops taking part (moved to another client, someone else took the
    # conversation). The read mark stays.
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
    """A text that one person sent. The sender's device made its id.

    `fanned_out_at IS NULL` means that its fan-out is pending; a worker acquires it once `due_at`
    has passed. When `due_at` is NULL too, every attempt has failed (`last_error`).
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
    # Sent as an answer to an email, and shown so.
    by_email = models.BooleanField(default=False)
    # Most messages have no files: with 0, none are queried.
    attachment_count = models.PositiveSmallIntegerField(default=0)
    # SHA-256 of the first draft: a draft with the same id must be the same, even after an edit.
    draft_digest = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    fanned_out_at = models.DateTimeField(null=True, blank=True)
    # Where its text and files went, if it was moved: this is its tombstone then.
    # No constraint, whose check would lock the table: neither row is ever deleted.
    moved_to = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        db_index=False, db_constraint=False,
    )  # fmt: skip
    moved_into = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        db_index=False, db_constraint=False,
    )  # fmt: skip

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
            models.Index(
                fields=["moved_to"], name="message_moved", condition=Q(moved_to__isnull=False)
            ),
            # PostgreSQL looks for the answers to each message that a purge deletes.
            models.Index(
                fields=["reply_to"], name="message_answered", condition=Q(reply_to__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} #{self.seq}"

    @property
    def is_thanks(self) -> bool:
        """Whether a client only says thank you, so that nobody has to answer."""
        is_of_client = not self.author.is_company and self.attachment_count == 0
        return is_of_client and only_thanks(self.body, author=self.author.name)

    @property
    def attachments(self) -> list[Attachment]:
        """Its files in order, each with its `position`. Empty once the message is deleted."""
        if self.attachment_count == 0 or self.deleted_at is not None:
            return []
        if self.files is None:
            self.files = [link.placed for link in self.attachment_links.all()]
        return self.files


class _WithFiles(models.Manager["MessageAttachment"]):
    """Reads the file with its place."""

    def get_queryset(self) -> models.QuerySet[MessageAttachment]:
        return super().get_queryset().select_related("attachment")


class MessageAttachment(models.Model):
    """The place of a file in the one message that shows it.

    In this app, since `attachments` knows no conversation. `conversation` repeats the message's,
    for the index of the library.
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
        """The file, with its position set."""
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
