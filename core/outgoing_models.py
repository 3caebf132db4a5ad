"""What other software is told of: the rows of the events that leave."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from core.jobs.lease import LeasedJob


class OutgoingEvent(LeasedJob):
    """Something that happened, for the programs of the company. Written with the change itself.

    Readers go by `position`, which is given after the commit (`core.outgoing.feed`): a serial id is
    given before it, so a reader that goes by ids skips rows. While it is due, webhooks have not
    been told of it.
    """

    class Kind(models.TextChoices):
        CONVERSATION_CREATED = "conversation.created", _("Conversation opened")
        CONVERSATION_CLOSED = "conversation.closed", _("Conversation closed or archived")
        CONVERSATION_REOPENED = "conversation.reopened", _("Conversation opened again")
        CONVERSATION_ASSIGNED = "conversation.assigned", _("Conversation given to somebody")
        CONVERSATION_WAITING = "conversation.waiting", _("Question that waits for too long")
        MESSAGE_CREATED = "message.created", _("Message sent")
        MESSAGE_EDITED = "message.edited", _("Message changed")
        MESSAGE_DELETED = "message.deleted", _("Message deleted")
        ATTACHMENT_READY = "attachment.ready", _("File ready")
        ATTACHMENT_REFUSED = "attachment.refused", _("File refused")
        DELIVERY_FAILED = "delivery.failed", _("Notification that did not arrive")
        USER_CHANGED = "user.changed", _("Person created or changed")
        CLIENT_CHANGED = "client.changed", _("Client created or changed")
        CHANTIER_CHANGED = "chantier.changed", _("Chantier created or changed")

    id = models.BigAutoField(primary_key=True)
    # The id for the others. A restored database gives its serial ids again, but not these.
    uid = models.UUIDField(default=new_id, unique=True, editable=False)
    # Null until it is given.
    position = models.BigIntegerField(null=True, unique=True)
    kind = models.CharField(max_length=30, choices=Kind.choices)
    # `version`, of the shape, and `data`.
    payload: models.JSONField[Any, Any] = models.JSONField()
    # No foreign key, since conversations are of an app above. None of an event about people.
    conversation_id = models.UUIDField(null=True)
    at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, blank=True, default=None)

    class Meta:
        verbose_name = _("event for other software")
        verbose_name_plural = _("events for other software")
        indexes: ClassVar = [
            models.Index(fields=["id"], name="event_unplaced", condition=Q(position=None)),
            models.Index(fields=["due_at"], name="event_owed", condition=Q(due_at__isnull=False)),
            BrinIndex(fields=["at"], name="event_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uid}"


class EventFeed(models.Model):
    """How far the positions of events have come, in one row. It outlives the events."""

    id = models.SmallIntegerField(primary_key=True, default=1, editable=False)
    last_position = models.BigIntegerField(default=0)
    # Events up to here were removed.
    purged_position = models.BigIntegerField(default=0)
    # There are webhooks, so new events are due.
    is_dispatched = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(name="one_event_feed", condition=Q(id=1))]

    def __str__(self) -> str:
        return str(self.last_position)
