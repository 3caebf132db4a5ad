"""The exports of a person, and those with work to do. The reader comes first."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.shortcuts import get_object_or_404

from core.models import User
from messaging.models import Export

Status = Export.Status
UNDER_WAY = (Status.WAITING, Status.RUNNING)
ENDED = (Status.READY, Status.FAILED)


def exports_of(reader: User) -> QuerySet[Export]:
    """One's own exports, the newest first. Nobody sees those of others, managers neither."""
    return Export.objects.filter(by=reader).defer("state").order_by("-created_at")


def export_for(reader: User, export_id: UUID) -> Export:
    return get_object_or_404(exports_of(reader), pk=export_id)


def pending_exports() -> QuerySet[Export]:
    """The exports that are to be made; without `due_at`, all attempts have failed."""
    return Export.objects.filter(status__in=UNDER_WAY)


def untold_exports() -> QuerySet[Export]:
    """The exports whose end their person was not told of."""
    return Export.objects.filter(status__in=ENDED, told_at=None)


def expired_exports(now: datetime) -> QuerySet[Export]:
    return Export.objects.filter(status=Status.READY, expires_at__lte=now)


def exports_with_leftovers() -> QuerySet[Export]:
    """The exports that ended without a ZIP, and whose parts are still in the storage."""
    ended = Q(status__in=(Status.CANCELLED, Status.FAILED))
    return Export.objects.filter(ended).exclude(upload_id="")
