"""The row of a file, from its announcement to its verdict.

A file belongs to its `uploader`. Which message shows it is in a table of `messaging`; this app
only knows by `claimed_at` that there is one.
"""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from core.jobs.lease import LeasedJob
from core.models import User

NAME_LENGTH = 150


class Attachment(LeasedJob):
    """One file and its state. A worker analyses it while `status` is SCANNING and it is due."""

    class Status(models.TextChoices):
        UPLOADING = "uploading", _("Uploading")
        SCANNING = "scanning", _("Being checked")
        READY = "ready", _("Ready")
        BLOCKED = "blocked", _("Blocked")
        REFUSED = "refused", _("Refused")
        UNREADABLE = "unreadable", _("Unreadable")

    class Verdict(models.TextChoices):
        CLEAN = "clean", _("Clean")
        # No antivirus was configured, and the screen says so.
        CHECKED_BASIC = "checked_basic", _("Checked without an antivirus")
        INFECTED = "infected", _("Infected")
        REFUSED = "refused", _("Refused")
        UNREADABLE = "unreadable", _("Unreadable")

    class Kind(models.TextChoices):
        IMAGE = "image", _("Photo")
        PDF = "pdf", "PDF"
        VIDEO = "video", _("Video")
        AUDIO = "audio", _("Voice note")
        DOCUMENT = "document", _("Document")

    class Location(models.TextChoices):
        """What happened to the location in a photo, in the file that the other side gets."""

        NONE = "", _("None")
        REMOVED = "removed", _("Removed")
        KEPT = "kept", _("Kept")

    id = models.UUIDField(primary_key=True, default=new_id)
    uploader = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(_("name"), max_length=NAME_LENGTH)
    size = models.PositiveBigIntegerField(_("size"))  # bytes
    # Of the whole file. The sender announces it, the analysis computes it again.
    sha256 = models.BinaryField(max_length=32)
    # What its name announces, then what its bytes are; empty as long as neither is known.
    format = models.CharField(max_length=10, blank=True)
    content_type = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # The sender chose to leave the location in the photo.
    keeps_location = models.BooleanField(default=False)

    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.UPLOADING
    )
    verdict = models.CharField(max_length=15, choices=Verdict.choices, blank=True)
    # A code of `attachments.scanning.reasons`.
    reason_code = models.CharField(max_length=40, blank=True)
    # What was found, for the company: the name of a signature, a type, an exception.
    detail = models.CharField(max_length=200, blank=True)
    location = models.CharField(max_length=10, choices=Location.choices, blank=True)
    # In bytes, of the copy without location that the other side downloads.
    shared_size = models.PositiveBigIntegerField(null=True, blank=True)
    width = models.PositiveIntegerField(null=True, blank=True)
    height = models.PositiveIntegerField(null=True, blank=True)
    placeholder = models.TextField(blank=True)
    has_preview = models.BooleanField(default=False)
    # `scanning.verdict.GATE` when it was checked; 0 before that was written down.
    gate = models.PositiveSmallIntegerField(default=0, db_default=0)
    # It was ready, and a later check took it back (`manage.py rescan`).
    is_withdrawn = models.BooleanField(default=False, db_default=False)

    # S3's id of a multipart upload. Empty for a file that is sent as one object.
    upload_id = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    uploaded_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    discarded_at = models.DateTimeField(null=True, blank=True)

    # Null until the bytes have arrived: there is nothing to analyse before.
    due_at = models.DateTimeField(null=True, blank=True, default=None)

    # Its place in its message. Not a column: the queries of messages set it.
    position: int | None = None

    class Meta:
        verbose_name = _("file")
        verbose_name_plural = _("files")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="attachment_analysed_once_uploaded",
                condition=Q(status="uploading", uploaded_at=None)
                | ~Q(status="uploading") & (Q(uploaded_at__isnull=False) | Q(verdict="unreadable")),
            ),
            models.CheckConstraint(
                name="attachment_ready_by_a_verdict",
                condition=~Q(status="ready") | Q(verdict__in=("clean", "checked_basic")),
            ),
            models.CheckConstraint(
                name="attachment_claimed_or_discarded",
                condition=Q(claimed_at=None) | Q(discarded_at=None),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["uploader", "created_at"], name="attachment_volume"),
            models.Index(
                fields=["due_at"], name="attachment_owed", condition=Q(due_at__isnull=False)
            ),
            models.Index(
                fields=["created_at"], name="attachment_unclaimed", condition=Q(claimed_at=None)
            ),
            models.Index(
                fields=["created_at"], name="attachment_uploading", condition=Q(status="uploading")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_settled(self) -> bool:
        return self.status not in (self.Status.UPLOADING, self.Status.SCANNING)

    @property
    def is_multipart(self) -> bool:
        return bool(self.upload_id)

    def original_is_for(self, reader_id: UUID) -> bool:
        """Return whether a reader may get the file exactly as it was sent.

        Only its sender may when its location was removed.
        """
        return self.location != self.Location.REMOVED or self.uploader_id == reader_id


class Portrait(models.Model):
    """The photo of a person of the company, as clients see it beside the name.

    `key` is its address, which nobody can guess: a page of another site shows it without a token.
    Each photo has its own, so a browser may keep what it has.
    """

    person = models.OneToOneField(
        User, on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    key = models.CharField(max_length=32, unique=True)
    content = models.BinaryField()  # WebP, at most 320 px on a side
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("photo of a person")
        verbose_name_plural = _("photos of people")

    def __str__(self) -> str:
        return self.person.name
