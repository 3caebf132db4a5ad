"""What the company's people write for each other, and for later. In `models` by name."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from attachments.models import Attachment
from core.ids import new_id
from core.models import User

SHORTCUT_LENGTH = 40


class Note(models.Model):
    """A remark of the company about a conversation.

    In a table of its own, so that no query of messages can show one to a client.
    """

    id = models.UUIDField(primary_key=True, default=new_id)
    conversation = models.ForeignKey(
        "messaging.Conversation", on_delete=models.PROTECT, related_name="notes"
    )
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Empty in a note that only shows files.
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("internal note")
        verbose_name_plural = _("internal notes")
        indexes: ClassVar = [
            models.Index(fields=["conversation", "created_at"], name="note_of_conversation"),
        ]

    def __str__(self) -> str:
        return f"note {self.id}"

    @property
    def version(self) -> int:
        """When it was last written, in microseconds. It has no other version."""
        return round((self.edited_at or self.created_at).timestamp() * 1_000_000)

    @property
    def shown_body(self) -> str:
        return "" if self.deleted_at else self.body

    @property
    def attachments(self) -> list[Attachment]:
        """Its files in order, each with its `position`. Empty once the note is deleted."""
        return [] if self.deleted_at else [link.placed for link in self.attachment_links.all()]


class _WithFiles(models.Manager["NoteAttachment"]):
    """Reads the file with its place."""

    def get_queryset(self) -> models.QuerySet[NoteAttachment]:
        return super().get_queryset().select_related("attachment")


class NoteAttachment(models.Model):
    """The place of a file in the one note that shows it.

    In a table of its own, like notes: no query of the files of messages can show one to a client.
    """

    note = models.ForeignKey(
        Note, on_delete=models.PROTECT, related_name="attachment_links", db_index=False
    )
    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()

    objects = _WithFiles()

    class Meta:
        ordering = ("position",)
        verbose_name = _("file of a note")
        verbose_name_plural = _("files of notes")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["note", "position"], name="note_attachment_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.attachment_id} in note {self.note_id}"

    @property
    def placed(self) -> Attachment:
        """The file, with its position set."""
        self.attachment.position = self.position
        return self.attachment


class NoteRevision(models.Model):
    """A text that a note had before it was edited."""

    note = models.ForeignKey("messaging.Note", on_delete=models.PROTECT, related_name="revisions")
    body = models.TextField()
    replaced_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)
        verbose_name = _("earlier text of a note")
        verbose_name_plural = _("earlier texts of notes")

    def __str__(self) -> str:
        return f"{self.note_id} until {self.replaced_at}"


class Mention(models.Model):
    """A colleague whom a note names. `seen_at` is when they read the conversation."""

    note = models.ForeignKey("messaging.Note", on_delete=models.CASCADE, related_name="mentions")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)
    # The note's, for the folder.
    conversation = models.ForeignKey(
        "messaging.Conversation", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    seen_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("mention")
        verbose_name_plural = _("mentions")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["note", "user"], name="mention_once"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["user", "conversation"],
                name="mention_unseen",
                condition=Q(seen_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.note_id}"


class CannedReply(models.Model):
    """A text that people of the company put into their answers, in the client's language.

    People type "/" and its shortcut. `{client}` and the like are filled in on the page
    (`canned_variables`), where a person reads the text before it leaves.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # None: of somebody whose account was deleted. What was shared stays.
    owner = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="canned_replies", db_index=False
    )
    shortcut = models.CharField(_("shortcut"), max_length=SHORTCUT_LENGTH)
    text_fr = models.TextField(_("French text"), blank=True)
    text_en = models.TextField(_("English text"), blank=True)
    is_shared = models.BooleanField(_("shared"), default=False)
    # Of messages, each counted once, in its own transaction.
    use_count = models.PositiveIntegerField(default=0)
    last_used_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("shortcut", "id")
        verbose_name = _("canned reply")
        verbose_name_plural = _("canned replies")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["owner", "shortcut"], name="canned_reply_once"),
            models.UniqueConstraint(
                fields=["shortcut"], name="canned_reply_shared_once", condition=Q(is_shared=True)
            ),
            models.CheckConstraint(
                name="canned_reply_has_a_text", condition=~Q(text_fr="") | ~Q(text_en="")
            ),
        ]

    def __str__(self) -> str:
        return self.shortcut
