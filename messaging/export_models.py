"""An export: what one person takes out of Liaison, as one ZIP. In `models` by name."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from core.jobs.lease import LeasedJob
from core.models import User

LABEL_LENGTH = 300


class Export(LeasedJob):
    """A ZIP that a worker makes for one person, in slices, and that is deleted after some days.

    `due_at` is for two jobs, one after the other: to make it while `status` is waiting or running,
    then to tell the person, while `told_at` is null.
    """

    class Kind(models.TextChoices):
        CONVERSATION = "conversation", _("Conversation")
        CHANTIER = "chantier", _("Building site")
        CLIENT = "client", _("Client")
        PERSON = "person", _("Person")

    class Status(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        RUNNING = "running", _("Being made")
        READY = "ready", _("Ready")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")
        EXPIRED = "expired", _("Expired")

    id = models.UUIDField(primary_key=True, default=new_id)
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="exports", db_index=False)
    kind = models.CharField(max_length=15, choices=Kind.choices)
    # The id of what is exported. No foreign key: it is one of four tables.
    subject = models.UUIDField()
    # Its name when it was asked for.
    label = models.CharField(max_length=LABEL_LENGTH)
    locale = models.CharField(max_length=5, choices=User.Locale.choices)
    with_notes = models.BooleanField(default=False, db_default=False)
    with_files = models.BooleanField(default=True, db_default=True)

    status = models.CharField(max_length=10, choices=Status.choices, default=Status.WAITING)
    # A name of `exporting.plan.PHASES`, and how far it is.
    phase = models.CharField(max_length=20, blank=True, default="", db_default="")
    done = models.PositiveIntegerField(default=0, db_default=0)
    total = models.PositiveIntegerField(default=0, db_default=0)

    # Where the next slice goes on (`exporting.state`), and S3's id of the multipart upload.
    state = models.BinaryField(null=True, blank=True)
    upload_id = models.CharField(max_length=300, blank=True, default="", db_default="")
    size = models.PositiveBigIntegerField(null=True, blank=True)  # bytes
    # Of the list SHA256SUMS inside, which names each file of the ZIP.
    sums_sha256 = models.BinaryField(max_length=32, null=True, blank=True)

    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        constraints: ClassVar = [
            # A second tap asks for the same one.
            models.UniqueConstraint(
                fields=["by", "kind", "subject", "with_notes", "with_files"],
                name="export_once_at_a_time",
                condition=Q(status__in=("waiting", "running")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["by", "-created_at"], name="export_of_person"),
            models.Index(fields=["due_at"], name="export_owed", condition=Q(due_at__isnull=False)),
            models.Index(
                fields=["expires_at"], name="export_expiring", condition=Q(status="ready")
            ),
        ]

    def __str__(self) -> str:
        return self.label

    @property
    def is_under_way(self) -> bool:
        return self.status in (self.Status.WAITING, self.Status.RUNNING)
