"""Whose database this is. In `core.models` by name."""

from __future__ import annotations

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Installation(models.Model):
    """Which installation this database belongs to, in one row that goes along into each copy.

    `core.installation` compares it with the environment. Without the row, nothing is known yet.
    """

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    key = models.UUIDField(default=uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    # As `core.environment` says them. The address is empty for a demonstration.
    address = models.CharField(max_length=300, blank=True)
    bucket = models.CharField(max_length=1_000, blank=True)
    # Of a copy that somebody or a restore called one. What it is of stays above.
    copied_at = models.DateTimeField(null=True, blank=True)
    copied_because = models.CharField(max_length=200, blank=True)
    # When a process first saw it in another environment.
    seen_elsewhere_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="one_installation", condition=Q(id=1)),
        ]

    def __str__(self) -> str:
        return self.address or str(self.key)
