"""What the company's people do with conversations, beside the messages. In `models` by name."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from core.jobs.lease import LeasedJob
from core.models import User


class HistoryLine(models.Model):
    """One line of a conversation's history: what was done with it, by whom and when.

    It has the version of the change that it tells of, so `changes` finds it like a message. Several
    lines may share a version. In the thread it stands after the message `after_seq`.
    """

    class Kind(models.TextChoices):
        OPENED = "opened", _("Opened")
        ASSIGNED = "assigned", _("Assigned")
        TAKEN_OVER = "taken_over", _("Taken over")
        ESCALATED = "escalated", _("Escalated")
        SNOOZED = "snoozed", _("Snoozed")
        WOKEN = "woken", _("Woken")
        CLOSED = "closed", _("Closed")
        REOPENED = "reopened", _("Reopened")
        RENAMED = "renamed", _("Renamed")
        MOVED = "moved", _("Moved to another chantier")
        MERGED = "merged", _("Merged")
        SPLIT = "split", _("Split")
        FORWARDED = "forwarded", _("Forwarded by email")
        EXPORTED = "exported", _("Printed or exported")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = models.ForeignKey(
        "messaging.Conversation", on_delete=models.PROTECT, related_name="lines", db_index=False
    )
    version = models.PositiveBigIntegerField()
    after_seq = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=20, choices=Kind.choices)
    # None: Liaison itself, by a rule or a clock.
    by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    at = models.DateTimeField(default=timezone.now)
    # Names as they were then: `serializers.history` lists the keys.
    details: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = _("line of the history")
        verbose_name_plural = _("lines of the history")
        indexes: ClassVar = [
            models.Index(fields=["conversation", "version"], name="history_line_changes"),
            models.Index(fields=["conversation", "after_seq"], name="history_line_places"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} in {self.conversation_id}"


# A client reads what changes the thread before their eyes, and by whom. Who of the company has it,
# and why, is the company's own business.
SHOWN_TO_CLIENTS = frozenset(
    {
        HistoryLine.Kind.OPENED,
        HistoryLine.Kind.CLOSED,
        HistoryLine.Kind.REOPENED,
        HistoryLine.Kind.RENAMED,
        HistoryLine.Kind.MOVED,
        HistoryLine.Kind.MERGED,
        HistoryLine.Kind.SPLIT,
    }
)


class ReadTime(models.Model):
    """When a participant's read mark reached a message: the hour that the other side sees."""

    participant = models.ForeignKey(
        "messaging.Participant", on_delete=models.CASCADE, related_name="+", db_index=False
    )
    up_to_seq = models.PositiveBigIntegerField()
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("time of a reading")
        verbose_name_plural = _("times of readings")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["participant", "up_to_seq"], name="read_time_once"),
        ]

    def __str__(self) -> str:
        return f"{self.participant_id} up to {self.up_to_seq}"


class Escalation(LeasedJob):
    """A question that a client asked and nobody has answered: a worker looks at it when due.

    Written with the question, deleted with the answer or once everybody knows. What was done so far
    is in the conversation (`escalation_step`).
    """

    conversation = models.OneToOneField(
        "messaging.Conversation", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )

    class Meta:
        verbose_name = _("escalation")
        verbose_name_plural = _("escalations")
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], name="escalation_owed", condition=Q(due_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"escalation of {self.conversation_id}"


class Notice(LeasedJob):
    """Something about a conversation that one person of the company has to be told, once.

    Not of a message: those have deliveries. `sent_at IS NULL` means that it is pending.
    """

    class Kind(models.TextChoices):
        ASSIGNED = "assigned", _("Assigned")
        TAKEN_OVER = "taken_over", _("Taken over")
        ESCALATED = "escalated", _("Escalated")
        MENTIONED = "mentioned", _("Mentioned")
        WOKEN = "woken", _("Woken")
        NOT_FORWARDED = "not_forwarded", _("Email that did not leave")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    recipient = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="notices", db_index=False
    )
    conversation = models.ForeignKey(
        "messaging.Conversation", on_delete=models.CASCADE, related_name="+"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    by = models.ForeignKey(
        User, on_delete=models.CASCADE, null=True, blank=True, related_name="+", db_index=False
    )
    # What it tells of: the id of a line or a note.
    about = models.UUIDField()
    text = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["recipient", "about"], name="notice_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="notice_owed", condition=Q(sent_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.recipient_id}"


class Snooze(LeasedJob):
    """A conversation that was put off: a worker brings it back when due.

    The row is there exactly while `Conversation.snoozed_until` is set.
    """

    conversation = models.OneToOneField(
        "messaging.Conversation", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    by = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+", db_index=False)

    class Meta:
        verbose_name = _("conversation put off")
        verbose_name_plural = _("conversations put off")
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="snooze_owed", condition=Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"snooze of {self.conversation_id}"


class SavedFilter(models.Model):
    """Parameters of the list of conversations under a name, of one person or for all."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(_("name"), max_length=80)
    query: models.JSONField[Any, Any] = models.JSONField(default=dict)
    is_shared = models.BooleanField(_("shared"), default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("name", "id")
        verbose_name = _("saved filter")
        verbose_name_plural = _("saved filters")

    def __str__(self) -> str:
        return self.name
