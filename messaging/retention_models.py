"""How long conversations are kept, what is held, and what is being purged. In `models` by name."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.ids import new_id
from core.jobs.lease import LeasedJob
from core.models import Chantier, Client, User

MOST_YEARS = 99


class RetentionRule(models.Model):
    """For how many years conversations of one sort are kept. Without a row: for ever."""

    class Scope(models.TextChoices):
        CHANTIER = "chantier", _("Conversations of an archived chantier")
        FREE = "free", _("Closed conversations about no chantier")

    scope = models.CharField(max_length=10, choices=Scope.choices, primary_key=True)
    years = models.PositiveSmallIntegerField(_("years"))
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("rule of retention")
        verbose_name_plural = _("rules of retention")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="rule_of_one_year_at_least", condition=Q(years__gte=1, years__lte=MOST_YEARS)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope}: {self.years}"


class LegalHold(models.Model):
    """Nothing of a client, a chantier or a conversation is purged until this is lifted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # One of the three.
    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    chantier = models.ForeignKey(
        Chantier, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    conversation = models.ForeignKey(
        "messaging.Conversation", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(_("reason"), max_length=300)
    placed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField(default=timezone.now)
    lifted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_because = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ("-placed_at", "-id")
        verbose_name = _("legal hold")
        verbose_name_plural = _("legal holds")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="hold_of_one_thing",
                condition=Q(client__isnull=False, chantier=None, conversation=None)
                | Q(client=None, chantier__isnull=False, conversation=None)
                | Q(client=None, chantier=None, conversation__isnull=False),
            ),
            models.CheckConstraint(
                name="hold_lifted_by_somebody",
                condition=Q(lifted_at=None, lifted_by=None)
                | Q(lifted_at__isnull=False, lifted_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.reason

    @property
    def on(self) -> str:
        """Return what is held: `client`, `chantier` or `conversation`."""
        return next(n for n in ("client", "chantier", "conversation") if getattr(self, f"{n}_id"))

    @property
    def of_id(self) -> Any:
        return self.client_id or self.chantier_id or self.conversation_id

    @property
    def of(self) -> Any:
        """What is held: a client, a chantier or a conversation."""
        return self.client or self.chantier or self.conversation


class PurgeOrder(LeasedJob):
    """A conversation whose content is to be deleted, and what was deleted. The row stays.

    Without `due_at` it is done (`done_at`), stopped by a hold (`stopped_at`), or given up.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    conversation = models.OneToOneField(
        "messaging.Conversation", on_delete=models.PROTECT, related_name="+"
    )
    # The rule at that time; empty if a person ordered it.
    scope = models.CharField(max_length=10, choices=RetentionRule.Scope.choices, blank=True)
    years = models.PositiveSmallIntegerField(null=True, blank=True)
    ordered_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.CharField(max_length=300, blank=True)
    ordered_at = models.DateTimeField(default=timezone.now)
    began_at = models.DateTimeField(null=True, blank=True)
    # When its conversation was archived before the purge began.
    was_archived_at = models.DateTimeField(null=True, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    # How many rows of each kind, and bytes of files, are gone.
    counts: models.JSONField[dict[str, int], dict[str, int]] = models.JSONField(default=dict)

    class Meta:
        ordering = ("-ordered_at", "-id")
        verbose_name = _("purge")
        verbose_name_plural = _("purges")
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="purge_owed", condition=Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"purge of {self.conversation_id}"


class DoomedObject(models.Model):
    """What is to be deleted in the bucket: all versions of all objects whose keys begin so.

    Written before anything is deleted; gone once the bucket has shown that nothing is there.
    """

    prefix = models.CharField(max_length=200, unique=True)
    # None: of a person who was anonymised.
    order = models.ForeignKey(
        PurgeOrder, on_delete=models.PROTECT, null=True, blank=True, related_name="doomed"
    )
    # Whose it is: a kind of `retention.contents`, and the key of its row.
    kind = models.CharField(max_length=20, blank=True)
    row = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("object to delete")
        verbose_name_plural = _("objects to delete")

    def __str__(self) -> str:
        return self.prefix


class Forgetting(LeasedJob):
    """A person who was anonymised, whose name still stands in texts of others.

    It holds that name until it is replaced everywhere; then the row goes.
    """

    person = models.OneToOneField(
        User, on_delete=models.PROTECT, primary_key=True, related_name="+"
    )
    name = models.CharField(max_length=150)
    email = models.CharField(max_length=320)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("person to forget")
        verbose_name_plural = _("people to forget")
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"], name="forgetting_owed", condition=Q(due_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return str(self.person_id)
