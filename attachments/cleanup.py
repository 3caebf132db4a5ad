"""Removes files that no message shows: the objects first, so that a kill leaves a row to find."""

from datetime import timedelta

import structlog
from django.conf import settings
from django.utils import timezone

from attachments import queries
from attachments.models import Attachment
from attachments.storage import hold, multipart, objects
from attachments.storage.objects import StorageAway
from attachments.uploads import transfer
from core import installation

# Longer than a backup takes, or the bucket is away.
WITHDRAWN_LATELY = timedelta(days=2)
logger = structlog.get_logger(__name__)


def clean(*, at_most: int = 500) -> int:
    """Remove up to `at_most` files that no message will show; return how many.

    Remove no object while a backup runs: the next call does it.

    Also abort old multipart uploads without a row, and delete old bytes in quarantine that no
    analysis needs. A step that was cut is done again by the next call. Nothing on a copy
    that has the bucket of the original.
    """
    if installation.shares_bucket():
        return 0
    over = timezone.now() - transfer.URL_LIFETIME - timedelta(minutes=5)
    gone = queries.abandoned(url_lifetime_over=over, limit=at_most)
    removed = sum(map(_remove, gone))
    _end_unknown_uploads()
    _empty_quarantine()
    for attachment in queries.withdrawn_since(timezone.now() - WITHDRAWN_LATELY):
        forget_copies(attachment)
    return removed


def _remove(attachment: Attachment) -> bool:
    unclaimed = Attachment.objects.filter(pk=attachment.pk, claimed_at=None)
    # Before its objects, so that no message claims a file that loses them.
    if not unclaimed.update(discarded_at=attachment.discarded_at or timezone.now(), due_at=None):
        return False
    quarantined = objects.quarantine_key(attachment.pk)
    if attachment.upload_id:
        multipart.abort_multipart(quarantined, attachment.upload_id)
    with hold.deletion() as is_allowed:
        if not is_allowed:
            return False
        written = objects.listed(objects.file_key(attachment.pk, ""))
        objects.delete([quarantined, *(item.key for item in written)])
    return bool(unclaimed.delete()[0])


def forget_copies(attachment: Attachment) -> None:
    """Delete the previews and the copy of a file that was taken back.

    The original stays, and nobody is given its address: a check may be wrong. While the bucket is
    away or a backup runs they stay too, and the next `clean` deletes them.
    """
    original = objects.file_key(attachment.pk, objects.ORIGINAL)
    try:
        with hold.deletion() as is_allowed:
            if is_allowed:
                written = objects.listed(objects.file_key(attachment.pk, ""))
                objects.delete([item.key for item in written if item.key != original])
    except StorageAway as error:
        logger.warning("copies_not_deleted", attachment=str(attachment.pk), error=str(error))


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
    with hold.deletion() as is_allowed:
        if is_allowed:
            awaited = queries.awaiting_analysis(owner for owner in owners.values() if owner)
            objects.delete(key for key, owner in owners.items() if owner not in awaited)
