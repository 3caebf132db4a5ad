"""What was done, by whom, to what: the rows of the audit. In `core.models` by name."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone

from core.ids import new_id

ID_LENGTH = 100
NAME_LENGTH = 200
# Of an IPv6 address that holds one of IPv4.
ADDRESS_LENGTH = 45


class AuditContent(models.Model):
    """Something that happened, as it was called then: names are copied, since they change.

    `details` holds strings, whole numbers, booleans, null, lists and objects only, so that it is
    read from the database as it was written. A password, a code or a text of a message is in none.
    """

    class ActorKind(models.TextChoices):
        PERSON = "person"
        MACHINE = "machine"
        # A request of somebody who is not logged in.
        STRANGER = "stranger"
        # No request: a worker, or a command in a terminal.
        SYSTEM = "system"

    uid = models.UUIDField(default=new_id, unique=True, editable=False)
    at = models.DateTimeField(default=timezone.now)
    actor_kind = models.CharField(max_length=10)
    # No foreign keys: the audit outlives people, and locks none of their rows.
    actor_id = models.CharField(max_length=ID_LENGTH, blank=True)
    actor_name = models.CharField(max_length=NAME_LENGTH, blank=True)
    # A member of `core.audit.acts.Action`; its words are there.
    action = models.CharField(max_length=60)
    # As `app.model`.
    object_kind = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=ID_LENGTH, blank=True)
    object_label = models.CharField(max_length=NAME_LENGTH, blank=True)
    # The IP address of the request.
    address = models.CharField(max_length=ADDRESS_LENGTH, blank=True)
    details: models.JSONField[Any, Any] = models.JSONField(default=dict)

    class Meta:
        abstract = True


class AuditFact(AuditContent):
    """A row of the audit that has no place in its chain yet: written with the change itself.

    It cannot be changed, and is only removed once an entry has its uid (triggers of migration
    0016), so nothing that was committed is left out.
    """

    id = models.BigAutoField(primary_key=True)

    def __str__(self) -> str:
        return f"{self.action} {self.uid}"


class AuditEntry(AuditContent):
    """A row of the audit, chained to the one before it (`core.audit.chain`).

    Triggers of migration 0016 refuse to change or remove one.
    """

    # From 1, without a gap.
    position = models.BigIntegerField(primary_key=True)
    # SHA-256 of the columns above, in their canonical form.
    content_hash = models.BinaryField(max_length=32)
    # SHA-256 of the position, the hash of the entry before, and `content_hash`.
    hash = models.BinaryField(max_length=32)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["actor_id", "position"], name="audit_by_actor"),
            models.Index(fields=["action", "position"], name="audit_by_action"),
            models.Index(fields=["object_id", "position"], name="audit_by_object"),
            BrinIndex(fields=["at"], name="audit_age"),
        ]

    def __str__(self) -> str:
        return f"{self.position} {self.action}"


class AuditHead(models.Model):
    """The last entry of the chain, in one row, whose lock lets one writer through.

    It is beside the entries, so that an end that was cut off is missed.
    """

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    position = models.BigIntegerField(default=0)
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(name="one_audit_head", condition=Q(id=1))]

    def __str__(self) -> str:
        return str(self.position)
