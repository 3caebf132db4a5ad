"""What belongs to an uploader, and what is owed.

Who may see a file that a message shows is known above, where conversations are
(`messaging.queries.attachments.attachment_for`).
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q, QuerySet, Sum
from django.http import Http404
from django.utils import timezone

from attachments.models import Attachment
from core.jobs.lease import is_free
from core.models import User

Status = Attachment.Status

_SHOWN = {
    "id", "name", "size", "content_type", "kind", "status", "verdict", "reason_code", "width",
    "height", "placeholder", "has_preview", "location", "shared_size", "created_at",
}  # fmt: skip
# What the screens show of a file, for a query of messages that brings their files along as JSON;
# in the order of the model, as `from_db` takes it.
SHOWN = tuple(f.attname for f in Attachment._meta.concrete_fields if f.attname in _SHOWN)


def from_json(row: dict[str, Any]) -> Attachment:
    """Return the file that a query brought along as JSON; its columns beyond `SHOWN` wait."""
    row = {
        **row,
        "id": UUID(row["id"]),
        "created_at": datetime.fromisoformat(row["created_at"]),
    }
    attachment = Attachment.from_db(DEFAULT_DB_ALIAS, SHOWN, [row[name] for name in SHOWN])
    attachment.position = row["position"]
    return attachment


def unclaimed_of(uploader: User) -> QuerySet[Attachment]:
    """The files a person has sent and put in no message yet."""
    return Attachment.objects.filter(uploader=uploader, claimed_at=None, discarded_at=None)


def uploading_for(uploader: User, attachment_id: UUID) -> Attachment:
    """A file of that person's, in whatever state, or Http404."""
    mine = Attachment.objects.filter(uploader=uploader, discarded_at=None)
    attachment = mine.filter(pk=attachment_id).first()
    if attachment is None:
        raise Http404
    return attachment


def lock_unclaimed(attachment_id: UUID) -> bool:
    """Lock a file until the end of the transaction, and return whether it is in no message.

    While it is locked no message claims it.
    """
    locked = Attachment.objects.select_for_update(no_key=True).filter(pk=attachment_id)
    return set(locked.values_list("claimed_at", flat=True)) == {None}


def bytes_sent_since(uploader: User, moment: datetime) -> int:
    sent = Attachment.objects.filter(uploader=uploader, created_at__gte=moment)
    return sent.aggregate(total=Sum("size"))["total"] or 0


def pending_attachments() -> QuerySet[Attachment]:
    """The files to analyse; without `due_at`, all attempts failed, and a person may order more."""
    failed = Q(status=Status.UNREADABLE, reason_code="analysis_failed")
    return Attachment.objects.filter(Q(status=Status.SCANNING) | failed, discarded_at=None)


def leased_attachment(attachment_id: UUID) -> Attachment | None:
    """A file to analyse that a worker has leased."""
    leased = pending_attachments().filter(leased_until__isnull=False, due_at__isnull=False)
    return leased.filter(pk=attachment_id).first()


def never_received(limit: int) -> list[Attachment]:
    """Files that a message announces and whose bytes never came."""
    before = timezone.now() - settings.ATTACHMENT_UNCLAIMED_LIFETIME
    late = Attachment.objects.filter(
        status=Status.UPLOADING, claimed_at__isnull=False, created_at__lt=before
    )
    return list(late.order_by("created_at")[:limit])


def abandoned(*, url_lifetime_over: datetime, limit: int) -> list[Attachment]:
    """Files that no message will ever show: discarded, or not claimed in a day.

    A discarded one once its presigned addresses have ended, and none that a worker holds: nothing
    is written under its id any more.
    """
    now = timezone.now()
    old = Q(created_at__lt=now - settings.ATTACHMENT_UNCLAIMED_LIFETIME)
    discarded = Q(discarded_at__lt=url_lifetime_over)
    gone = Attachment.objects.filter(old | discarded, is_free(), claimed_at=None)
    return list(gone.order_by("created_at")[:limit])


def awaiting_analysis(ids: Iterable[UUID]) -> set[UUID]:
    """Those of these files whose bytes are still to be read."""
    waiting = Attachment.objects.filter(status__in=(Status.UPLOADING, Status.SCANNING))
    return set(waiting.filter(pk__in=ids).values_list("pk", flat=True))


def known_ids(ids: set[UUID]) -> set[UUID]:
    return set(Attachment.objects.filter(pk__in=ids).values_list("pk", flat=True))


def stored_attachments() -> Iterator[Attachment]:
    """Every file that should have its objects."""
    return Attachment.objects.filter(status=Status.READY).order_by("pk").iterator()
