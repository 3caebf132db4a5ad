"""What a program of the company, of its portal or of its ERP calls the API with."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id

NAME_LENGTH = 100


class MachineCredential(models.Model):
    """A secret of a program, and what it opens. The secret itself is shown once and kept nowhere.

    It has 256 random bits, so its SHA-256 cannot be guessed backwards: no slow hash is needed.
    """

    class Scope(models.TextChoices):
        PROVISIONING = "provisioning", _("People, clients and chantiers")
        WEBHOOKS = "webhooks", _("Webhooks")
        EVENTS_READ = "events:read", _("Events, to read")
        MESSAGES_READ = "messages:read", _("Conversations, messages and files, to read")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(
        _("name"), max_length=NAME_LENGTH, help_text=_("Which program has it: ERP, portal…")
    )
    scopes = ArrayField(
        models.CharField(max_length=30, choices=Scope.choices), verbose_name=_("opens")
    )
    digest = models.BinaryField(max_length=32, unique=True, editable=False)  # SHA-256
    # The end of the secret, to recognise it by.
    hint = models.CharField(_("ends with"), max_length=4, editable=False)
    created_by = models.ForeignKey(
        "core.User", on_delete=models.SET_NULL, null=True, blank=True, related_name="+",
        editable=False, verbose_name=_("made by"),
    )  # fmt: skip
    created_at = models.DateTimeField(_("made at"), default=timezone.now, editable=False)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("withdrawn"), null=True, blank=True, editable=False)
    # To the minute.
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)

    class Meta:
        ordering = ("name", "-created_at")
        verbose_name = _("credential of a program")
        verbose_name_plural = _("credentials of programs")
        constraints: ClassVar = [
            models.CheckConstraint(name="credential_opens_something", condition=~Q(scopes=[])),
        ]

    def __str__(self) -> str:
        return f"{self.name} (…{self.hint})"

    @property
    def is_valid(self) -> bool:
        now = timezone.now()
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)

    @staticmethod
    def valid(at: datetime | None = None) -> QuerySet[MachineCredential]:
        """Return those that open something at a moment."""
        is_current = Q(expires_at=None) | Q(expires_at__gt=at or timezone.now())
        return MachineCredential.objects.filter(is_current, revoked_at=None)
