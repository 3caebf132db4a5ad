"""Reads of files: those of an uploader, those to analyse, those to clean up.

Who may see a file of a message is decided in `messaging.queries.attachments.attachment_for`,
because this app knows no conversations.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from attachments.models import Attachment
from core.jobs.lease import is_free
from core.models import User

Status = Attachment.Status

_SHOWN = {
    "id", "name", "size", "content_type", "kind", "status", "verdict", "reason_code", "width",
    "height", "placeholder", "has_preview", "location", "shared_size", "is_withdrawn", "created_at",
}  # fmt: skip
# The columns that the screens show. A query of messages brings them along as JSON. They are in the
# order of the model, which `from_db` needs.
SHOWN = tuple(f.attname for f in Attachment._meta.concrete_fields if f.attname in _SHOWN)


def from_json(row: dict[str, Any]) -> Attachment:
    """Return the file that a query brought along as JSON. Columns outside `SHOWN` are deferred."""
    row = {
        **row,
        "id": UUID(row["id"]),
        "created_at": datetime.fromisoformat(row["created_at"]),
    }
    attachment = Attachment.from_db(DEFAULT_DB_ALIAS, SHOWN, [row[name] for name in SHOWN])
    attachment.position = row["position"]
    return attachment


def unclaimed_of(uploader: User) -> QuerySet[Attachment]:
    """Return the files that a person has sent and not yet put in a message."""
    return Attachment.objects.filter(uploader=uploader, claimed_at=None, discarded_at=None)


def uploading_for(uploader: User, attachment_id: UUID) -> Attachment:
    """Return a file of that uploader, in any state but discarded. Raises Http404."""
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


def sizes_sent_since(uploader: User, moment: datetime) -> list[tuple[datetime, int]]:
    """Return when a person announced each file, and its size in bytes, the oldest first."""
    sent = Attachment.objects.filter(uploader=uploader, created_at__gte=moment)
    return list(sent.order_by("created_at").values_list("created_at", "size"))


def is_file_of(uploader: User, attachment_id: UUID) -> bool:
    return Attachment.objects.filter(pk=attachment_id, uploader=uploader).exists()


def pending_attachments() -> QuerySet[Attachment]:
    """Return the files to analyse, to check again, and those that failed and may be requeued."""
    failed = Q(status=Status.UNREADABLE, reason_code="analysis_failed")
    again = Q(status=Status.READY, due_at__isnull=False)
    return Attachment.objects.filter(Q(status=Status.SCANNING) | again | failed, discarded_at=None)


def checked_before(gate: int, *, since: datetime | None = None) -> QuerySet[Attachment]:
    """Return the ready files that were checked under an older gate, the newest first.

    `since`: only those that arrived at that time or later.
    """
    old = Attachment.objects.filter(
        status=Status.READY, gate__lt=gate, discarded_at=None, due_at=None
    )
    arrived = old.filter(uploaded_at__gte=since) if since else old
    return arrived.order_by("-created_at")


def leased_attachment(attachment_id: UUID) -> Attachment | None:
    """Return a file to analyse that a worker has leased, or None."""
    leased = pending_attachments().filter(leased_until__isnull=False, due_at__isnull=False)
    return leased.filter(pk=attachment_id).first()


def never_received(limit: int) -> list[Attachment]:
    """Return files of messages whose bytes did not arrive in time, the oldest first."""
    before = timezone.now() - settings.ATTACHMENT_UNCLAIMED_LIFETIME
    late = Attachment.objects.filter(
        status=Status.UPLOADING, claimed_at__isnull=False, created_at__lt=before
    )
    return list(late.order_by("created_at")[:limit])


def abandoned(*, url_lifetime_over: datetime, limit: int) -> list[Attachment]:
    """Return files that no message will show: discarded, or claimed by no message in time.

    Nothing is written under their ids any more: no worker has a lease on them, and the presigned
    addresses of a discarded file have expired (it was discarded before `url_lifetime_over`).
    """
    now = timezone.now()
    old = Q(created_at__lt=now - settings.ATTACHMENT_UNCLAIMED_LIFETIME)
    discarded = Q(discarded_at__lt=url_lifetime_over)
    gone = Attachment.objects.filter(old | discarded, is_free(), claimed_at=None)
    return list(gone.order_by("created_at")[:limit])


def awaiting_analysis(ids: Iterable[UUID]) -> set[UUID]:
    """Return which of these files still need their bytes in quarantine."""
    waiting = Attachment.objects.filter(status__in=(Status.UPLOADING, Status.SCANNING))
    return set(waiting.filter(pk__in=ids).values_list("pk", flat=True))


def withdrawn_since(moment: datetime) -> list[Attachment]:
    """Return the files that a later check took back."""
    return list(Attachment.objects.filter(is_withdrawn=True, settled_at__gte=moment))


def known_ids(ids: set[UUID]) -> set[UUID]:
    return set(Attachment.objects.filter(pk__in=ids).values_list("pk", flat=True))


def stored_attachments() -> Iterator[Attachment]:
    """Return every file that must have objects in the bucket."""
    return Attachment.objects.filter(status=Status.READY).order_by("pk").iterator()
