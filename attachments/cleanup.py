"""Removes files that no message shows: the objects first, so that a kill leaves a row to find."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from attachments import queries
from attachments.models import Attachment
from attachments.storage import multipart, objects
from attachments.uploads import transfer
from core import installation


def clean(*, at_most: int = 500) -> int:
    """Remove up to `at_most` files that no message will show; return how many.

    Also abort old multipart uploads without a row, and delete old bytes in quarantine that no
    analysis needs. A step that was cut is done again by the next call. Nothing on a copy
    that has the bucket of the original.
    """
    if installation.shares_bucket():
        return 0
    over = timezone.now() - transfer.URL_LIFETIME - timedelta(minutes=5)
    gone = queries.abandoned(url_lifetime_over=over, limit=at_most)
    for attachment in gone:
        _remove(attachment)
    _end_unknown_uploads()
    _empty_quarantine()
    return len(gone)


def _remove(attachment: Attachment) -> None:
    unclaimed = Attachment.objects.filter(pk=attachment.pk, claimed_at=None)
    # Before its objects, so that no message claims a file that loses them.
    if not unclaimed.update(discarded_at=attachment.discarded_at or timezone.now(), due_at=None):
        return
    quarantined = objects.quarantine_key(attachment.pk)
    if attachment.upload_id:
        multipart.abort_multipart(quarantined, attachment.upload_id)
    written = objects.listed(objects.file_key(attachment.pk, ""))
    objects.delete([quarantined, *(item.key for item in written)])
    unclaimed.delete()


def _end_unknown_uploads() -> None:
    before = timezone.now() - settings.ATTACHMENT_UNCLAIMED_LIFETIME
    for upload in list(multipart.unfinished_uploads()):
        if upload.started_at < before:
            multipart.abort_multipart(upload.key, upload.upload_id)


def _empty_quarantine() -> None:
    """Delete bytes left by a kill right after an analysis, and bytes that were sent too late."""
    before = timezone.now() - settings.ATTACHMENT_UNCLAIMED_LIFETIME
    left = [item.key for item in objects.listed(objects.QUARANTINE) if item.modified_at < before]
    owners = {key: objects.owner_of(key) for key in left}
    awaited = queries.awaiting_analysis(owner for owner in owners.values() if owner)
    objects.delete(key for key, owner in owners.items() if owner not in awaited)
