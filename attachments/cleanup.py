"""What nobody will ever see goes: its objects first, so that a kill leaves its row to be found."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from attachments import queries
from attachments.models import Attachment
from attachments.storage import multipart, objects
from attachments.uploads import transfer


def clean(*, at_most: int = 500) -> int:
    """Remove the files that no message will ever show; return how many.

    Also ends the multipart uploads that have no row, and empties quarantine of what nobody will
    read. Whatever step of this is cut is done again.
    """
    over = timezone.now() - transfer.URL_LIFETIME - timedelta(minutes=5)
    gone = queries.abandoned(url_lifetime_over=over, limit=at_most)
    for attachment in gone:
        _remove(attachment)
    _end_unknown_uploads()
    _empty_quarantine()
    return len(gone)


def _remove(attachment: Attachment) -> None:
    unclaimed = Attachment.objects.filter(pk=attachment.pk, claimed_at=None)
    # First of all, so that no message claims it while its objects go.
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
    """Delete what was left there by a kill right after an analysis, or was sent too late."""
    before = timezone.now() - settings.ATTACHMENT_UNCLAIMED_LIFETIME
    left = [item.key for item in objects.listed(objects.QUARANTINE) if item.modified_at < before]
    owners = {key: objects.owner_of(key) for key in left}
    awaited = queries.awaiting_analysis(owner for owner in owners.values() if owner)
    objects.delete(key for key, owner in owners.items() if owner not in awaited)
